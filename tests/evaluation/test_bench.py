"""The bench finds what it is there to find."""

from __future__ import annotations

import asyncio

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.engines.embedded.trainees import LEVELS, trainee_of
from simcustomer.evaluation.bench import bench, report
from simcustomer.evaluation.conversation_faults import count_faults
from simcustomer.evaluation.rehearsal import play
from simcustomer.library import Library

CAST = wiring.cast()


@pytest.fixture(scope="module")
def session(library: Library) -> Session:
    persona, rubric = library.persona("no-heat-third-visit"), library.rubric()
    return asyncio.run(play(persona, rubric, cast=CAST, trainee=trainee_of("expert"), seed=1))


def with_answer(session: Session, answer: str) -> Session:
    changed = session.exchanges[-1].model_copy(update={"answer": answer})
    return session.model_copy(update={"exchanges": (*session.exchanges[:-1], changed)})


def test_a_played_session_has_no_faults(session: Session) -> None:
    assert count_faults(session) == (0, 0, 0, 0)


def test_each_fault_is_counted(session: Session) -> None:
    locked = next(fact for fact in session.persona.facts if fact.id not in session.exchanges[-1].stance.may_tell)
    assert count_faults(with_answer(session, session.opening)).repeated > 0
    assert count_faults(with_answer(session, locked.says[0])).leaked == 1
    assert count_faults(with_answer(session, "Is there anything else I can help you with?")).out_of_role == 1
    calm = session.exchanges[0].stance.mood.model_copy(update={"anger": 0.0})
    stance = session.exchanges[0].stance.model_copy(update={"mood": calm})
    appraisal = session.exchanges[0].appraisal.model_copy(update={"softeners": (), "techniques": (), "offers": ()})
    changed = session.exchanges[0].model_copy(update={"stance": stance, "appraisal": appraisal})
    assert count_faults(session.model_copy(update={"exchanges": (changed, *session.exchanges[1:])})).unearned == 1


def test_a_persona_that_anyone_can_win_is_not_ready(session: Session) -> None:
    found = report(session.persona, {"novice": [session, session]})
    assert not found.ready
    assert any("softens too soon" in reason for reason in found.reasons)


@pytest.mark.parametrize("persona_id", ["manager-now", "long-story-short", "it-is-only-a-chair"])
def test_shipped_personas_tell_expert_from_novice_and_hostile(
    persona_id: str, library: Library, rubric: Rubric
) -> None:
    persona: Persona = library.persona(persona_id)
    trainees = [trainee_of(level) for level in ("expert", "novice", "hostile", "trickster")]
    found = asyncio.run(bench(persona, rubric, cast=CAST, trainees=trainees, seeds=[1, 2]))
    assert found.reasons == ()
    assert (found.repeated_sentences, found.leaked_facts, found.out_of_role, found.unearned_softening) == (0, 0, 0, 0)


def test_every_trainee_can_be_played() -> None:
    assert [trainee_of(level).name for level in LEVELS] == list(LEVELS)
