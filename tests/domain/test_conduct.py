from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcustomer.domain import conduct
from simcustomer.domain.assessment import Ungraded
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Exchange, Met, Provenance, Session


def session_with(persona: Persona, rubric: Rubric, *appraisals: Appraisal) -> Session:
    provenance = Provenance(persona="p", rubric="r", customer="c", grader="g", coach="k", version="0")
    session = Session(
        id="s",
        owner="o",
        persona=persona,
        rubric=rubric,
        seed=1,
        provenance=provenance,
        opening="Hello?",
        started_at=datetime.now(UTC),
    )
    for appraisal in appraisals:
        session = after(session, appraisal)
    return session


def after(session: Session, appraisal: Appraisal) -> Session:
    exchange = Exchange(
        number=len(session.exchanges) + 1,
        reply="reply",
        answer="answer",
        appraisal=appraisal,
        stance=conduct.stance_after(session, appraisal),
        grade=Ungraded(reason="not graded here"),
    )
    return session.with_exchange(exchange)


def softened(persona: Persona, number: int = 0) -> Appraisal:
    return Appraisal(softeners=(Met(sway=persona.softeners[number].id, quote="x"),))


def test_a_softener_habituates_until_something_is_offered(dean: Persona, rubric: Rubric) -> None:
    session = session_with(dean, rubric)
    gains = []
    for _ in range(4):
        session = after(session, softened(dean))
        gains.append(sum(s.trust for s in session.exchanges[-1].stance.shifts if s.cause.startswith("softener")))
    assert gains[0] > gains[1] > 0
    assert gains[2:] == [0, 0]
    partial = next(offer.id for offer in dean.offers if offer.worth == "part")
    session = after(session, Appraisal(offers=(partial,)))
    session = after(session, softened(dean))
    assert sum(s.trust for s in session.exchanges[-1].stance.shifts if s.cause.startswith("softener")) == gains[0]


def test_a_trigger_met_again_costs_more(dean: Persona, rubric: Rubric) -> None:
    met = Appraisal(triggers=(Met(sway=dean.triggers[0].id, quote="x"),))
    session = session_with(dean, rubric, met, met)
    costs = [next(s for s in e.stance.shifts if s.cause.startswith("trigger")) for e in session.exchanges]
    assert costs[1].anger > costs[0].anger > 0


def test_nothing_said_loses_the_customer(dean: Persona, rubric: Rubric) -> None:
    session = session_with(dean, rubric)
    while session.outcome is None:
        session = after(session, Appraisal())
    assert session.outcome in {Outcome.WALKED_OUT, Outcome.COMPLAINT}
    assert "nothing in the reply met them" in session.exchanges[0].stance.shifts[-1].because


@pytest.mark.parametrize(
    ("appraisal", "outcome"),
    [(Appraisal(hangs_up=True), Outcome.ENDED_BY_TRAINEE), (Appraisal(hands_over=True), Outcome.ESCALATED)],
)
def test_the_trainee_can_end_it(dean: Persona, rubric: Rubric, appraisal: Appraisal, outcome: Outcome) -> None:
    assert session_with(dean, rubric, appraisal).outcome is outcome


def test_the_right_offer_resolves_only_a_customer_who_trusts(dean: Persona, rubric: Rubric) -> None:
    full = next(offer.id for offer in dean.offers if offer.worth == "full")
    session = session_with(dean, rubric, Appraisal(offers=(full,)))
    assert session.outcome is None
    for number in range(4):
        if session.outcome is None:
            session = after(session, softened(dean, number + 1))
    assert session.outcome is Outcome.RESOLVED


def test_time_runs_out(dean: Persona, rubric: Rubric) -> None:
    patient = dean.model_copy(
        update={"mood": dean.mood.model_copy(update={"patience": 10.0, "trust": 10.0, "anger": 0.0})}
    )
    session = session_with(patient, rubric)
    asked = Appraisal(asked=(dean.facts[3].id,))
    while session.outcome is None:
        session = after(session, asked)
    assert session.outcome is Outcome.OUT_OF_TIME
    assert len(session.exchanges) == dean.endings.longest


def test_a_secret_needs_both_the_question_and_the_trust(dean: Persona, rubric: Rubric) -> None:
    secret = next(fact for fact in dean.facts if fact.reveal.when == "trust")
    asked = Appraisal(asked=(secret.id,))
    assert secret.id not in conduct.stance_after(session_with(dean, rubric), asked).may_tell
    trusting = dean.model_copy(update={"mood": dean.mood.model_copy(update={"trust": 9.0})})
    assert secret.id in conduct.stance_after(session_with(trusting, rubric), asked).may_tell
    assert secret.id not in conduct.stance_after(session_with(trusting, rubric), Appraisal()).may_tell


SWAYS = st.lists(st.integers(0, 5), max_size=4)


@given(techniques=st.sets(st.sampled_from(["empathy", "recovery", "ownership", "discovery"])), softeners=SWAYS)
def test_one_reply_never_wins_anyone_over(
    techniques: set[str], softeners: list[int], dean: Persona, rubric: Rubric
) -> None:
    met = tuple(Met(sway=dean.softeners[i % len(dean.softeners)].id, quote="x") for i in softeners)
    offers = tuple(offer.id for offer in dean.offers)
    stance = conduct.stance_after(
        session_with(dean, rubric), Appraisal(softeners=met, techniques=tuple(techniques), offers=offers)
    )
    most = conduct.MOST_SOFTENING[dean.difficulty]
    assert dean.mood.anger - stance.mood.anger <= most + 0.01
    assert stance.mood.trust - dean.mood.trust <= most + 0.01


@given(
    missteps=st.sets(st.sampled_from(["empathy.dismisses", "composure.defensive", "expectations.vague_time"])),
    triggers=SWAYS,
)
def test_without_softener_or_offer_anger_never_falls(
    missteps: set[str], triggers: list[int], dean: Persona, rubric: Rubric
) -> None:
    met = tuple(Met(sway=dean.triggers[i % len(dean.triggers)].id, quote="x") for i in triggers)
    stance = conduct.stance_after(session_with(dean, rubric), Appraisal(triggers=met, missteps=tuple(missteps)))
    assert stance.mood.anger >= dean.mood.anger
    assert stance.mood.trust <= dean.mood.trust


def test_a_broken_promise_costs_more_than_the_promise_gained(dean: Persona, rubric: Rubric) -> None:
    full = next(offer.id for offer in dean.offers if offer.worth == "full")
    broken = Appraisal(missteps=(conduct.BREAKS_PROMISE,), broken="tomorrow at 8am", withdrawn=(full,))
    session = session_with(dean, rubric, Appraisal(offers=(full,)), broken)
    assert session.mood.trust < dean.mood.trust
    assert conduct.offers_on_table(session, Appraisal()) == ()
    assert any("tomorrow at 8am" in shift.because for shift in session.exchanges[-1].stance.shifts)


def test_waiting_costs_nothing_while_the_customer_settles(dean: Persona, rubric: Rubric) -> None:
    full = next(offer.id for offer in dean.offers if offer.worth == "full")
    settling = conduct.stance_after(session_with(dean, rubric), Appraisal(offers=(full,)))
    standing = conduct.stance_after(session_with(dean, rubric), Appraisal(asked=(dean.facts[3].id,)))
    assert conduct.WAITING not in settling.shifts
    assert conduct.WAITING in standing.shifts


def test_what_sounds_too_good_is_not_taken_at_once(dean: Persona, rubric: Rubric) -> None:
    content = dean.model_copy(update={"mood": dean.mood.model_copy(update={"trust": 10.0, "anger": 0.0})})
    full = next(offer.id for offer in dean.offers if offer.worth == "full")
    before = session_with(content, rubric, *[Appraisal(asked=(dean.facts[3].id,))] * 5)
    assert conduct.stance_after(before, Appraisal(offers=(full,), beyond="£900")).outcome is None
    assert conduct.stance_after(before, Appraisal(offers=(full,))).outcome is Outcome.RESOLVED
