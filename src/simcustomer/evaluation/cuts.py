"""Chooses the scores at which levels begin, and the score from which there is occasion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simcustomer.evaluation.agreement import quadratic_weighted_kappa

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def level_cuts(scores: Numbers, levels: Numbers, weights: Numbers) -> Numbers:
    """Three cuts halfway between levels, on scores of replies that were held out, once these are spread as the levels are.

    Scores of held-out replies keep to the middle. Cuts that are searched for instead, for the best kappa, fit the replies at hand: across
    conversations they agreed less (decision 29).
    """
    middle, spread = _spread(levels, weights)
    score_middle, score_spread = _spread(scores, weights)
    return (np.array([0.5, 1.5, 2.5]) - middle) * (score_spread / (spread or 1.0)) + score_middle


def _spread(values: Numbers, weights: Numbers) -> tuple[float, float]:
    """The weighted mean and standard deviation."""
    middle = float(np.average(values, weights=weights))
    return middle, float(np.sqrt(np.average((values - middle) ** 2, weights=weights)))


def occasion_cut(scores: Numbers, present: Flags, levels: Numbers, given: Numbers) -> float:
    """The score from which there is occasion: where being right about that and the kappa of levels, a null being 0, are best together.

    `levels` are what raters gave (nan where none), `given` what the model would give if there is occasion.
    """
    rated = ~np.isnan(levels)

    def worth(cut: float) -> float:
        there = scores >= cut
        kappa = _kappa_of(np.where(there, given, 0)[rated], levels[rated])
        return float((there == present).mean()) + kappa

    return max(np.quantile(scores, np.linspace(0, 0.98, 60)), key=lambda cut: worth(float(cut)))


def _kappa_of(given: Numbers, levels: Numbers) -> float:
    table = np.zeros((4, 4))
    np.add.at(table, (levels.astype(int), given.astype(int)), 1)
    return float(quadratic_weighted_kappa(table))
