"""Two runs of the evals held against each other, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from simcustomer.evaluation.figures import GRADER, Figure
from simcustomer.evaluation.pins import ROUNDING, differing, fell
from simcustomer.evaluation.results import Results

Verdict = Literal["worse", "better", "same", "unjudged", "missing"]
"""`same`: within the interval of before. `unjudged`: neither way is better. `missing`: one of the runs has no value."""


class Change(NamedTuple):
    """A grader's figure in both runs; None where it was not measured."""

    suite: str
    name: str
    before: Figure | None
    after: Figure | None
    verdict: Verdict

    @property
    def by(self) -> float | None:
        """How far it moved; None where one of the runs has no value."""
        if self.before is None or self.after is None or self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


def incomparable(before: Results, after: Results) -> list[str]:
    """Why two runs cannot be compared, as a sentence's part each: other data, split or rubric, or no suite in common."""
    reasons = differing(before.provenance, after.provenance)
    if not reasons and not before.suites.keys() & after.suites.keys():
        return [f"the one measured {', '.join(before.suites)}, the other {', '.join(after.suites)}"]
    return reasons


def comparison(before: Results, after: Results) -> list[Change]:
    """The grader's figures of the suites that both runs have, judged by the interval of before, as pins are."""
    return list(_changes(before, after))


def _changes(before: Results, after: Results) -> Iterator[Change]:
    for suite in before.suites:
        if suite not in after.suites:
            continue
        names = [f.name for found in (before, after) for f in found.suites[suite] if f.of == GRADER]
        for name in dict.fromkeys(names):
            was, now = before.figure(suite, name), after.figure(suite, name)
            yield Change(suite, name, was, now, _verdict(was, now))


def _verdict(before: Figure | None, after: Figure | None) -> Verdict:
    if before is None or after is None or before.value is None or after.value is None:
        return "missing"
    if before.better is None:
        return "unjudged"
    if fell(before, after):
        return "worse"
    return "better" if _rose(before, before.value, after.value) else "same"


def _rose(before: Figure, was: float, now: float) -> bool:
    if before.better == "lower":
        return now < (was if before.low is None else before.low) - ROUNDING
    return now > (was if before.high is None else before.high) + ROUNDING
