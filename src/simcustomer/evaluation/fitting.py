"""The numerics of training: a ridge regression over words and signals, and trees over its scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import log
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.ensemble import GradientBoostingRegressor

from simcustomer.engines.embedded.calibration import CLIP, DEPTH

Numbers = NDArray[np.float64]
Columns = Numbers | sparse.csr_array

SHARES = {"signals": 0.35, "terms": 5.0, "symbols": 7.0, "answered": 5.0}
"""How signals and the vocabularies are scaled against each other; chosen by cross-validation, as all settings here."""

FEWEST = {"terms": 4, "symbols": 8, "answered": 8}
"""Replies in which a word must stand to be learnt."""

RIDGE = 20.0
"""How strongly all weights are held small."""

TREES, PACE, SAMPLE, CHOICE = 120, 0.06, 0.6, 0.3
"""Trees a technique, how much each adds, the share of replies it sees, and the share of columns that each question chooses from."""

PRECISION = 1e-7
"""How near to the exact weights the regression comes."""

FOLDS = 6
DIGITS = 4


def folds(groups: Sequence[str]) -> NDArray[np.int_]:
    """A fold (0 to FOLDS - 1) for each example, the same for all of a group."""
    order = {group: index for index, group in enumerate(sorted(set(groups)))}
    return np.array([order[group] % FOLDS for group in groups])


class Vocabulary(NamedTuple):
    """Words by column, how rare each is, and the examples' tf-idf of unit length, a row each."""

    words: tuple[str, ...]
    idf: Numbers
    columns: sparse.csr_array

    def scaled(self, share: float) -> sparse.csr_array:
        """The columns, as much as they count beside others."""
        return cast("sparse.csr_array", self.columns * share)


def vocabulary(counts: Sequence[Mapping[str, int]], fewest: int) -> Vocabulary:
    """The words that stand in at least `fewest` examples."""
    seen = Counter(word for example in counts for word in example)
    words = tuple(sorted(word for word, times in seen.items() if times >= fewest))
    idf = np.array([log((1 + len(counts)) / (1 + seen[word])) + 1 for word in words]).round(DIGITS)
    place = {word: index for index, word in enumerate(words)}
    columns = sparse.lil_array((len(counts), len(words)))
    for row, example in enumerate(counts):
        for word, times in example.items():
            if word in place:
                columns[row, place[word]] = (1 + log(times)) * idf[place[word]]
    columns = columns.tocsr()
    lengths: Numbers = np.sqrt(np.asarray((columns**2).sum(axis=1), dtype=np.float64))
    unit = cast("sparse.csr_array", sparse.diags_array(1 / np.where(lengths > 0, lengths, 1)) @ columns)
    return Vocabulary(words, idf, unit.tocsr())


class Scaling(NamedTuple):
    """What makes signals comparable: `standard` are the examples', a row each."""

    means: Numbers
    scales: Numbers
    standard: Numbers


def scaling(values: Numbers) -> Scaling:
    """Signals in standard deviations, clipped."""
    spread = values.std(axis=0)
    means, scales = values.mean(axis=0).round(DIGITS), np.where(spread > 0, spread, 1).round(DIGITS)
    return Scaling(means, scales, np.clip((values - means) / scales, -CLIP, CLIP))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A linear score: a weight for each column, and the scores of the examples by models that had not seen their fold."""

    weights: Numbers
    intercept: float
    held_out: Numbers


class Ridge:
    """Weighted ridge regression in its dual form, since there are more columns than examples; one kernel serves all fits."""

    def __init__(self, blocks: Sequence[Columns], fold: NDArray[np.int_]) -> None:
        """`blocks` of columns have a row an example each."""
        self._columns = sparse.hstack([sparse.csr_array(block) for block in blocks], format="csr")
        self._fold = fold
        self._kernel: Numbers = (self._columns @ self._columns.T).toarray()

    def fit(self, targets: Sequence[Numbers], weights: Numbers) -> list[Fitted]:
        """Fit several targets at once, each to the examples for which it is not nan; it costs hardly more than one."""
        wanted = np.stack(targets, axis=1)
        known = ~np.isnan(wanted)
        # Who is left out has no weight, so that one multiplication by the kernel serves all folds of all targets.
        parts = [known & (self._fold != fold)[:, None] for fold in range(FOLDS)]
        used = np.hstack([*parts, known]) * weights[:, None]
        dual, means = self._dual(used, np.tile(np.where(known, wanted, 0.0), FOLDS + 1))
        count, held_out = len(targets), np.zeros(wanted.shape)
        for fold in range(FOLDS):
            out, own = self._fold == fold, slice(fold * count, (fold + 1) * count)
            held_out[out] = self._kernel[out] @ dual[:, own] + means[own]
        columns = np.asarray(self._columns.T @ dual[:, -count:], dtype=np.float64)
        return [Fitted(columns[:, k], float(means[k - count]), held_out[:, k]) for k in range(count)]

    def _dual(self, weights: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
        """By column of `targets`: a weight for each example (0 where its own in `weights` is), and the intercept."""
        share = weights / weights.sum(axis=0)
        root = np.sqrt(weights)
        means = (share * targets).sum(axis=0)

        def bent(values: Numbers) -> Numbers:
            inner = root * values
            outer: Numbers = self._kernel @ (inner - share * inner.sum(axis=0))
            return root * (outer - (share * outer).sum(axis=0)) + RIDGE * values

        own = root * _conjugate_gradients(bent, root * (targets - means))
        # In terms of the columns as they are, not centred: what the centring takes off goes to the intercept.
        dual = own - share * own.sum(axis=0)
        return dual, means - (share * (self._kernel @ dual)).sum(axis=0)


def _conjugate_gradients(apply: Callable[[Numbers], Numbers], wanted: Numbers) -> Numbers:
    """What a positive definite operator makes each column of `wanted` from, to PRECISION of its length."""
    solved = np.zeros_like(wanted)
    rest = wanted.copy()
    step = rest.copy()
    square = (rest**2).sum(axis=0)
    enough = square * PRECISION**2
    while (open_ := square > enough).any():
        bent = apply(step)
        pace = np.where(open_, square / np.where(open_, (step * bent).sum(axis=0), 1.0), 0.0)
        solved += pace * step
        rest -= pace * bent
        before, square = square, (rest**2).sum(axis=0)
        step = rest + np.where(open_, square / before, 0.0) * step
    return solved


class Tree(NamedTuple):
    """A tree of full depth: the column and the bound of each question, and the answers, from left to right."""

    columns: list[int]
    bounds: list[float]
    answers: list[float]


@dataclass(frozen=True, slots=True)
class Forest:
    """The trees of one technique, the value they start from, and what they make of examples that they had not seen."""

    start: float
    trees: tuple[Tree, ...]
    held_out: Numbers


def grow(columns: Numbers, target: Numbers, weights: Numbers, fold: NDArray[np.int_]) -> Forest:
    """Boosted trees on the examples whose target is not nan."""
    known = np.flatnonzero(~np.isnan(target))
    held_out = np.zeros(len(target))
    used = [*(known[fold[known] != part] for part in range(FOLDS)), known]

    def boosted(rows: NDArray[np.int_]) -> GradientBoostingRegressor:
        return _boosted(columns[rows], target[rows], weights[rows])

    with ThreadPoolExecutor() as threads:
        *parts, model = threads.map(boosted, used)
    for part, without in enumerate(parts):
        out = np.flatnonzero(fold == part)
        held_out[out] = without.predict(columns[out])
    start = float(np.average(target[known], weights=weights[known]))
    return Forest(start, tuple(_full(stage[0].tree_) for stage in model.estimators_), held_out)


def _boosted(columns: Numbers, target: Numbers, weights: Numbers) -> GradientBoostingRegressor:
    model = GradientBoostingRegressor(
        n_estimators=TREES, learning_rate=PACE, subsample=SAMPLE, max_features=CHOICE, max_depth=DEPTH, random_state=0
    )
    return model.fit(columns, target, sample_weight=weights)


def _full(tree: object) -> Tree:
    """A fitted tree of scikit-learn with every branch as deep as any; its answers already at their pace."""
    left, right = np.asarray(getattr(tree, "children_left")), np.asarray(getattr(tree, "children_right"))  # noqa: B009
    feature, bound = np.asarray(getattr(tree, "feature")), np.asarray(getattr(tree, "threshold"))  # noqa: B009
    value = np.asarray(getattr(tree, "value"))[:, 0, 0]  # noqa: B009
    columns, bounds, answers = [0] * (2**DEPTH - 1), [0.0] * (2**DEPTH - 1), [0.0] * 2**DEPTH

    def place(node: int, at: int) -> None:
        if at >= len(columns):
            answers[at - len(columns)] = round(float(value[node]) * PACE, 5)
        elif left[node] < 0:
            place(node, 2 * at + 1)
            place(node, 2 * at + 2)
        else:
            columns[at], bounds[at] = int(feature[node]), round(float(bound[node]), 5)
            place(int(left[node]), 2 * at + 1)
            place(int(right[node]), 2 * at + 2)

    place(0, 0)
    return Tree(columns, bounds, answers)
