from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simcustomer.domain.session import Session
from simcustomer.errors import EngineError
from simcustomer.graph import Spoken
from simcustomer.practice import Event, Settled
from simcustomer.ui.pacing import Pace, Said

TEXT = "One two three four five six seven eight nine ten."


async def events(session: Session, *, done: list[str] | None = None) -> AsyncIterator[Event]:
    for word in TEXT.split(" "):
        yield Spoken(f" {word}")
    yield Settled(session)
    if done is not None:
        done.append("settled")


def collect(pace: Pace, told: AsyncIterator[Event]) -> list[tuple[float, Said | Settled]]:
    async def run() -> list[tuple[float, Said | Settled]]:
        clock = asyncio.get_running_loop().time
        begun = clock()
        return [(clock() - begun, moment) async for moment in pace.shown(pace.hear(told))]

    return asyncio.run(run())


def test_an_answer_that_is_there_at_once_is_shown_at_a_persons_speed(begun: Session) -> None:
    moments = collect(Pace(before=0.2, words=50, updates=20), events(begun))
    said = [moment.text for _, moment in moments[:-1] if isinstance(moment, Said)]
    assert moments[-1][1] == Settled(begun)
    assert len(said) == len(moments) - 1 >= 3
    assert all(TEXT.startswith(text.strip()) for text in said)
    assert said[-1].strip() == TEXT
    assert moments[0][0] >= 0.2
    assert moments[-1][0] >= 0.2 + (10 - 3) / 50


def test_updates_are_bounded(begun: Session) -> None:
    moments = collect(Pace(before=0, words=10_000, updates=20), events(begun))
    assert [moment.text.strip() for _, moment in moments if isinstance(moment, Said)] == [TEXT]


def test_silence_is_settled_at_once(begun: Session) -> None:
    async def nothing() -> AsyncIterator[Event]:
        yield Settled(begun)

    assert [moment for _, moment in collect(Pace(before=5), nothing())] == [Settled(begun)]


def test_a_failure_is_told_at_once() -> None:
    async def broken() -> AsyncIterator[Event]:
        yield Spoken("Well, I")
        raise EngineError("the line is dead")

    with pytest.raises(EngineError, match="the line is dead"):
        collect(Pace(before=30), broken())


def test_who_leaves_early_still_gets_the_exchange_settled(begun: Session) -> None:
    done: list[str] = []

    async def slow() -> AsyncIterator[Event]:
        async for event in events(begun, done=done):
            await asyncio.sleep(0.02)
            yield event

    async def leave() -> None:
        pace = Pace(before=0, updates=50)
        stream = pace.shown(pace.hear(slow()))
        async for _ in stream:
            break
        await stream.aclose()  # type: ignore[attr-defined]
        assert done == []
        await asyncio.sleep(0.5)

    asyncio.run(leave())
    assert done == ["settled"]


def test_an_exchange_runs_before_anything_of_it_is_shown(begun: Session) -> None:
    done: list[str] = []

    async def unseen() -> None:
        Pace().hear(events(begun, done=done))
        await asyncio.sleep(0.05)

    asyncio.run(unseen())
    assert done == ["settled"]
