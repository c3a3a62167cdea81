from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ServerStopping
from simcustomer.practice import Practice, Settled
from simcustomer.roles import React, Scene
from simcustomer.store import Store
from tests.fakes import ScriptedCustomer, scripted_cast
from tests.support.practising import practice_with


@dataclass
class SlowCustomer(ScriptedCustomer):
    """Says a word, and the rest after some seconds."""

    seconds: float = 30.0

    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        yield "Well, "
        await asyncio.sleep(self.seconds)
        async for piece in super().answer(scene, react):
            yield piece


def opened(folder: Path, seconds: float) -> tuple[Practice, Store]:
    return practice_with(scripted_cast(SlowCustomer(seconds=seconds)), folder)


async def running(practice: Practice, session_id: str) -> asyncio.Task[list[object]]:
    async def answered() -> list[object]:
        return [event async for event in practice.respond(session_id, "I am sorry about that.", owner="o")]

    task = asyncio.create_task(answered())
    while not practice.underway.running:
        await asyncio.sleep(0.01)
    return task


def test_an_exchange_that_runs_is_finished(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    practice, store = opened(tmp_path, 0.3)
    session = practice.start(dean, rubric, owner="o", seed=1)

    async def stop() -> None:
        task = await running(practice, session.id)
        assert await practice.underway.close(20) == 0
        assert isinstance((await task)[-1], Settled)

    asyncio.run(stop())
    assert len(practice.open(session.id, owner="o").exchanges) == 1
    store.close()


def test_one_that_takes_too_long_is_handed_over(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    practice, store = opened(tmp_path, 30)
    session = practice.start(dean, rubric, owner="o", seed=1)
    other, its = practice_with(scripted_cast(), tmp_path)

    async def stop() -> int:
        task = await running(practice, session.id)
        assert await practice.underway.close(0.1) == 1
        with pytest.raises(asyncio.CancelledError):
            await task
        events = [event async for event in other.resume(session.id, owner="o")]
        assert isinstance(events[-1], Settled)
        return len(events[-1].session.exchanges)

    # The claim would keep the other server waiting for 15 seconds.
    assert asyncio.run(asyncio.wait_for(stop(), 12)) == 1
    store.close()
    its.close()


def test_a_server_that_stops_begins_none_and_keeps_the_reply(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    practice, store = opened(tmp_path, 0)
    session = practice.start(dean, rubric, owner="o", seed=1)

    async def stop() -> None:
        await practice.underway.close(0)
        with pytest.raises(ServerStopping, match="kept"):
            async for _ in practice.respond(session.id, "I am sorry about that.", owner="o"):
                pass
        with pytest.raises(ServerStopping):
            await practice.finish(session.id, owner="o")

    asyncio.run(stop())
    kept = practice.open(session.id, owner="o")
    assert (kept.pending, kept.outcome) == ("I am sorry about that.", None)
    store.close()
