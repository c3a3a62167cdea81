"""The statistics of the evals against the libraries that define them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from simcustomer.evaluation.agreement import agreement, alpha, kappa_interval, quadratic_weighted_kappa
from simcustomer.evaluation.stability import icc_absolute_agreement

LEVELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=60)


@given(LEVELS)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    table = np.zeros((4, 4))
    for one, other in pairs:
        table[one, other] += 1
    ours = float(quadratic_weighted_kappa(table))
    if len({level for pair in pairs for level in pair}) < 2:
        assert np.isnan(ours)
        return
    theirs = cohen_kappa_score([p[0] for p in pairs], [p[1] for p in pairs], weights="quadratic", labels=[0, 1, 2, 3])
    assert ours == pytest.approx(theirs)


def test_agreement_counts_a_missed_level_as_nought_and_leaves_out_what_nobody_rated() -> None:
    figures = agreement([0, 1, 2, 3, None], [0, 1, None, 3, 3], ["a", "a", "b", "b", "b"])
    assert figures.n == 4
    assert figures.exact == 0.75
    assert figures.adjacent == 0.75
    assert figures.bias == -0.5
    assert figures.recall == (1.0, 1.0, 0.0, 1.0)
    assert figures.presence == 0.6


def test_perfect_agreement_has_an_interval_of_no_width() -> None:
    figures = agreement([0, 1, 2, 3], [0, 1, 2, 3], ["a", "b", "c", "d"])
    assert figures.qwk.value == 1
    assert figures.alpha == pytest.approx(1)


def test_a_constant_rater_has_no_kappa() -> None:
    assert agreement([2, 2, 2], [2, 2, 2], ["a", "b", "c"]).qwk.value is None
    assert agreement([None, None], [1, 2], ["a", "b"]).qwk.value is None


def test_icc_is_that_of_shrout_and_fleiss() -> None:
    # The example of Shrout and Fleiss (1979), table 2: ICC(2,1) is .29.
    scores = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    )
    assert icc_absolute_agreement(scores) == pytest.approx(0.29, abs=0.005)
    assert icc_absolute_agreement(np.ones((4, 3))) is None


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60))
def test_kappa_of_presence_is_that_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    raters, grader = ([None if absent else 2 for absent in column] for column in zip(*pairs, strict=True))
    ours = agreement(raters, grader, ["c"] * len(pairs)).presence_kappa
    if len({absent for pair in pairs for absent in pair}) < 2:
        assert ours is None
        return
    assert ours == pytest.approx(cohen_kappa_score([p[0] for p in pairs], [p[1] for p in pairs]))


def test_the_interval_of_a_mean_is_drawn_for_all_alike() -> None:
    rng = np.random.default_rng(1)
    tables = rng.integers(0, 3, size=(30, 4, 4)).astype(float)
    alone, thrice = kappa_interval(tables[None]), kappa_interval(np.stack([tables] * 3))
    # Three copies of one thing are no surer than the thing.
    assert (thrice.value, thrice.low, thrice.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_alpha_leaves_out_ratings_that_are_missing() -> None:
    full = alpha([[0, 1, 2, 3, 1], [0, 1, 2, 2, 1]])
    assert alpha([[0, 1, 2, 3, 1, 3], [0, 1, 2, 2, 1, None]]) == pytest.approx(full)
    assert alpha([[0, None], [None, 1]]) is None
    assert alpha([[1, 1], [1, 1]]) is None
