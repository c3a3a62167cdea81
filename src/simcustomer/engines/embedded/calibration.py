"""How strong a technique is in a reply, estimated from its signals and words by a linear model with three cuts.

The model is plain numbers in `calibration.json`, made by `simcustomer eval train` (evaluation/training.py) from rated replies. It only
weighs: what a level rests on is the evidence that the detectors quote, and the rubric's rules bound what it can say.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.rubric import LEVELS, Level

Numbers = NDArray[np.float64]

FILE = "calibration.json"
CLIP = 4.0
"""Standard deviations beyond which a signal counts no more: nothing is won by piling it up."""

_TOKEN = re.compile(r"(?u)\b\w\w+\b")


class Estimate(NamedTuple):
    """One technique in one reply, weighed as a whole."""

    level: Level
    occasion: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """The model: `signals` and `terms` name the columns of `signal_weights` and `term_weights`.

    Their rows are the techniques twice: how strong each is, then whether there is occasion for it.
    A score is its intercept, plus signals (standardised by `means` and `scales`, clipped) and terms (tf-idf, unit length) by
    weight; `cuts` are the scores from which levels 1, 2 and 3 begin. The `occasion` model has the same columns and says from a score
    of its `occasion_cuts` on that the moment calls for the technique.
    """

    signals: tuple[str, ...]
    means: Numbers
    scales: Numbers
    terms: dict[str, int]
    idf: Numbers
    techniques: tuple[str, ...]
    intercepts: Numbers
    signal_weights: Numbers
    term_weights: Numbers
    cuts: tuple[tuple[float, float, float], ...]
    occasion_cuts: tuple[float, ...]

    def estimates(self, signals: Mapping[str, float], text: str) -> dict[str, Estimate]:
        """How strong every technique of the model is, and whether there was occasion for it."""
        values = np.array([signals.get(name, 0.0) for name in self.signals])
        standard = np.clip((values - self.means) / self.scales, -CLIP, CLIP)
        scores = self.intercepts + self.signal_weights @ standard
        columns, weights = self._weighed(text)
        if columns:
            scores = scores + self.term_weights[:, columns] @ weights
        count = len(self.techniques)
        return {
            technique: Estimate(LEVELS[bisect_right(cuts, float(strength))], float(occasion) >= cut)
            for technique, cuts, strength, occasion, cut in zip(
                self.techniques, self.cuts, scores[:count], scores[count:], self.occasion_cuts, strict=True
            )
        }

    def most_telling(self, technique: str, sentences: Sequence[str]) -> int:
        """Index of the sentence whose words weigh most for a technique of the model; 0 where there are none."""
        row = self.term_weights[self.techniques.index(technique)]
        weights = [sum(row[self.terms[term]] for term in terms_of(text) if term in self.terms) for text in sentences]
        return int(np.argmax(weights)) if weights else 0

    def _weighed(self, text: str) -> tuple[list[int], Numbers]:
        counts = Counter(self.terms[term] for term in terms_of(text) if term in self.terms)
        columns = sorted(counts)
        weights = np.array([(1 + log(counts[c])) * self.idf[c] for c in columns])
        length = float(np.sqrt((weights**2).sum())) if columns else 0.0
        return columns, weights / length if length else weights


def terms_of(text: str) -> list[str]:
    """The words of a text in lower case, and its pairs of neighbouring words."""
    words = _TOKEN.findall(text.lower())
    return words + [f"{one} {other}" for one, other in pairwise(words)]


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

    cuts = numbers("cuts")
    return Calibration(
        signals=names("signals"),
        means=numbers("means"),
        scales=numbers("scales"),
        terms={term: index for index, term in enumerate(names("terms"))},
        idf=numbers("idf"),
        techniques=names("techniques"),
        intercepts=numbers("intercepts"),
        signal_weights=numbers("signal_weights"),
        term_weights=numbers("term_weights"),
        cuts=tuple((float(row[0]), float(row[1]), float(row[2])) for row in cuts),
        occasion_cuts=tuple(float(cut) for cut in numbers("occasion_cuts")),
    )
