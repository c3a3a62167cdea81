"""How far a measurement has come, told while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from simcustomer.domain.assessment import Grade
from simcustomer.evaluation.many import ManyGrader
from simcustomer.roles import Grader, GradingCase


class Step(NamedTuple):
    """The part that is being measured, and how many of its gradings are done; `note` says what it does besides grading."""

    part: str
    done: int = 0
    total: int = 0
    note: str = ""

    def __str__(self) -> str:
        """As a status line shows it."""
        return self.note or (f"{self.part} {self.done}/{self.total}" if self.total else self.part)


Listener = Callable[[Step], None]


def nothing_heard(_: Step) -> None:
    """A listener for when nobody watches."""


class Counted:
    """A grader that tells a listener of each reply that it has graded, out of `total` of a part."""

    def __init__(self, grader: Grader, listener: Listener, part: str, total: int) -> None:
        self._grader = grader
        self._listener = listener
        self._at = Step(part, 0, total)
        listener(self._at)

    @property
    def name(self) -> str:
        """The name of the grader that is counted."""
        return self._grader.name

    async def grade(self, case: GradingCase) -> Grade:
        """Grade, then tell."""
        grade = await self._grader.grade(case)
        self._tell(1)
        return grade

    def _tell(self, more: int) -> None:
        self._at = self._at._replace(done=min(self._at.done + more, self._at.total))
        self._listener(self._at)


class CountedMany(Counted):
    """A counted grader that takes many replies at once."""

    def __init__(self, grader: Grader, many: ManyGrader, listener: Listener, part: str, total: int) -> None:
        super().__init__(grader, listener, part, total)
        self._many = many

    async def grade_all(self, cases: Sequence[GradingCase]) -> list[Grade]:
        """Grade all, then tell."""
        grades = await self._many.grade_all(cases)
        self._tell(len(grades))
        return grades
