"""Second looks at grades: levels that a trainee disputes, and levels that a manager sets instead of the grader's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Level, Rubric

MOST_REASON = 1_000
"""Most characters in the reason for a dispute, or for the decision on it."""


class Override(Frozen):
    """A level (None: no occasion) that a manager set for one technique of one reply; `by` is the manager's name."""

    technique: str
    level: Level | None
    reason: str
    by: str
    at: datetime


class Decision(Frozen):
    """What a manager answered to a dispute; an accepted one has an override beside it."""

    accepted: bool
    reason: str
    by: str
    at: datetime


class Dispute(Frozen):
    """A trainee's objection to the level of one technique in one reply (`number` from 1); `decision` is None while it waits."""

    session: str
    number: int
    technique: str
    reason: str
    at: datetime
    decision: Decision | None = None


def counted(rubric: Rubric, grade: Grade, overrides: Iterable[Override]) -> Grade:
    """The grade that counts: the grader's own with each overridden level in its place, and the overall that follows.

    The evidence stays the grader's. A reply that could not be graded stays ungraded.
    """
    given = {override.technique: override.level for override in overrides}
    if not given or not isinstance(grade, Assessment):
        return grade
    verdicts = tuple(
        verdict.model_copy(update={"level": given[verdict.technique]}) if verdict.technique in given else verdict
        for verdict in grade.verdicts
    )
    changed = grade.model_copy(update={"verdicts": verdicts})
    return changed.model_copy(update={"overall": rubric.overall(changed.levels)})
