"""Overridden levels as labels: the form that `simcustomer eval import` takes, so that agreement can be measured on them."""

from __future__ import annotations

from simcustomer.domain.review import Override
from simcustomer.domain.rubric import Level
from simcustomer.domain.session import Session
from simcustomer.evaluation.labels import RatedConversation, TurnRating


def rated(session: Session) -> RatedConversation | None:
    """A session with what managers said of its replies, one rating for each manager and reply; None without any.

    An override that a rewound session took over belongs to the session that it was made in, and is left out here.
    """
    ratings: list[TurnRating] = []
    for exchange in session.exchanges:
        by_rater: dict[str, list[Override]] = {}
        for override in exchange.overrides:
            if override.at >= session.started_at:
                by_rater.setdefault(override.by, []).append(override)
        for rater, given in by_rater.items():
            levels: dict[str, Level | None] = {override.technique: override.level for override in given}
            ratings.append(TurnRating(turn=2 * exchange.number - 1, rater=rater, levels=levels))
    if not ratings:
        return None
    return RatedConversation(
        id=session.id,
        channel=session.persona.channel,
        scenario=session.persona.scenario,
        turns=session.transcript.turns,
        ratings=tuple(ratings),
    )
