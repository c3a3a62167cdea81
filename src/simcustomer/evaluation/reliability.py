"""How far a grader's levels can be relied on, technique by technique, in a word made of its pinned agreement with raters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from simcustomer.domain.model import Frozen
from simcustomer.evaluation.figures import Figure
from simcustomer.evaluation.files import written
from simcustomer.evaluation.results import Results

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


class _Kept(Frozen):
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


def reliability_of(results: Results) -> Reliability:
    """The words of a run with its agreement suite."""
    words = {name: word_of(results.figure("agreement", f"qwk.{name}")) for name in results.techniques}
    return Reliability(grader=results.provenance.grader, rubric=results.provenance.rubric, words=words)


def pinned_words(grader: str, rubric: str) -> Mapping[str, Word]:
    """Words by technique for a grader's name and a rubric's hash; empty where this pair was never measured."""
    for kept in _kept().measured:
        if (kept.grader, kept.rubric) == (grader, rubric):
            return kept.words
    return {}


def keep(results: Results, path: Path) -> None:
    """Put a run's words into the packaged file, in place of the same grader's. Raises InvalidInput."""
    new = reliability_of(results)
    held = _Kept.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else _Kept()
    # A version is the part of a grader's name after the slash; only the newest one is ever asked for.
    family = new.grader.partition("/")[0]
    others = [each for each in held.measured if each.grader.partition("/")[0] != family]
    with written(path) as stream:
        stream.write(_Kept(measured=tuple(sorted([*others, new], key=lambda r: r.grader))).model_dump_json(indent=1))
        stream.write("\n")


@cache
def _kept() -> _Kept:
    return _Kept.model_validate_json(files("simcustomer.evaluation").joinpath(FILE).read_text(encoding="utf-8"))
