"""What the rules of the exchange make of appraisals that nobody has to play, and of a text that the customer hears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from simcustomer.domain import conduct
from simcustomer.domain.assessment import Ungraded
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Exchange, Provenance, Session, Stance
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.understanding import LEXICON, understand
from simcustomer.roles import Scene

_UNGRADED = Ungraded(reason="a trial is not graded")
_PROVENANCE = Provenance(persona="", rubric="", customer="", grader="", coach="", version="")


def trial(persona: Persona, rubric: Rubric) -> Session:
    """A session in which nothing has been said but a greeting."""
    return Session(
        id="trial",
        owner="lint",
        persona=persona,
        rubric=rubric,
        seed=0,
        provenance=_PROVENANCE,
        opening="Hello.",
        started_at=datetime.now(UTC),
    )


def stances(session: Session, appraisals: Iterable[Appraisal]) -> Iterator[Stance]:
    """Where the customer stands after each appraisal in turn, through the one that ends it."""
    for appraisal in appraisals:
        stance = conduct.stance_after(session, appraisal)
        yield stance
        if stance.outcome is not None:
            return
        number = len(session.exchanges) + 1
        exchange = Exchange(number=number, reply="-", answer="-", appraisal=appraisal, stance=stance, grade=_UNGRADED)
        session = session.with_exchange(exchange)


def heard(session: Session, reply: str) -> Appraisal:
    """How the embedded customer takes a reply, the rubric's techniques left aside."""
    return understand(Scene(session, reply), (), load_lexicon(*LEXICON)).appraisal
