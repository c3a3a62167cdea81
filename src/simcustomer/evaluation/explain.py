"""docs/grader.md: how far a grader can be trusted, its figures from the pins and its text from a template."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from simcustomer.evaluation.figures import BANDS, GRADER, OVERALL, RATERS, Figure
from simcustomer.evaluation.pages import texts
from simcustomer.evaluation.reliability import FAIR, FAIR_AT_LEAST, FEWEST, GOOD, GOOD_AT_LEAST, Word, word_of
from simcustomer.evaluation.results import Results


class Trust(NamedTuple):
    """One technique: its figure, word, the best baseline, the raters' own figure, and its bias."""

    name: str
    word: Word
    figure: Figure
    best: Figure | None
    raters: Figure | None
    bias: float

    @property
    def beats(self) -> bool:
        """Whether the grader is above every baseline."""
        return self.best is None or (self.figure.value or 0.0) > (self.best.value or 0.0)


def explained(results: Results) -> str:
    """The page as Markdown, of results that hold every suite."""
    trusts = tuple(trust for name in results.techniques if (trust := _trust(results, name)) is not None)
    gains = Counter(pair.flavour for pair in results.failed_pairs if pair.kind == "attack")
    aimed = Counter(pair.technique for pair in results.failed_pairs if pair.kind == "ordered")
    return (
        texts()
        .get_template("grader.md")
        .render(
            results=results,
            trusts=trusts,
            mean=results.figure("agreement", "qwk.mean"),
            overall=results.figure("agreement", f"qwk.{OVERALL}"),
            raters=results.figure("agreement", "qwk.mean", RATERS),
            baselines=_baselines(results),
            bands=[(band, results.figure("agreement", f"qwk.band_{band}")) for band in BANDS],
            weak=[trust.name for trust in trusts if trust.word == "weak"],
            good=[trust.name for trust in trusts if trust.word == "good"],
            beaten=[trust.name for trust in trusts if not trust.beats],
            generous=[trust.name for trust in trusts if trust.bias >= _BIAS],
            strict=[trust.name for trust in trusts if trust.bias <= -_BIAS],
            gains=gains.most_common(),
            misordered=[(results.techniques.get(name, name), count) for name, count in aimed.most_common(5)],
            suites={
                name: {figure.name: figure for figure in figures}
                for name, figures in results.suites.items()
                if name != "agreement"
            },
            good_from=(GOOD, GOOD_AT_LEAST),
            fair_from=(FAIR, FAIR_AT_LEAST),
            fewest=FEWEST,
        )
    )


_BIAS = 0.3
"""Levels by which the grader's mean must differ from the raters' to be called generous or strict."""


def _baselines(results: Results) -> list[Figure]:
    names = [name for name in results.columns if name not in (GRADER, RATERS)]
    return [figure for name in names if (figure := results.figure("agreement", "qwk.mean", name)) is not None]


def _trust(results: Results, technique: str) -> Trust | None:
    name = f"qwk.{technique}"
    figure = results.figure("agreement", name)
    if figure is None:
        return None
    others = [results.figure("agreement", name, of) for of in results.columns if of not in (GRADER, RATERS)]
    known = [other for other in others if other is not None and other.value is not None]
    bias = results.figure("agreement", f"bias.{technique}")
    return Trust(
        name=results.techniques[technique],
        word=word_of(figure),
        figure=figure,
        best=max(known, key=lambda other: other.value or 0.0, default=None),
        raters=results.figure("agreement", name, RATERS),
        bias=(bias.value or 0.0) if bias else 0.0,
    )
