"""Where evidence stands in a reply: the reply cut into pieces, each with the notes that lead from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Evidence
from simcustomer.domain.rubric import Rubric


class Shown(NamedTuple):
    """A technique and the indicators, or missteps, that a quote shows of it, in the rubric's words."""

    technique: str
    signs: tuple[str, ...]


class Footnote(NamedTuple):
    """What a marked quote shows, for good or bad; `number` counts from 1 in its reply."""

    number: int
    good: bool
    quote: str
    shows: tuple[Shown, ...]


class Piece(NamedTuple):
    """A stretch of a reply: marked as good, bad or both, or plain; `ends` are the notes whose quote ends here."""

    text: str
    good: bool
    bad: bool
    ends: tuple[Footnote, ...]


class _Span(NamedTuple):
    start: int
    end: int
    note: Footnote


def footnotes(rubric: Rubric, reply: str, assessment: Assessment) -> tuple[Footnote, ...]:
    """A note for each quote, in the order in which they end in the reply, with all that the quote is evidence of."""
    by_quote: dict[tuple[str, bool], list[Evidence]] = {}
    # A note's number stands where its quote ends.
    for item in sorted(assessment.evidence, key=lambda e: ((start := reply.find(e.quote)) + len(e.quote), -start)):
        by_quote.setdefault((item.quote, item.indicator is not None), []).append(item)
    return tuple(
        Footnote(number, good, quote, _shows(evidence, rubric))
        for number, ((quote, good), evidence) in enumerate(by_quote.items(), start=1)
    )


def pieces(reply: str, notes: Sequence[Footnote]) -> tuple[Piece, ...]:
    """The whole reply in order; quotes that overlap are cut so that no mark lies within another."""
    spans = [_Span(start, start + len(note.quote), note) for note in notes if (start := reply.find(note.quote)) >= 0]
    cuts = sorted({0, len(reply)} | {edge for span in spans for edge in (span.start, span.end)})
    return tuple(_piece(reply, spans, start, end) for start, end in pairwise(cuts))


def _piece(reply: str, spans: Sequence[_Span], start: int, end: int) -> Piece:
    over = [span.note for span in spans if span.start <= start and end <= span.end]
    return Piece(
        text=reply[start:end],
        good=any(note.good for note in over),
        bad=any(not note.good for note in over),
        ends=tuple(span.note for span in spans if span.end == end),
    )


def _shows(evidence: Sequence[Evidence], rubric: Rubric) -> tuple[Shown, ...]:
    signs: dict[str, list[str]] = {}
    for item in evidence:
        technique = rubric.technique(item.technique)
        wording = technique.indicators if item.indicator else technique.missteps
        signs.setdefault(technique.name, []).append(wording[item.indicator or item.misstep or ""])
    return tuple(Shown(name, tuple(dict.fromkeys(found))) for name, found in signs.items())
