"""How strong a technique is in a reply, estimated from its signals and words.

A linear model weighs signals, words and classes of words for every technique; small trees then weigh the signals against all those
scores, since what one technique shows bears on another; three cuts make levels of the outcome. The model is plain numbers in
`calibration.json`, made by `simcustomer eval train grader` (evaluation/training.py) from rated replies. It only weighs: what a level
rests on is the evidence that the detectors quote, and the rubric's rules bound what it can say.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.rubric import LEVELS, Level
from simcustomer.engines.embedded.nlu import Text
from simcustomer.engines.embedded.nlu.symbols import SymbolPlaces, counted, symbols

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

FILE = "calibration.json"
SCALE = 1000
"""Weights of words are kept as whole thousandths."""

CLIP = 4.0
"""Standard deviations beyond which a signal counts no more: nothing is won by piling it up."""

LEAN = 0.15
"""What a point of strength adds to the score of an occasion: who does a thing well mostly had occasion for it."""

DEPTH = 3
"""Questions that a tree asks: it has 2**DEPTH - 1 of them, and 2**DEPTH answers."""

_SENTENCES_KEPT = 512
"""Sentences of which the words are kept: one is looked at for every technique that no sign was seen of."""

_TOKEN = re.compile(r"(?u)\b\w\w+\b")


class Estimate(NamedTuple):
    """One technique in one reply, weighed as a whole."""

    level: Level
    occasion: bool


class Observed(NamedTuple):
    """What is weighed of a reply: its signals by name, what it says to the customer, and the message that it answers."""

    signals: dict[str, float]
    text: str
    customer: str


def terms_of(text: str) -> Counter[str]:
    """How often a text holds each of its words in lower case, and each pair of neighbouring words."""
    words = _TOKEN.findall(text.lower())
    return Counter([*words, *(f"{one} {other}" for one, other in pairwise(words))])


@lru_cache(maxsize=_SENTENCES_KEPT)
def _distinct_terms(sentence: str) -> tuple[str, ...]:
    return tuple(terms_of(sentence))


def symbols_of(text: str) -> Counter[str]:
    """How many sentences of a text hold each symbol (`nlu.symbols`)."""
    read = Text(text)
    return Counter(symbol for span in read.sentences for symbol in symbols(read.even[span.start : span.end]))


VOCABULARIES: dict[str, Callable[[Observed], Counter[str]]] = {
    "terms": lambda observed: terms_of(observed.text),
    "symbols": lambda observed: symbols_of(observed.text),
    "answered": lambda observed: symbols_of(observed.customer),
}
"""What words are counted, by vocabulary; those of the message answered tell of the occasion alone."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words or symbols as the model weighs them: tf-idf, of unit length; `weights` has a row for each.

    `stand` gives the row of every word of a reply that the model knows, again for each time that it stands there.
    """

    places: dict[str, int]
    stand: Callable[[Observed], Places]
    idf: Numbers
    weights: NDArray[np.float32]

    def scores(self, observed: Observed) -> Numbers:
        """What the words of a reply add to every score."""
        rows, counts = counted(self.stand(observed))
        values = (np.log(counts) + 1) * self.idf.take(rows)
        length = sqrt(np.add.reduce(values * values)) or 1.0
        return np.asarray((values / length) @ self.weights.take(rows, axis=0), dtype=np.float64)


def _known_terms(text: str, places: Mapping[str, int]) -> Places:
    words = _TOKEN.findall(text.lower())
    found = [*map(places.get, words), *(places.get(f"{one} {other}") for one, other in pairwise(words))]
    return np.array([place for place in found if place is not None], dtype=np.intp)


def _known_symbols(text: str, places: SymbolPlaces) -> Places:
    read = Text(text)
    return places.of(read.even[span.start : span.end] for span in read.sentences)


def _standing(name: str, places: dict[str, int]) -> Callable[[Observed], Places]:
    """The words of a vocabulary where they stand: as `VOCABULARIES` count them, without those that are not known."""
    if name == "terms":
        return lambda observed: _known_terms(observed.text, places)
    arranged = SymbolPlaces(places)
    if name == "symbols":
        return lambda observed: _known_symbols(observed.text, arranged)
    return lambda observed: _known_symbols(observed.customer, arranged)


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of full depth, some for every technique: which column is asked for, up to which value it goes left, and the answers."""

    techniques: NDArray[np.int_]
    columns: NDArray[np.int_]
    bounds: Numbers
    answers: Numbers
    starts: Numbers

    def weighed(self, columns: Numbers) -> Numbers:
        """The strength of every technique: its start, and the answers of its trees."""
        goes_right = (columns.take(self.columns) > self.bounds).ravel()
        first = np.arange(len(self.techniques)) * self.columns.shape[1]
        node: Places = np.zeros(len(self.techniques), dtype=np.intp)
        for _ in range(DEPTH):
            node = 2 * node + 1 + np.asarray(goes_right.take(first + node), dtype=np.intp)
        answers = self.answers[np.arange(len(node)), node - (2**DEPTH - 1)]
        return self.starts + np.bincount(self.techniques, weights=answers, minlength=len(self.starts))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The model.

    A score is its intercept, plus signals (standardised by `means` and `scales`, clipped) and the vocabularies' words by weight; the
    first half of the scores say how strong each technique is, the second whether there is occasion for it, which is so from a score of
    its `occasion_cuts` on, LEAN times its strength added. The trees' columns are the signals as they are, then the scores of strength;
    `cuts` are the outcomes from which levels 1, 2 and 3 begin.
    """

    signals: tuple[str, ...]
    means: Numbers
    scales: Numbers
    vocabularies: dict[str, Vocabulary]
    techniques: tuple[str, ...]
    intercepts: Numbers
    signal_weights: Numbers
    trees: Trees
    cuts: tuple[tuple[float, float, float], ...]
    occasion_cuts: tuple[float, ...]

    def estimates(self, observed: Observed) -> dict[str, Estimate]:
        """How strong every technique of the model is, and whether there was occasion for it."""
        values = np.array([observed.signals.get(name, 0.0) for name in self.signals])
        scores = self.intercepts + self.signal_weights @ np.clip((values - self.means) / self.scales, -CLIP, CLIP)
        for vocabulary in self.vocabularies.values():
            scores = scores + vocabulary.scores(observed)
        count = len(self.techniques)
        strengths = self.trees.weighed(np.concatenate([values, scores[:count]]))
        return {
            technique: Estimate(LEVELS[bisect_right(cuts, float(strength))], float(occasion + LEAN * strength) >= cut)
            for technique, cuts, strength, occasion, cut in zip(
                self.techniques, self.cuts, strengths, scores[count:], self.occasion_cuts, strict=True
            )
        }

    def most_telling(self, technique: str, sentences: Sequence[str]) -> int:
        """Index of the sentence whose words weigh most for a technique of the model; 0 where there are none."""
        column = self.techniques.index(technique)
        terms = self.vocabularies["terms"]
        weights = [
            sum(
                terms.weights[
                    [terms.places[term] for term in _distinct_terms(text) if term in terms.places], column
                ].tolist()
            )
            for text in sentences
        ]
        return int(np.argmax(weights)) if weights else 0


@cache
def load_calibration() -> Calibration:
    """The model that comes with the package."""
    source = files("simcustomer.engines.embedded").joinpath(FILE).read_text(encoding="utf-8")
    return from_json(json.loads(source))


def from_json(held: Mapping[str, object]) -> Calibration:
    """The model from its plain numbers, as `evaluation.training` writes them."""

    def numbers(name: str) -> Numbers:
        return np.array(held[name], dtype=np.float64)

    def names(name: str) -> tuple[str, ...]:
        value = held[name]
        if not isinstance(value, list):
            raise TypeError(f"{FILE}: {name} must be a list")
        return tuple(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]

    def vocabulary(name: str) -> Vocabulary:
        places = {word: place for place, word in enumerate(names(name))}
        weights = (numbers(f"{name}_weights") / SCALE).astype(np.float32)
        return Vocabulary(places, _standing(name, places), numbers(f"{name}_idf"), weights)

    cuts = numbers("cuts")
    return Calibration(
        signals=names("signals"),
        means=numbers("means"),
        scales=numbers("scales"),
        vocabularies={name: vocabulary(name) for name in VOCABULARIES},
        techniques=names("techniques"),
        intercepts=numbers("intercepts"),
        signal_weights=numbers("signal_weights"),
        trees=Trees(
            techniques=numbers("tree_techniques").astype(np.int_),
            columns=numbers("tree_columns").astype(np.int_),
            bounds=numbers("tree_bounds"),
            answers=numbers("tree_answers"),
            starts=numbers("tree_starts"),
        ),
        cuts=tuple((float(row[0]), float(row[1]), float(row[2])) for row in cuts),
        occasion_cuts=tuple(float(cut) for cut in numbers("occasion_cuts")),
    )
