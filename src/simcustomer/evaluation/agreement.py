"""Agreement between two raters of levels 0-3, with intervals drawn by conversation.

Levels are ordinal; a technique's agreement is measured where the raters gave a level, a grader's null counting as 0
there. Quadratic weighted kappa (Cohen 1968) is the figure compared; Krippendorff's alpha (ordinal), exact and adjacent
agreement, bias and per-level recall stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.typing import NDArray

Levels = Sequence[int | None]

_K = 4
_WEIGHTS: NDArray[np.float64] = np.array([[(i - j) ** 2 / (_K - 1) ** 2 for j in range(_K)] for i in range(_K)])
_DRAWS = 1000
_SEED = 20_240


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval; None where it is not defined (a constant rater, no data)."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far grader and raters agree on one technique, over `n` replies to which raters gave a level.

    `bias` is the grader's mean minus the raters'. `recall[level]` is the share of that level which the grader gave too,
    None where raters never gave it. `presence` is the share of all replies on which both said that the technique had a
    level, or both that it had none.
    """

    n: int
    qwk: Interval
    alpha: float | None
    exact: float | None
    adjacent: float | None
    bias: float | None
    recall: tuple[float | None, ...]
    presence: float | None


def agreement(raters: Levels, grader: Levels, groups: Sequence[str]) -> Agreement:
    """Agreement of `grader` with `raters`, reply by reply; `groups` are the conversations that the replies belong to."""
    pairs = [
        (rated, given if given is not None else 0, group)
        for rated, given, group in zip(raters, grader, groups, strict=True)
        if rated is not None
    ]
    presence = _share([(r is None) == (g is None) for r, g in zip(raters, grader, strict=True)])
    if not pairs:
        return Agreement(0, Interval(None), None, None, None, None, (None,) * _K, presence)
    truth: NDArray[np.int_] = np.array([pair[0] for pair in pairs], dtype=np.int_)
    given: NDArray[np.int_] = np.array([pair[1] for pair in pairs], dtype=np.int_)
    return Agreement(
        n=len(pairs),
        qwk=_qwk_interval(truth, given, [pair[2] for pair in pairs]),
        alpha=_alpha(truth, given),
        exact=float((truth == given).mean()),
        adjacent=float((np.abs(truth - given) <= 1).mean()),
        bias=float(np.mean(given) - np.mean(truth)),
        recall=tuple(float((given[truth == k] == k).mean()) if (truth == k).any() else None for k in range(_K)),
        presence=presence,
    )


def quadratic_weighted_kappa(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of 4x4 tables of counts, the last two axes being the raters; nan where chance leaves nothing to explain."""
    total = table.sum(axis=(-2, -1))
    expected = table.sum(axis=-1)[..., :, None] * table.sum(axis=-2)[..., None, :]
    observed = (table * _WEIGHTS).sum(axis=(-2, -1)) * total
    by_chance = (expected * _WEIGHTS).sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(by_chance > 0, 1 - observed / by_chance, np.nan)


def _qwk_interval(truth: NDArray[np.int_], given: NDArray[np.int_], groups: Sequence[str]) -> Interval:
    names = sorted(set(groups))
    index = np.array([names.index(group) for group in groups])
    tables = np.zeros((len(names), _K, _K))
    np.add.at(tables, (index, truth, given), 1)
    value = float(quadratic_weighted_kappa(tables.sum(axis=0)))
    if np.isnan(value):
        return Interval(None)
    draws = np.random.default_rng(_SEED).multinomial(len(names), np.full(len(names), 1 / len(names)), size=_DRAWS)
    sampled = quadratic_weighted_kappa(np.einsum("dg,gij->dij", draws.astype(np.float64), tables))
    low, high = np.nanpercentile(sampled, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def _alpha(truth: NDArray[np.int_], given: NDArray[np.int_]) -> float | None:
    if len(set(truth) | set(given)) < 2:
        return None
    data = np.vstack([truth, given]).astype(float)
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="ordinal", value_domain=[0, 1, 2, 3]))


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
