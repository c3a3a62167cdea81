"""Whether the same reply gets the same grade: again, in another order, side by side, and after a new start."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.many import ManyGrader, grades_of
from simcustomer.roles import Grader

_ABSENT = -1
_SEED = 11


AGAIN = 3
"""How often the same input is graded in the same order."""

GRADINGS = AGAIN + 3
"""How often each reply is graded in all."""


@dataclass(frozen=True, slots=True)
class Stability:
    """`exact` is the share of verdicts equal in all runs, `by_way` the same for the runs of one way beside the first.

    `icc` is ICC(2,1) over the replies' mean levels.
    """

    verdicts: int
    exact: float
    by_way: dict[str, float]
    icc: float | None


async def stability(
    replies: Sequence[RatedReply], make: Callable[[], Grader], rubric: Rubric, grader: Grader | None = None
) -> Stability:
    """Grade all replies again and again, in another order, all at the same time, and in a process of its own.

    `make` gives a new grader, and must be picklable for the other process: a function of a module, or a partial of one.
    `grader` grades in this process; None: a new one.
    """
    grader, order = grader or make(), range(len(replies))
    shuffled = list(order)
    random.Random(_SEED).shuffle(shuffled)  # noqa: S311  # an order, not a secret
    ways = {
        "again": [await _in_order(replies, grader, rubric, order) for _ in range(AGAIN)],
        "other_order": [await _in_order(replies, grader, rubric, shuffled)],
        "in_parallel": [await _side_by_side(replies, grader, rubric)],
        "after_restart": [await _elsewhere(replies, make, rubric)],
    }
    first = ways["again"][0]
    table = np.stack([run for runs in ways.values() for run in runs])
    return Stability(
        verdicts=int(first.size),
        exact=_exact(first, table),
        by_way={way: _exact(first, np.stack(runs)) for way, runs in ways.items()},
        icc=icc_absolute_agreement(_means(table)),
    )


def _exact(first: NDArray[np.int_], runs: NDArray[np.int_]) -> float:
    return float((runs == first).all(axis=0).mean())


async def _elsewhere(replies: Sequence[RatedReply], make: Callable[[], Grader], rubric: Rubric) -> NDArray[np.int_]:
    # A fork would inherit what the grader has warmed up; a new interpreter also has another seed for its hashes.
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _restarted, tuple(replies), make, rubric)


def _restarted(replies: tuple[RatedReply, ...], make: Callable[[], Grader], rubric: Rubric) -> NDArray[np.int_]:
    return asyncio.run(_in_order(replies, make(), rubric, range(len(replies))))


async def _in_order(
    replies: Sequence[RatedReply], grader: Grader, rubric: Rubric, order: Sequence[int]
) -> NDArray[np.int_]:
    grades = await grades_of(grader, [replies[index].case(rubric) for index in order])
    verdicts = {index: _verdicts(grade, rubric) for index, grade in zip(order, grades, strict=True)}
    return np.array([verdicts[index] for index in range(len(replies))])


async def _side_by_side(replies: Sequence[RatedReply], grader: Grader, rubric: Rubric) -> NDArray[np.int_]:
    cases = [reply.case(rubric) for reply in replies]
    if isinstance(grader, ManyGrader):
        # Such a grader works side by side already, and would make heavy going of single replies.
        grades = await grader.grade_all(cases)
    else:
        grades = await asyncio.gather(*(grader.grade(case) for case in cases))
    return np.array([_verdicts(grade, rubric) for grade in grades])


def _verdicts(grade: Grade, rubric: Rubric) -> list[int]:
    levels = grade.levels if isinstance(grade, Assessment) else dict.fromkeys(rubric.ids)
    return [_ABSENT if (level := levels[name]) is None else level for name in rubric.ids]


def _means(table: NDArray[np.int_]) -> NDArray[np.float64]:
    """Mean level by reply and run, absent ones left out."""
    present = table != _ABSENT
    return (np.where(present, table, 0).sum(axis=2) / np.maximum(present.sum(axis=2), 1)).T


def icc_absolute_agreement(scores: NDArray[np.float64]) -> float | None:
    """ICC(2,1) of subjects by raters (Shrout and Fleiss 1979); None where there is no variance to explain."""
    subjects, raters = scores.shape
    if subjects < 2 or raters < 2:
        return None
    grand = scores.mean()
    between = raters * ((scores.mean(axis=1) - grand) ** 2).sum() / (subjects - 1)
    across = subjects * ((scores.mean(axis=0) - grand) ** 2).sum() / (raters - 1)
    residual = ((scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0) + grand) ** 2).sum()
    error = residual / ((subjects - 1) * (raters - 1))
    bottom = between + (raters - 1) * error + raters * (across - error) / subjects
    return float((between - error) / bottom) if bottom > 0 else None
