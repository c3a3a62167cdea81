"""Where evidence stands in a reply: the reply cut into pieces, each with the notes that lead from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from simcustomer.domain.footnotes import Footnote


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
