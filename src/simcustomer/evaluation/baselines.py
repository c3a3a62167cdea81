"""Simple predictors of levels that a grader must beat: none of them shows evidence for what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from simcustomer.evaluation.golden import RatedReply

STOCK_WORDS = (
    "sorry", "apolog", "understand", "appreciate", "frustrat", "thank", "please", "help", "can", "will", "let me", "let's", "we",
    "i'll", "would you", "?", "today", "tomorrow", "by ", "within", "because", "policy", "unfortunately", "manager", "anything else",
)  # fmt: skip
"""Words that people expect of polite service; counted, each per reply."""

NAMES = ("length", "stock_words", "tfidf_ridge", "feature_ensemble")


def predict(name: str, technique: str | None, train: Sequence[RatedReply], test: Sequence[RatedReply]) -> list[int]:
    """Levels of the test replies by one baseline, learnt from the train replies; `technique` None means overall.

    Replies to which the raters gave no level teach nothing.
    """
    taught = [reply for reply in train if _level(reply, technique) is not None]
    levels = np.array([_level(reply, technique) for reply in taught], dtype=float)
    if len(set(levels)) < 2:
        return [round(float(levels.mean())) if len(levels) else 0] * len(test)
    guess = {"length": _length, "stock_words": _stock, "tfidf_ridge": _tfidf, "feature_ensemble": _ensemble}[name]
    return _as_levels(guess(taught, levels, test), levels)


def _level(reply: RatedReply, technique: str | None) -> int | None:
    return reply.rating.overall if technique is None else reply.rating.levels.get(technique)


def _as_levels(scores: NDArray[np.float64], levels: NDArray[np.float64]) -> list[int]:
    """Scores as levels, so that each level is as frequent as it was in training: rounding would flatten the extremes."""
    shares = [float(np.mean(levels <= level)) for level in range(3)]
    bounds = [float(np.quantile(scores, share)) for share in shares]
    return [sum(float(score) > bound for bound in bounds) for score in scores]


def _length(
    taught: Sequence[RatedReply], levels: NDArray[np.float64], test: Sequence[RatedReply]
) -> NDArray[np.float64]:
    del taught, levels
    return np.array([float(reply.words) for reply in test])


def _stock(
    taught: Sequence[RatedReply], levels: NDArray[np.float64], test: Sequence[RatedReply]
) -> NDArray[np.float64]:
    model = Ridge(alpha=3.0).fit(_stock_counts(taught), levels)
    return cast("NDArray[np.float64]", model.predict(_stock_counts(test)))


def _stock_counts(replies: Sequence[RatedReply]) -> NDArray[np.float64]:
    return np.array([[float(reply.reply.lower().count(word)) for word in STOCK_WORDS] for reply in replies])


def _tfidf(
    taught: Sequence[RatedReply], levels: NDArray[np.float64], test: Sequence[RatedReply]
) -> NDArray[np.float64]:
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = Ridge(alpha=1.0).fit(words.fit_transform([reply.reply for reply in taught]), levels)
    return cast("NDArray[np.float64]", model.predict(words.transform([reply.reply for reply in test])))


def _ensemble(
    taught: Sequence[RatedReply], levels: NDArray[np.float64], test: Sequence[RatedReply]
) -> NDArray[np.float64]:
    trees = HistGradientBoostingRegressor(
        max_iter=120, max_depth=3, learning_rate=0.06, min_samples_leaf=8, random_state=0
    )
    trees.fit(_features(taught), levels)
    grown = cast("NDArray[np.float64]", trees.predict(_features(test)))
    return (grown + _tfidf(taught, levels, test)) / 2


def _features(replies: Sequence[RatedReply]) -> NDArray[np.float64]:
    """Counts of surface signs in the reply and in the message that it answers."""
    return np.array([[*_surface(reply.reply), *_surface(_answered(reply)), *_shared(reply)] for reply in replies])


def _answered(reply: RatedReply) -> str:
    return reply.record.turns[reply.rating.turn - 1].text


def _surface(text: str) -> list[float]:
    lowered = text.lower()
    words = lowered.split()
    return [
        float(len(words)),
        float(text.count("?")),
        float(text.count("!")),
        float(len(re.findall(r"\d+", text))),
        float(sum(word.isupper() and len(word) > 2 for word in text.split())),
        len(set(words)) / max(len(words), 1),
        *(float(lowered.count(word)) for word in STOCK_WORDS),
    ]


def _shared(reply: RatedReply) -> list[float]:
    mine, theirs = set(reply.reply.lower().split()), set(_answered(reply).lower().split())
    return [float(len(mine & theirs)), len(mine & theirs) / max(len(mine), 1), float(reply.rating.turn)]
