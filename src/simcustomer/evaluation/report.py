"""The page of an eval run: one HTML file without requests, its figures drawn, its worst disagreements to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from simcustomer.domain.transcript import Speaker
from simcustomer.evaluation.figures import BANDS, GRADER, OVERALL, RATERS, Figure
from simcustomer.evaluation.grading import TranscriptRecord
from simcustomer.evaluation.pages import templates
from simcustomer.evaluation.reliability import Word, word_of
from simcustomer.evaluation.results import Disagreement, Results

DETAILS = ("alpha", "exact", "adjacent", "bias", "recall_0", "recall_1", "recall_2", "recall_3", "presence_kappa")


class Row(NamedTuple):
    """One technique (or mean, whole reply, band): the figure of each column, and the details of the grader."""

    name: str
    word: Word | None
    n: int
    figures: tuple[Figure | None, ...]
    details: tuple[Figure | None, ...]

    @property
    def grader(self) -> Figure | None:
        """The grader's own figure."""
        return self.figures[0] if self.figures else None

    @property
    def others(self) -> tuple[Figure, ...]:
        """Baselines and raters with a value."""
        return tuple(figure for figure in self.figures[1:] if figure is not None and figure.value is not None)


class Piece(NamedTuple):
    """A stretch of a reply, quoted by the grader or not."""

    text: str
    quoted: bool


class ShownTurn(NamedTuple):
    """A turn of a conversation; `about` are the disagreements on it, `anchor` where links to it lead."""

    anchor: str
    customer: bool
    pieces: tuple[Piece, ...]
    about: tuple[Disagreement, ...]


class ShownConversation(NamedTuple):
    """A conversation with the replies that are disputed."""

    id: str
    channel: str
    turns: tuple[ShownTurn, ...]


def report_page(results: Results) -> str:
    """The whole page as HTML; every text in it is escaped."""
    return (
        templates()
        .get_template("eval.html")
        .render(
            results=results,
            rows=tuple(rows_of(results)),
            details=DETAILS,
            others=tuple(name for name in results.columns if name != GRADER),
            raters=RATERS,
            plain={name: figures for name, figures in results.suites.items() if name != "agreement"},
            disagreements=results.disagreements,
            conversations=tuple(_conversation(results, record) for record in results.conversations),
            anchors={(each.id, each.turn): _anchor(results, each.id, each.turn) for each in results.disagreements},
        )
    )


def rows_of(results: Results) -> Iterator[Row]:
    """The table of agreement, a row each for techniques, their mean, the whole reply and the bands of length."""
    if "agreement" not in results.suites:
        return
    wanted = [
        *results.techniques.items(),
        ("mean", "mean of techniques"),
        (OVERALL, "reply as a whole"),
        *((f"band_{band}", f"mean, {band} replies") for band in BANDS),
    ]
    for name, shown in wanted:
        figures = tuple(results.figure("agreement", f"qwk.{name}", of) for of in results.columns)
        details = tuple(results.figure("agreement", f"{detail}.{name}") for detail in DETAILS)
        first = figures[0] if figures else None
        word = word_of(first) if name in results.techniques else None
        yield Row(shown, word, first.n if first else 0, figures, details)


def _conversation(results: Results, record: TranscriptRecord) -> ShownConversation:
    turns: list[ShownTurn] = []
    for index, turn in enumerate(record.turns):
        about = tuple(each for each in results.disagreements if (each.id, each.turn) == (record.id, index))
        quotes = {quote for each in about for quote in each.quotes}
        anchor = _anchor(results, record.id, index)
        turns.append(ShownTurn(anchor, turn.role is Speaker.CUSTOMER, pieces(turn.text, quotes), about))
    return ShownConversation(record.id, record.channel, tuple(turns))


def _anchor(results: Results, conversation: str, turn: int) -> str:
    # Ids are whatever the team's file says; a number is safe in an attribute and a link.
    place = next(index for index, record in enumerate(results.conversations) if record.id == conversation)
    return f"c{place}-t{turn}"


def pieces(text: str, quotes: Iterable[str]) -> tuple[Piece, ...]:
    """A text cut where quotes from it begin and end."""
    spans = [(start, start + len(quote)) for quote in quotes if quote and (start := text.find(quote)) >= 0]
    cuts = sorted({0, len(text)} | {edge for span in spans for edge in span})
    return tuple(
        Piece(text[start:end], any(one <= start and end <= other for one, other in spans))
        for start, end in pairwise(cuts)
    )
