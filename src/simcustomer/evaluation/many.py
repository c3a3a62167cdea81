"""Grades many replies: one after another, or all at once with a grader that can share them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from simcustomer.domain.assessment import Grade
from simcustomer.roles import Grader, GradingCase


@runtime_checkable
class ManyGrader(Protocol):
    """A grader that takes many replies at once, to share them out."""

    async def grade_all(self, cases: Sequence[GradingCase]) -> list[Grade]:
        """The grades of the cases, in their order."""
        ...


async def grades_of(grader: Grader, cases: Sequence[GradingCase]) -> list[Grade]:
    """The grades of the cases, in their order."""
    if isinstance(grader, ManyGrader):
        return await grader.grade_all(cases)
    return [await grader.grade(case) for case in cases]
