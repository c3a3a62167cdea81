"""The eval suites of a grader: what each measures, as figures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.acts import read_act_replies, understood
from simcustomer.evaluation.agreement_table import Given, ceiling, figures_of, given_by
from simcustomer.evaluation.contrast import Contrast, judge, read_pairs
from simcustomer.evaluation.figures import GRADER, Figure, certain, share
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.many import grades_of
from simcustomer.evaluation.stability import stability
from simcustomer.roles import Grader

_DRAWS = 1000
_SEED = 20_240


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the agreement suite finds: its figures, and the grades that they come from."""

    figures: list[Figure]
    grades: list[Grade]


async def agreement_suite(
    replies: Sequence[RatedReply], grader: Grader, rubric: Rubric, baselines: Mapping[str, Given] = MappingProxyType({})
) -> Agreed:
    """Agreement with the raters of the grader, of baselines by name, and of the raters among themselves.

    Replies that were not graded are counted and left out of the grader's figures: no grade is not "no occasion".
    """
    grades = await grades_of(grader, [reply.case(rubric) for reply in replies])
    graded = [(reply, grade) for reply, grade in zip(replies, grades, strict=True) if isinstance(grade, Assessment)]
    failed = len(replies) - len(graded)
    figures = (
        figures_of(GRADER, given_by([grade for _, grade in graded], rubric.ids), [reply for reply, _ in graded])
        if graded
        else []
    )
    figures.append(Figure(name="ungraded", value=float(failed), n=len(grades), better="lower"))
    for name, given in baselines.items():
        figures += figures_of(name, given, replies)
    return Agreed([*figures, *ceiling(replies, rubric.ids)], grades)


@dataclass(frozen=True, slots=True)
class Contrasted:
    """What the contrast suite finds: its figures, and the pairs that did not hold."""

    figures: list[Figure]
    failed: list[Contrast]


async def contrast_suite(folder: Path, grader: Grader, rubric: Rubric) -> Contrasted:
    """Shares of ordered pairs in order and of invariant pairs' levels that are equal, and how many attacks gained."""
    judged = await judge(read_pairs(folder), grader, rubric)
    ordered = [contrast.holds for contrast in judged if contrast.pair.kind == "ordered"]
    attacks = [contrast.holds for contrast in judged if contrast.pair.kind == "attack"]
    figures = [
        share("ordered", ordered),
        _levels_equal([contrast for contrast in judged if contrast.pair.kind == "invariant"], rubric),
        Figure(name="attacks_with_a_gain", value=float(len(attacks) - sum(attacks)), n=len(attacks), better="lower"),
    ]
    return Contrasted(figures, [contrast for contrast in judged if not contrast.holds])


def _levels_equal(invariant: Sequence[Contrast], rubric: Rubric) -> Figure:
    """Share of levels that are equal, its interval drawn by pair: the levels of one reply move together."""
    name, n = "invariant_levels_equal", len(invariant) * len(rubric.ids)
    if not n:
        return Figure(name=name, value=None, n=0)
    equal = np.array([1 - len(contrast.moved) / len(rubric.ids) for contrast in invariant])
    draws = np.random.default_rng(_SEED).integers(len(equal), size=(_DRAWS, len(equal)))
    low, high = np.percentile(equal[draws].mean(axis=1), [2.5, 97.5])
    return Figure(name=name, value=float(equal.mean()), n=n, low=float(low), high=float(high))


async def stability_suite(
    replies: Sequence[RatedReply], make: Callable[[], Grader], rubric: Rubric, grader: Grader | None = None
) -> list[Figure]:
    """Shares of verdicts equal in every run, in all and by what was changed, and ICC(2,1)."""
    found = await stability(replies, make, rubric, grader)
    return [
        Figure(name="exact", value=found.exact, n=found.verdicts),
        *(Figure(name=f"exact.{way}", value=value, n=found.verdicts) for way, value in found.by_way.items()),
        Figure(name="icc_2_1", value=found.icc, n=len(replies), better=None),
    ]


async def evidence_suite(replies: Sequence[RatedReply], grader: Grader, rubric: Rubric) -> list[Figure]:
    """Shares of quotes that are verbatim, and of levels above 0 that have evidence."""
    verbatim: list[bool] = []
    shown: list[bool] = []
    grades = await grades_of(grader, [reply.case(rubric) for reply in replies])
    for reply, grade in zip(replies, grades, strict=True):
        if isinstance(grade, Assessment):
            verbatim += [evidence.quote in reply.reply for evidence in grade.evidence] + [False] * len(grade.unverified)
            shown += [any(e.indicator for e in v.evidence) for v in grade.verdicts if v.level]
    return [certain("quotes_verbatim", verbatim), certain("levels_with_evidence", shown)]


async def acts_suite(path: Path) -> list[Figure]:
    """Precision and recall of the embedded customer's understanding, by act."""
    figures: list[Figure] = []
    for found in understood(read_act_replies(path)):
        figures.append(_of_counts(f"precision.{found.act}", found.right, found.found))
        figures.append(_of_counts(f"recall.{found.act}", found.right, found.there))
    return figures


def _of_counts(name: str, hits: int, n: int) -> Figure:
    return share(name, [index < hits for index in range(n)])
