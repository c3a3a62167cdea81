"""A grader whose gradings are done wherever a spread does its work, for evals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from simcustomer.bulk.grading import Spread
from simcustomer.bulk.work import Setup, grade_cases
from simcustomer.domain.assessment import Grade
from simcustomer.roles import GradingCase

CHUNK = 16
"""Replies that are sent out together."""


@dataclass(frozen=True)
class SpreadGrader:
    """Implements `roles.Grader` and `many.ManyGrader`: the grades are those of the setup's own grader."""

    setup: Setup
    spread: Spread

    @property
    def name(self) -> str:
        """The name of the grader that does the work."""
        return self.setup.grader

    async def grade(self, case: GradingCase) -> Grade:
        """One grade."""
        return (await self.grade_all([case]))[0]

    async def grade_all(self, cases: Sequence[GradingCase]) -> list[Grade]:
        """The grades of the cases, in their order."""
        chunks = [tuple(cases[start : start + CHUNK]) for start in range(0, len(cases), CHUNK)]
        loads = [partial(tuple[GradingCase, ...], chunk) for chunk in chunks]
        # Whoever does the work may have an event loop of its own.
        done = await asyncio.to_thread(lambda: list(self.spread(loads, partial(grade_cases, self.setup))))
        return [grade for grades in done for grade in grades]
