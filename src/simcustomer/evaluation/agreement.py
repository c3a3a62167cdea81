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
    level, or both that it had none, and `presence_kappa` the same beyond chance (Cohen 1960).
    """

    n: int
    qwk: Interval
    alpha: float | None
    exact: float | None
    adjacent: float | None
    bias: float | None
    recall: tuple[float | None, ...]
    presence: float | None
    presence_kappa: float | None


def agreement(raters: Levels, grader: Levels, groups: Sequence[str]) -> Agreement:
    """Agreement of `grader` with `raters`, reply by reply; `groups` are the conversations that the replies belong to."""
    pairs = [
        (rated, given if given is not None else 0, group)
        for rated, given, group in zip(raters, grader, groups, strict=True)
        if rated is not None
    ]
    presence = [(r is None, g is None) for r, g in zip(raters, grader, strict=True)]
    same = sum(one == other for one, other in presence) / len(presence) if presence else None
    if not pairs:
        return Agreement(0, Interval(None), None, None, None, None, (None,) * _K, same, _presence_kappa(presence))
    truth: NDArray[np.int_] = np.array([pair[0] for pair in pairs], dtype=np.int_)
    given: NDArray[np.int_] = np.array([pair[1] for pair in pairs], dtype=np.int_)
    drawn = sorted({pair[2] for pair in pairs})
    return Agreement(
        n=len(pairs),
        qwk=kappa_interval(count_tables(raters, grader, groups, drawn)[None]),
        alpha=alpha([truth.tolist(), given.tolist()]),
        exact=float((truth == given).mean()),
        adjacent=float((np.abs(truth - given) <= 1).mean()),
        bias=float(np.mean(given) - np.mean(truth)),
        recall=tuple(float((given[truth == k] == k).mean()) if (truth == k).any() else None for k in range(_K)),
        presence=same,
        presence_kappa=_presence_kappa(presence),
    )


def quadratic_weighted_kappa(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of 4x4 tables of counts, the last two axes being the raters; nan where chance leaves nothing to explain."""
    total = table.sum(axis=(-2, -1))
    expected = table.sum(axis=-1)[..., :, None] * table.sum(axis=-2)[..., None, :]
    observed = (table * _WEIGHTS).sum(axis=(-2, -1)) * total
    by_chance = (expected * _WEIGHTS).sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(by_chance > 0, 1 - observed / by_chance, np.nan)


def count_tables(raters: Levels, grader: Levels, groups: Sequence[str], names: Sequence[str]) -> NDArray[np.float64]:
    """Tables of counts (conversation, rated level, given level), in the order of `names`; unrated replies are left out."""
    place = {name: index for index, name in enumerate(names)}
    tables = np.zeros((len(names), _K, _K))
    for rated, given, group in zip(raters, grader, groups, strict=True):
        if rated is not None:
            tables[place[group], rated, given or 0] += 1
    return tables


def kappa_interval(tables: NDArray[np.float64]) -> Interval:
    """The mean kappa of several things counted on the same conversations, shape (thing, conversation, 4, 4), with its interval.

    Conversations are drawn for all things alike, so that the interval of a mean is that of the mean. Things without a
    kappa are left out of it.
    """
    value = _mean(quadratic_weighted_kappa(tables.sum(axis=1))) if tables.size else float("nan")
    if np.isnan(value):
        return Interval(None)
    count = tables.shape[1]
    draws = np.random.default_rng(_SEED).multinomial(count, np.full(count, 1 / count), size=_DRAWS)
    kappas = quadratic_weighted_kappa(np.einsum("dg,tgij->dtij", draws.astype(np.float64), tables))
    sampled = np.array([_mean(row) for row in kappas])
    low, high = np.nanpercentile(sampled, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def alpha(raters: Sequence[Levels]) -> float | None:
    """Krippendorff's alpha (ordinal) of raters over the same replies, None being a rating that is missing."""
    given = {level for levels in raters for level in levels if level is not None}
    if len(given) < 2:
        return None
    data = np.array([[np.nan if level is None else level for level in levels] for levels in raters], dtype=float)
    if (np.count_nonzero(~np.isnan(data), axis=0) < 2).all():
        return None
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="ordinal", value_domain=[0, 1, 2, 3]))


def _mean(kappas: NDArray[np.float64]) -> float:
    known = kappas[~np.isnan(kappas)]
    return float(known.mean()) if known.size else float("nan")


def _presence_kappa(presence: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa of two raters' yes and no; None where one of them always says the same and so does the other."""
    if not presence:
        return None
    n = len(presence)
    same = sum(one == other for one, other in presence) / n
    first, second = sum(one for one, _ in presence) / n, sum(other for _, other in presence) / n
    chance = first * second + (1 - first) * (1 - second)
    return (same - chance) / (1 - chance) if chance < 1 else None
