"""Cuts between levels."""

from __future__ import annotations

import numpy as np

from simcustomer.evaluation.cuts import level_cuts


def test_cuts_undo_that_held_out_scores_keep_to_the_middle() -> None:
    levels = np.array([0, 0, 1, 1, 2, 2, 3, 3], dtype=np.float64)
    scores = 1.5 + 0.2 * (levels - 1.5)
    cuts = level_cuts(scores, levels, np.ones(8))
    assert np.searchsorted(cuts, scores, side="right").tolist() == levels.astype(int).tolist()
    assert list(cuts) == sorted(cuts)


def test_what_weighs_little_moves_cuts_little() -> None:
    levels, scores = np.array([0.0, 1, 2, 3, 0]), np.array([0.0, 1, 2, 3, 3])
    light, heavy = np.array([1.0, 1, 1, 1, 0.001]), np.ones(5)
    plain = level_cuts(scores[:4], levels[:4], np.ones(4))
    assert (
        abs(level_cuts(scores, levels, light) - plain).max()
        < 0.01
        < abs(level_cuts(scores, levels, heavy) - plain).max()
    )
