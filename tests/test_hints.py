from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import NotFound, NothingSaid, SessionOver
from simcustomer.hints import Hints
from simcustomer.practice import Practice
from simcustomer.store import open_store
from tests.fakes import scripted_cast


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    store = open_store(f"sqlite:///{tmp_path / 'hints.db'}")
    yield wiring.practice(store, scripted_cast(), longest_reply=500)
    store.close()


@pytest.fixture
def hints(practice: Practice) -> Hints:
    return Hints(practice.store, wiring.adviser())


async def say(practice: Practice, session_id: str, reply: str) -> None:
    async for _ in practice.respond(session_id, reply, owner="ann"):
        pass


def test_a_hint_is_given_once_a_reply_and_counted(
    practice: Practice, hints: Hints, dean: Persona, rubric: Rubric
) -> None:
    async def talk() -> None:
        session = practice.start(dean, rubric, owner="ann", seed=1)
        first = await hints.give(session.id, owner="ann")
        assert (await hints.give(session.id, owner="ann")).hints == first.hints
        assert first.hint is not None
        await say(practice, session.id, "I am sorry.")
        assert practice.open(session.id, owner="ann").hint is None
        assert [h.exchange for h in (await hints.give(session.id, owner="ann")).hints] == [1, 2]
        await practice.finish(session.id, owner="ann")
        with pytest.raises(SessionOver):
            await hints.give(session.id, owner="ann")

    asyncio.run(talk())
    assert [attempt.hints for attempt in practice.finished(owner="ann")] == [2]


def test_a_hint_is_for_the_owner(practice: Practice, hints: Hints, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    with pytest.raises(NotFound):
        asyncio.run(hints.give(session.id, owner="ben"))
    assert practice.open(session.id, owner="ann").hints == ()


def test_going_back_leaves_the_hint_for_that_reply_behind(
    practice: Practice, hints: Hints, dean: Persona, rubric: Rubric
) -> None:
    async def talk() -> tuple[int, ...]:
        session = practice.start(dean, rubric, owner="ann", seed=1, coached=True)
        for reply in ("One.", "Two."):
            await hints.give(session.id, owner="ann")
            await say(practice, session.id, reply)
        again = await practice.rewind(session.id, 2, owner="ann")
        assert again.coached
        return tuple(hint.exchange for hint in practice.open(again.id, owner="ann").hints)

    assert asyncio.run(talk()) == (1,)


def test_handing_over_is_an_act_once_something_was_said(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    async def talk() -> None:
        session = practice.start(dean, rubric, owner="ann", seed=1)
        with pytest.raises(NothingSaid, match="Say something first"):
            await practice.hand_over(session.id, owner="ann")
        await say(practice, session.id, "I am sorry.")
        ended = await practice.hand_over(session.id, owner="ann")
        assert ended.outcome is Outcome.ESCALATED
        assert ended.debrief is not None
        assert (await practice.finish(session.id, owner="ann")).outcome is Outcome.ESCALATED

    asyncio.run(talk())
