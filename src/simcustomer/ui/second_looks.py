"""What came of second looks at a level: disputes and their answers, and a level that a manager set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from simcustomer.domain.assessment import Verdict
from simcustomer.domain.review import Dispute
from simcustomer.domain.session import Exchange
from simcustomer.ui.levels import Level, level_of


class Words(NamedTuple):
    """What someone wrote, and when; `by` is empty for the trainee whose page it is."""

    text: str
    by: str
    at: datetime


class SecondLook(NamedTuple):
    """Of one technique in one reply: the level that counts, the grader's own, and why.

    `override` is set where a manager set the level, `dispute` where the trainee disputed it, and then `answer` where it
    was answered.
    """

    state: Literal["waiting", "declined", "overridden"]
    counts: Level
    grader: Level
    override: Words | None
    dispute: Words | None
    answer: Words | None


def second_look(name: str, verdict: Verdict, exchange: Exchange, disputes: Sequence[Dispute]) -> SecondLook | None:
    """The second look at the grader's verdict; None where there was none. `name` is the technique's."""
    override = next((o for o in exchange.overrides if o.technique == verdict.technique), None)
    dispute = next((d for d in disputes if (d.number, d.technique) == (exchange.number, verdict.technique)), None)
    if override is None and dispute is None:
        return None
    decision = dispute.decision if dispute else None
    own = level_of(name, verdict.level)
    return SecondLook(
        state="overridden" if override else "declined" if decision else "waiting",
        counts=level_of(name, override.level) if override else own,
        grader=own,
        override=Words(override.reason, override.by, override.at) if override else None,
        dispute=Words(dispute.reason, "", dispute.at) if dispute else None,
        answer=Words(decision.reason, decision.by, decision.at) if decision else None,
    )
