from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.errors import NotFound
from simcustomer.session_record import SessionRecord
from simcustomer.store import open_store
from tests.fakes import scripted_cast


@pytest.fixture
def ended(tmp_path: Path, dean: Persona, rubric: Rubric) -> Session:
    store = open_store(f"sqlite:///{tmp_path / 'record.db'}")
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)

    async def talk() -> Session:
        begun = practice.start(dean, rubric, owner="ann", seed=1)
        async for _ in practice.respond(begun.id, "I am sorry.", owner="ann"):
            pass
        return await practice.finish(begun.id, owner="ann")

    played = asyncio.run(talk())
    store.close()
    return played


def test_a_record_holds_what_was_said_and_graded_and_comes_back(ended: Session) -> None:
    record = SessionRecord.of(ended)
    assert SessionRecord.model_validate_json(record.model_dump_json()) == record
    assert [(e.reply, e.answer, e.grade) for e in record.exchanges] == [
        (e.reply, e.answer, e.grade) for e in ended.exchanges
    ]
    assert (record.scorecard, record.outcome, record.debrief) == (ended.scorecard, ended.outcome, ended.debrief)


def test_a_record_gives_away_nothing_that_the_customer_keeps_back(ended: Session) -> None:
    text = SessionRecord.of(ended).model_dump_json()
    persona = ended.persona
    for secret in (persona.story, persona.hidden_need, persona.goal, *(fact.text for fact in persona.facts)):
        assert secret not in text
    assert '"owner"' not in text


def test_a_session_that_goes_on_has_none(ended: Session) -> None:
    with pytest.raises(NotFound, match="has not ended"):
        SessionRecord.of(ended.model_copy(update={"outcome": None}))
