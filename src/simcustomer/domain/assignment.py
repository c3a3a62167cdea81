"""What a manager asks people to practise, and how far each of them has got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from simcustomer.domain.model import Frozen
from simcustomer.domain.progress import Attempt, changes


class Assignment(Frozen):
    """A persona to practise until a day (that day included), with the score out of 100 that is asked.

    It is for one person, by id, or for a whole team, by name: then for whoever is in the team, later members too.
    """

    id: str
    persona: str
    title: str
    person: str | None = None
    team: str | None = None
    due: date
    pass_mark: Annotated[int, Field(ge=0, le=100)]
    by: str
    at: datetime

    @model_validator(mode="after")
    def _for_someone(self) -> Self:
        if (self.person is None) == (self.team is None):
            raise ValueError("an assignment is for one person or for one team")
        return self


class Standing(StrEnum):
    """How far someone is with an assignment; what is overdue has not been passed, whatever else was done."""

    NOT_BEGUN = "not_begun"
    BEGUN = "begun"
    DONE = "done"
    PASSED = "passed"
    OVERDUE = "overdue"


class Result(Frozen):
    """How someone stands: finished attempts, best and latest score (0-100; None: no score), the latest session.

    `late` where it was passed after the due day. `is_mixed` where attempts were scored in ways that cannot be compared.
    `overridden` counts attempts in which a manager set a level.
    """

    standing: Standing
    attempts: int = 0
    best: float | None = None
    latest: float | None = None
    session: str | None = None
    late: bool = False
    is_mixed: bool = False
    overridden: int = 0


def result(assignment: Assignment, attempts: Sequence[Attempt], *, has_begun: bool, today: date) -> Result:
    """How someone with these finished sessions stands.

    Whole conversations with the persona, begun since it was assigned, count; one that went back to a later reply does
    not, since the trainee knew what was coming. With hints nothing is passed. `has_begun`: there is an unfinished one too.
    """
    counting = sorted(
        (a for a in attempts if a.persona == assignment.persona and a.is_whole and a.started_at >= assignment.at),
        key=lambda a: a.started_at,
    )
    scored = [(a, a.scorecard.overall) for a in counting if a.scorecard.overall is not None]
    passed = [a for a, score in scored if score >= assignment.pass_mark and not a.hints]
    return Result(
        standing=_standing(assignment, today, passed=bool(passed), done=bool(counting), begun=has_begun),
        attempts=len(counting),
        best=max((score for _, score in scored), default=None),
        latest=counting[-1].scorecard.overall if counting else None,
        session=counting[-1].session if counting else None,
        late=bool(passed) and passed[0].started_at.astimezone().date() > assignment.due,
        is_mixed=any(changes(a.provenance, b.provenance) for a, b in pairwise(counting)),
        overridden=sum(bool(a.scorecard.overridden) for a in counting),
    )


def _standing(assignment: Assignment, today: date, *, passed: bool, done: bool, begun: bool) -> Standing:
    if passed:
        return Standing.PASSED
    if today > assignment.due:
        return Standing.OVERDUE
    if done:
        return Standing.DONE
    return Standing.BEGUN if begun else Standing.NOT_BEGUN
