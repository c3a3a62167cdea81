"""How far a grader's levels can be relied on, technique by technique, in a word made of its pinned agreement with raters.

The debriefs show these words, so this module needs nothing of what the evals need to measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from simcustomer.domain.model import Frozen
from simcustomer.evaluation.figures import Figure

Word = Literal["good", "fair", "weak", "not measured"]

NOT_MEASURED: Word = "not measured"
FILE = "reliability.json"

# Kappa above 0.6 is "substantial", above 0.4 "moderate" after Landis and Koch (1977), 0.75 "excellent" after Fleiss (1981). The
# lower end of the interval must bear the word out one step down, so that no word rests on luck.
GOOD, GOOD_AT_LEAST = 0.75, 0.6
FAIR, FAIR_AT_LEAST = 0.6, 0.4
FEWEST = 30
"""Rated replies below which no agreement is called good."""


class Reliability(Frozen):
    """Words by technique for one grader on one rubric (its content hash)."""

    grader: str
    rubric: str
    words: dict[str, Word]


class Kept(Frozen):
    """The packaged file: what was measured of each grader, newest version only."""

    measured: tuple[Reliability, ...] = ()


def word_of(figure: Figure | None) -> Word:
    """Good, fair or weak by quadratic weighted kappa and the lower end of its interval; not measured without one."""
    if figure is None or figure.value is None or figure.low is None:
        return NOT_MEASURED
    if figure.value >= GOOD and figure.low >= GOOD_AT_LEAST and figure.n >= FEWEST:
        return "good"
    if figure.value >= FAIR and figure.low >= FAIR_AT_LEAST:
        return "fair"
    return "weak"


def pinned_words(grader: str, rubric: str) -> Mapping[str, Word]:
    """Words by technique for a grader's name and a rubric's hash; empty where this pair was never measured."""
    for kept in _kept().measured:
        if (kept.grader, kept.rubric) == (grader, rubric):
            return kept.words
    return {}


@cache
def _kept() -> Kept:
    return Kept.model_validate_json(files("simcustomer.evaluation").joinpath(FILE).read_text(encoding="utf-8"))
