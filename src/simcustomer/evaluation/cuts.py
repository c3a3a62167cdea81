"""Where scores become levels, and from which score there is occasion: the cuts that agree best with raters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simcustomer.evaluation.agreement import quadratic_weighted_kappa

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def level_cuts(scores: Numbers, levels: Numbers, weights: Numbers) -> Numbers:
    """The three cuts with the best weighted kappa on scores of replies that were held out."""
    shares = [float(weights[levels <= level].sum() / weights.sum()) for level in range(3)]
    cuts = np.quantile(scores, shares)
    best = _kappa(scores, levels, weights, cuts)
    for width in (0.3, 0.15, 0.05):
        for place in range(3):
            for move in np.linspace(-width, width, 13):
                tried = cuts.copy()
                tried[place] += move
                value = _kappa(scores, levels, weights, np.sort(tried))
                if value > best + 1e-9:
                    best, cuts = value, np.sort(tried)
    return cuts


def occasion_cut(scores: Numbers, present: Flags, levels: Numbers, given: Numbers) -> float:
    """The score from which there is occasion: where being right about that and the kappa of levels, a null being 0, are best together.

    `levels` are what raters gave (nan where none), `given` what the model would give if there is occasion.
    """
    rated = ~np.isnan(levels)

    def worth(cut: float) -> float:
        there = scores >= cut
        kappa = _kappa_of(np.where(there, given, 0)[rated], levels[rated], np.ones(int(rated.sum())))
        return float((there == present).mean()) + kappa

    return max(np.quantile(scores, np.linspace(0, 0.98, 60)), key=lambda cut: worth(float(cut)))


def _kappa(scores: Numbers, levels: Numbers, weights: Numbers, cuts: Numbers) -> float:
    return _kappa_of(np.searchsorted(cuts, scores, side="right"), levels, weights)


def _kappa_of(given: NDArray[np.int_] | Numbers, levels: Numbers, weights: Numbers) -> float:
    table = np.zeros((4, 4))
    np.add.at(table, (levels.astype(int), np.asarray(given).astype(int)), weights)
    return float(quadratic_weighted_kappa(table))
