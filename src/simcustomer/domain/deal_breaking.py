"""Which of a persona's deal breakers have been met, what that costs, and which endings it leaves."""

from __future__ import annotations

from collections.abc import Iterator

from simcustomer.domain.mood import Shift
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.session import Appraisal, Session
from simcustomer.domain.sway import Consequence, DealBreaker

BREAKING = Shift(cause="deal_breaker", because="", anger=1.0, trust=-1.5, patience=-0.5)
"""What a deal breaker costs the first time it is met, beside what it does to the ending."""

_AT_ONCE = {Consequence.COMPLAINT: Outcome.COMPLAINT, Consequence.WALKED_OUT: Outcome.WALKED_OUT}
_NOT_RESOLVED = frozenset(Consequence)
_NOT_SETTLED = _NOT_RESOLVED - {Consequence.COMPROMISE_AT_BEST}


def met_by(persona: Persona, appraisal: Appraisal) -> tuple[DealBreaker, ...]:
    """The deal breakers that one reply meets, in the persona's order."""
    seen = {met.sway for met in appraisal.deal_breakers}
    return tuple(b for b in persona.deal_breakers if b.id in seen or (b.offer and b.offer in appraisal.offers))


def met_so_far(session: Session, appraisal: Appraisal) -> tuple[DealBreaker, ...]:
    """The deal breakers that any reply has met, this one included, in the persona's order."""
    met = {b.id for a in (*(e.appraisal for e in session.exchanges), appraisal) for b in met_by(session.persona, a)}
    return tuple(b for b in session.persona.deal_breakers if b.id in met)


def shifts(session: Session, appraisal: Appraisal) -> Iterator[Shift]:
    """What the deal breakers that are met for the first time do to the mood."""
    before = {b.id for exchange in session.exchanges for b in met_by(session.persona, exchange.appraisal)}
    for breaker in met_by(session.persona, appraisal):
        if breaker.id not in before:
            yield BREAKING.model_copy(
                update={"cause": f"deal_breaker.{breaker.id}", "because": f"{breaker.because} (a deal breaker)"}
            )


def ends_at_once(session: Session, appraisal: Appraisal) -> Outcome | None:
    """The ending that follows at once from a deal breaker that this reply meets; None where none does."""
    return next((_AT_ONCE[b.ending] for b in met_by(session.persona, appraisal) if b.ending in _AT_ONCE), None)


def allows(outcome: Outcome, session: Session, appraisal: Appraisal) -> bool:
    """Whether `resolved` or `compromise` can still be reached; other endings always can."""
    closing = {Outcome.RESOLVED: _NOT_RESOLVED, Outcome.COMPROMISE: _NOT_SETTLED}.get(outcome, frozenset())
    return not any(breaker.ending in closing for breaker in met_so_far(session, appraisal))
