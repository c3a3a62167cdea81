"""How a conversation ends: rules over the mood, what was offered, and what the reply did."""

from __future__ import annotations

from itertools import takewhile

from simcustomer.domain import deal_breaking
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome
from simcustomer.domain.session import Appraisal, Exchange, Session

LOW_PATIENCE = 2.0
"""At or below this patience a customer settles for less, even while what they came for is on the table."""


def outcome_of(
    session: Session, appraisal: Appraisal, mood: Mood, *, worths: frozenset[str], welcome: bool
) -> Outcome | None:
    """The ending that is reached with this reply, if any; the first rule that holds decides.

    `worths` are those of the offers on the table, `welcome` says whether the reply was one that could be said yes to.
    """
    number = len(session.exchanges) + 1
    # Who only had to answer something first still means to agree, though the reply after it says little.
    agreeing = session.mood if held_off(session) else mood
    endings = session.persona.endings
    # What sounds too good is tested before it is taken, and so is the word of someone who has just gone back on theirs.
    agreeable = (
        welcome and appraisal.beyond is None and appraisal.broken is None and not _answers_first(session, appraisal)
    )
    # A deal breaker can have closed the way to a resolution; the full offer then makes a compromise, if any is left.
    resolvable = deal_breaking.allows(Outcome.RESOLVED, session, appraisal)
    settleable = agreeable and deal_breaking.allows(Outcome.COMPROMISE, session, appraisal)
    at_once = deal_breaking.ends_at_once(session, appraisal)
    settles = not resolvable or "full" not in worths or mood.patience <= LOW_PATIENCE or number >= endings.longest - 1
    rules = (
        (Outcome.ENDED_BY_TRAINEE, appraisal.hangs_up),
        (Outcome.ESCALATED, appraisal.hands_over),
        (Outcome.RESOLVED, agreeable and resolvable and "full" in worths and endings.resolved.holds(agreeing, number)),
        (
            Outcome.COMPROMISE,
            settleable and settles and worths & {"part", "full"} and endings.compromise.holds(agreeing, number),
        ),
        (Outcome.COMPLAINT, at_once is Outcome.COMPLAINT or endings.complaint.holds(mood, number)),
        (Outcome.WALKED_OUT, at_once is Outcome.WALKED_OUT or endings.walked_out.holds(mood, number)),
        (Outcome.OUT_OF_TIME, number >= endings.longest),
    )
    return next((outcome for outcome, reached in rules if reached), None)


MOST_HELD_OFF = 2
"""Times in a row that an agreement waits for an answer: a trainee who always asks would never be done."""


def held_off(session: Session) -> bool:
    """Whether the customer would have agreed to the last reply, had it not asked something that they had to answer first."""
    return bool(session.exchanges) and _waited(session, session.exchanges[-1])


def _waited(session: Session, exchange: Exchange) -> bool:
    endings = session.persona.endings
    return exchange.appraisal.awaits and any(
        e.holds(exchange.stance.mood, exchange.number) for e in (endings.resolved, endings.compromise)
    )


def _answers_first(session: Session, appraisal: Appraisal) -> bool:
    """Whether an agreement waits for the answer to a question, and for what the trainee makes of it."""
    last_chance = len(session.exchanges) + 1 >= session.persona.endings.longest - 1
    waited = len(list(takewhile(lambda exchange: _waited(session, exchange), reversed(session.exchanges))))
    return appraisal.awaits and waited < MOST_HELD_OFF and not last_chance
