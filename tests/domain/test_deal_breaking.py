"""Deal breakers, met by rule and met in the words of a whole exchange."""

from __future__ import annotations

import asyncio

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Met, Session
from simcustomer.domain.sway import Consequence, DealBreaker, Deed
from simcustomer.graph import Finished, exchange_graph, run_exchange
from simcustomer.library import Library
from simcustomer.practice import begin
from tests.domain.test_conduct import after, session_with

BROKEN = Appraisal(deal_breakers=(Met(sway="broken", quote="x"),))


def with_breaker(persona: Persona, ending: Consequence, **met_by: object) -> Persona:
    breaker = DealBreaker.model_validate(
        {"id": "broken", "because": "broke it", "ending": ending} | (met_by or {"words": ["x"]})
    )
    content = persona.mood.model_copy(update={"anger": 0.0, "trust": 10.0, "patience": 10.0})
    endings = persona.endings.model_copy(
        update={
            "resolved": persona.endings.resolved.model_copy(update={"from_exchange": 1}),
            "compromise": persona.endings.compromise.model_copy(update={"from_exchange": 1}),
        }
    )
    return persona.model_copy(update={"deal_breakers": (breaker,), "mood": content, "endings": endings})


def offered(persona: Persona, *worths: str) -> Appraisal:
    return Appraisal(offers=tuple(offer.id for offer in persona.offers if offer.worth in worths))


@pytest.mark.parametrize(
    ("ending", "worth", "outcome"),
    [
        (Consequence.COMPROMISE_AT_BEST, "full", Outcome.COMPROMISE),
        (Consequence.COMPROMISE_AT_BEST, "part", Outcome.COMPROMISE),
        (Consequence.NO_AGREEMENT, "full", None),
        (Consequence.NO_AGREEMENT, "part", None),
    ],
)
def test_a_broken_deal_stays_broken(
    ending: Consequence, worth: str, outcome: Outcome | None, dean: Persona, rubric: Rubric
) -> None:
    persona = with_breaker(dean, ending)
    right = offered(persona, worth)
    assert session_with(persona, rubric, right).outcome in {Outcome.RESOLVED, Outcome.COMPROMISE}
    assert session_with(persona, rubric, BROKEN, Appraisal(asked=("fault",)), right).outcome is outcome


@pytest.mark.parametrize("ending", [Consequence.COMPLAINT, Consequence.WALKED_OUT])
def test_some_deals_break_the_conversation(ending: Consequence, dean: Persona, rubric: Rubric) -> None:
    persona = with_breaker(dean, ending)
    right = offered(persona, "full").model_copy(update={"deal_breakers": BROKEN.deal_breakers})
    assert session_with(persona, rubric, right).outcome == Outcome(ending.value)


def test_an_offer_can_break_the_deal(dean: Persona, rubric: Rubric) -> None:
    insult = next(offer.id for offer in dean.offers if offer.worth == "insult")
    persona = with_breaker(dean, Consequence.NO_AGREEMENT, offer=insult)
    assert session_with(persona, rubric, Appraisal(offers=(insult,)), offered(persona, "full")).outcome is None


def test_it_costs_once_and_says_why(dean: Persona, rubric: Rubric) -> None:
    session = session_with(with_breaker(dean, Consequence.COMPROMISE_AT_BEST), rubric)
    for _ in range(2):
        session = after(session, BROKEN)
    first, second = (
        [shift for shift in e.stance.shifts if shift.cause == "deal_breaker.broken"] for e in session.exchanges
    )
    assert first[0].anger > 0
    assert "broke it" in first[0].summary
    assert second == []


def played(persona: Persona, rubric: Rubric, *replies: str) -> Session:
    """The session after these replies, each through the graph of an exchange with the embedded engines."""

    async def run() -> Session:
        cast = wiring.cast()
        graph = exchange_graph(cast)
        session = begin(persona, rubric, cast, session_id="s", owner="o", seed=1)
        for reply in replies:
            if session.outcome is not None:
                break
            async for event in run_exchange(graph, session, reply):
                if isinstance(event, Finished):
                    session = session.with_exchange(event.exchange)
        return session

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("persona_id", "reply", "breaker"),
    [
        ("as-per-my-last-email", "We can let ourselves in with the office keys on Tuesday.", "in_with_the_keys"),
        ("closing-his-account", "Could you put him on, please? I need to check with him.", "fetch_derek"),
        ("door-to-door-insults", "I think you're lying and you already have it.", "called_him_a_liar"),
        ("it-is-only-a-chair", "With respect, that is just an old chair.", "said_only_a_chair"),
        ("it-is-only-a-chair", "I will send you a replacement chair on Monday.", "another_chair_instead"),
        (
            "my-followers-will-love-this",
            "I can offer you a free weekend if you take down the post.",
            "paid_for_silence",
        ),
        ("never-quite-right", "You need to settle the balance first.", "pay_first"),
        ("nineteen-seasons", "I will take the seats from the new holder.", "took_them_from_another"),
        ("no-heat-third-visit", "Our record shows that nobody was in.", "called_him_absent"),
        ("ok-and", "A small slice should be fine.", "guessed_at_safety"),
        ("please-write-simple", "You could use Google Translate for the letter.", "let_somebody_translate"),
        ("read-the-terms-again", "This will go to debt collectors and your credit file.", "debt_collectors"),
        ("wedding-on-saturday", "Have you thought that you could postpone your wedding?", "move_the_wedding"),
    ],
)
def test_shipped_deal_breakers_are_met_in_the_words_of_an_exchange(
    persona_id: str, reply: str, breaker: str, library: Library, rubric: Rubric
) -> None:
    session = played(library.persona(persona_id), rubric, reply)
    causes = [shift.cause for shift in session.exchanges[0].stance.shifts]
    assert f"deal_breaker.{breaker}" in causes
    ending = next(b.ending for b in session.persona.deal_breakers if b.id == breaker)
    assert session.outcome == (Outcome(ending.value) if ending in {"complaint", "walked_out"} else None)


def test_a_deed_of_the_personas_own_is_met_however_it_is_worded(dean: Persona, rubric: Rubric) -> None:
    held = with_breaker(dean, Consequence.WALKED_OUT, deed=Deed.HOLD)
    for reply in ("Please hold.", "Bear with me, I'm just going to pop you on hold for a moment."):
        assert played(held, rubric, reply).outcome is Outcome.WALKED_OUT
    assert played(held, rubric, "What does the display on the boiler show?").outcome is None
