"""Baselines that a grader must beat: length, stock words, TF-IDF with ridge, and trees over hand-made features.

Each is taught on rated replies by scikit-learn and gives every reply a level of every technique, without evidence. They
are strong for what they know, which is the point: a grader that is no better has learnt no more than they have.
"""

# scikit-learn and scipy type their own results in part; what leaves `_numbers` and `_fitted` is annotated.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.rubric import Rubric
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.errors import SettingsError
from simcustomer.evaluation.agreement_table import judged, rated_level
from simcustomer.evaluation.cuts import level_cuts
from simcustomer.evaluation.figures import OVERALL
from simcustomer.evaluation.golden import RatedReply

try:
    from scipy.sparse import csr_matrix
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LinearRegression, Ridge
except ImportError as error:
    raise SettingsError(
        "The baselines of the evals need scikit-learn. Install simcustomer[evals], or leave them out with --no-baselines."
    ) from error

Numbers = NDArray[np.float64]

BASELINES = ("length", "stock words", "tf-idf", "features")
WRITTEN_WEIGHT = 0.2
"""Weight of a reply written for training beside 1 for a rated golden one. Of 0, 0.2 and 0.5 it is the one with which the strongest
baseline, features, did best on the test split itself: a choice in their favour, as none may be made for a grader."""

_FOLDS = 3
_TREES = 100
_FEWEST = 12
"""Rated replies below which a technique is not learnt."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A rated reply to learn from; `group` keeps replies to one moment in one fold."""

    group: str
    weight: float
    rated: RatedReply


@dataclass(frozen=True, slots=True)
class _Columns:
    """What each baseline sees of replies, row by row."""

    length: Numbers
    words: Callable[[str], Numbers]
    terms: csr_matrix
    signals: Numbers


Rows = Numbers | csr_matrix
Fit = Callable[[Rows, Numbers, Numbers, Rows], Numbers]
"""Scores of new rows from (rows to learn from, their levels, their weights, new rows)."""


def taught(golden: Sequence[RatedReply], written: Sequence[tuple[str, RatedReply]]) -> list[Lesson]:
    """Golden development replies and written ones, as lessons."""
    lessons = [Lesson(reply.conversation, 1.0, reply) for reply in golden]
    return lessons + [Lesson(group, WRITTEN_WEIGHT, reply) for group, reply in written]


def baseline_levels(
    lessons: Sequence[Lesson], replies: Sequence[RatedReply], rubric: Rubric, step: Callable[[str], None]
) -> dict[str, dict[str, list[int | None]]]:
    """Levels by baseline, technique and reply; a technique with too few lessons has none. `step` hears of each technique."""
    if len(lessons) < _FEWEST:
        return {name: {technique: [None] * len(replies) for technique in (*rubric.ids, OVERALL)} for name in BASELINES}
    columns = _columns([*(lesson.rated for lesson in lessons), *replies], rubric, len(lessons))
    levels: dict[str, dict[str, list[int | None]]] = {name: {} for name in BASELINES}
    for technique in (*rubric.ids, OVERALL):
        step(f"baselines of {technique}")
        rows = [
            row
            for row, lesson in enumerate(lessons)
            if judged(lesson.rated, technique) and rated_level(lesson.rated, technique) is not None
        ]
        if len(rows) < _FEWEST:
            for given in levels.values():
                given[technique] = [None] * len(replies)
            continue
        known = _Known.of(rows, lessons, technique)
        scored = _scores(columns, technique, known, len(lessons))
        for name, (held_out, scores) in scored.items():
            cuts = level_cuts(held_out, known.levels, known.weights)
            levels[name][technique] = [int(level) for level in np.searchsorted(cuts, scores, side="right")]
    return levels


@dataclass(frozen=True, slots=True)
class _Known:
    rows: NDArray[np.int_]
    levels: Numbers
    weights: Numbers
    folds: NDArray[np.int_]

    @classmethod
    def of(cls, rows: Sequence[int], lessons: Sequence[Lesson], technique: str) -> _Known:
        groups = sorted({lessons[row].group for row in rows})
        fold = {group: index % _FOLDS for index, group in enumerate(groups)}
        return cls(
            rows=np.array(rows, dtype=np.int_),
            levels=np.array([float(rated_level(lessons[row].rated, technique) or 0) for row in rows]),
            weights=np.array([lessons[row].weight for row in rows]),
            folds=np.array([fold[lessons[row].group] for row in rows]),
        )


def _scores(columns: _Columns, technique: str, known: _Known, count: int) -> dict[str, tuple[Numbers, Numbers]]:
    """By baseline: scores of the lessons, each while it was held out, and of the replies to grade."""
    length = _fitted(_linear, columns.length, known, count)
    stock = _fitted(_ridge, columns.words(technique), known, count)
    terms = _fitted(_ridge, columns.terms, known, count)
    trees = _fitted(_trees, columns.signals, known, count)
    both = ((terms[0] + trees[0]) / 2, (terms[1] + trees[1]) / 2)
    return dict(zip(BASELINES, (length, stock, terms, both), strict=True))


def _fitted(fit: Fit, columns: Rows, known: _Known, count: int) -> tuple[Numbers, Numbers]:
    own = columns[known.rows]
    held_out = np.zeros(len(known.rows))
    for fold in range(_FOLDS):
        out = known.folds == fold
        if out.any() and not out.all():
            held_out[out] = fit(own[~out], known.levels[~out], known.weights[~out], own[out])
    return held_out, fit(own, known.levels, known.weights, columns[count:])


def _linear(rows: Rows, levels: Numbers, weights: Numbers, new: Rows) -> Numbers:
    return _numbers(LinearRegression().fit(rows, levels, sample_weight=weights).predict(new))


def _ridge(rows: Rows, levels: Numbers, weights: Numbers, new: Rows) -> Numbers:
    return _numbers(Ridge(alpha=1.0).fit(rows, levels, sample_weight=weights).predict(new))


def _trees(rows: Rows, levels: Numbers, weights: Numbers, new: Rows) -> Numbers:
    forest = ExtraTreesRegressor(n_estimators=_TREES, min_samples_leaf=3, max_features=0.4, random_state=0)
    return _numbers(forest.fit(rows, levels, sample_weight=weights).predict(new))


def _numbers(values: object) -> Numbers:
    return np.asarray(values, dtype=np.float64)


def _columns(replies: Sequence[RatedReply], rubric: Rubric, count: int) -> _Columns:
    grader = EmbeddedGrader()
    texts = [reply.reply for reply in replies]
    observed = [grader.observed(reply.case(rubric))[0] for reply in replies]
    names = sorted({name for signals in observed[:count] for name in signals})
    length = np.log1p(np.array([[float(reply.words)] for reply in replies]))
    signals = np.array([[signals.get(name, 0.0) for name in names] for signals in observed])
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True)
    vectors.fit(texts[:count])
    lower = [text.lower() for text in texts]
    return _Columns(
        length=length,
        words=lambda technique: np.array([_stock(text, technique) for text in lower]),
        terms=csr_matrix(vectors.transform(texts)),
        signals=np.hstack([length, signals]),
    )


def _stock(text: str, technique: str) -> list[float]:
    phrases = _stock_words()
    return [float(phrase in text) for phrase in phrases.get(technique, phrases[OVERALL])]


@cache
def _stock_words() -> Mapping[str, tuple[str, ...]]:
    source = files("simcustomer.evaluation").joinpath("stock_words.toml").read_text(encoding="utf-8")
    by_technique = cast("dict[str, list[str]]", tomllib.loads(source))
    every = dict.fromkeys(phrase for phrases in by_technique.values() for phrase in phrases)
    return {name: tuple(phrases) for name, phrases in by_technique.items()} | {OVERALL: tuple(every)}
