"""Whether the same reply gets the same grade: again, in another order, side by side, and after a new start."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.golden import RatedReply
from simcustomer.roles import Grader

_ABSENT = -1
_SEED = 11


@dataclass(frozen=True, slots=True)
class Stability:
    """`exact` is the share of verdicts that are equal in all runs; `icc` is ICC(2,1) over the replies' mean levels."""

    runs: int
    verdicts: int
    exact: float
    icc: float | None


async def stability(replies: Sequence[RatedReply], graders: Sequence[Grader], rubric: Rubric) -> Stability:
    """Grade all replies once in order, once shuffled, once all at the same time, with each of the graders in turn."""
    runs: list[NDArray[np.int_]] = []
    for grader in graders:
        runs.append(await _in_order(replies, grader, rubric, range(len(replies))))
        shuffled = list(range(len(replies)))
        random.Random(_SEED).shuffle(shuffled)  # noqa: S311  # an order, not a secret
        runs.append(await _in_order(replies, grader, rubric, shuffled))
        runs.append(np.array(await asyncio.gather(*(_verdicts(reply, grader, rubric) for reply in replies))))
    table = np.stack(runs)
    return Stability(
        runs=len(runs),
        verdicts=int(table[0].size),
        exact=float((table == table[0]).all(axis=0).mean()),
        icc=icc_absolute_agreement(_means(table)),
    )


async def _in_order(
    replies: Sequence[RatedReply], grader: Grader, rubric: Rubric, order: Sequence[int]
) -> NDArray[np.int_]:
    verdicts: dict[int, list[int]] = {}
    for index in order:
        verdicts[index] = await _verdicts(replies[index], grader, rubric)
    return np.array([verdicts[index] for index in range(len(replies))])


async def _verdicts(reply: RatedReply, grader: Grader, rubric: Rubric) -> list[int]:
    grade = await grader.grade(reply.case(rubric))
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
