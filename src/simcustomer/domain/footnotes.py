"""What the words of a reply are evidence of, quoted once: a note for each quote, and what the coach says of the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Evidence
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Note

_FRAGMENT = 3
"""Words of a quote up to which it says little where it stands within another."""
_WORDS = re.compile(r"\w+")


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


class Remark(NamedTuple):
    """What the coach says of the same words of a reply; `quote` is empty where words were missing."""

    notes: tuple[Note, ...]
    exchange: int
    quote: str


def footnotes(rubric: Rubric, reply: str, assessment: Assessment) -> tuple[Footnote, ...]:
    """A note for each quote, in the order in which they end in the reply, with all that the quote is evidence of.

    A word or two within a longer quote of the same side are read with that one: marks on every other word hide what matters.
    """
    by_quote: dict[tuple[str, bool], list[Evidence]] = {}
    quotes = {(e.quote, _is_good(e)) for e in assessment.evidence}
    for item in assessment.evidence:
        same_side = [quote for quote, good in quotes if good == _is_good(item)]
        quote = _whole(item.quote, reply, same_side)
        by_quote.setdefault((quote, _is_good(item)), []).append(item)
    return tuple(
        Footnote(number, good, quote, _shows(by_quote[quote, good], rubric))
        for number, (quote, good) in enumerate(sorted(by_quote, key=lambda each: _end(each[0], reply)), start=1)
    )


def remarks(notes: Sequence[Note]) -> tuple[Remark, ...]:
    """The notes in order; those on the same words, or on words within them, stand together over the longer quote."""
    found: list[Remark] = []
    for note in notes:
        place = next((i for i, other in enumerate(found) if _is_on_same_words(note, other)), None)
        if place is None:
            found.append(Remark((note,), note.exchange, note.quote))
        else:
            other = found[place]
            found[place] = Remark((*other.notes, note), other.exchange, max(note.quote, other.quote, key=len))
    return tuple(found)


def _is_on_same_words(note: Note, remark: Remark) -> bool:
    shorter, longer = sorted((note.quote, remark.quote), key=len)
    return note.exchange == remark.exchange and bool(shorter) and shorter in longer


def _is_good(item: Evidence) -> bool:
    return item.indicator is not None


def _end(quote: str, reply: str) -> tuple[int, int]:
    """Where the number of a note stands: where its quote ends, the shorter of two first."""
    start = reply.find(quote)
    return start + len(quote), -start


def _whole(quote: str, reply: str, quotes: Sequence[str]) -> str:
    """The quote, or where it is a fragment the shortest of the `quotes` around it that is none."""
    start = reply.find(quote)
    around = [
        other
        for other in quotes
        if len(other) > len(quote) and (at := reply.find(other)) <= start and start + len(quote) <= at + len(other)
    ]
    for wider in sorted(around, key=lambda other: (len(other), other)):
        if len(quote.split()) > _FRAGMENT and _WORDS.findall(quote) != _WORDS.findall(wider):
            break
        quote = wider
    return quote


def _shows(evidence: Sequence[Evidence], rubric: Rubric) -> tuple[Shown, ...]:
    signs: dict[str, list[str]] = {}
    for item in evidence:
        technique = rubric.technique(item.technique)
        wording = technique.indicators if item.indicator else technique.missteps
        signs.setdefault(technique.name, []).append(wording[item.indicator or item.misstep or ""])
    return tuple(Shown(name, tuple(dict.fromkeys(found))) for name, found in signs.items())
