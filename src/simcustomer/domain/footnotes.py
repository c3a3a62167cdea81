"""What the words of a reply are evidence of, quoted once: a note for each quote, and what the coach says of the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Evidence
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Note


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

    A single word within a longer quote of the same side is read with that one: marks on every other word hide what matters.
    """
    by_quote: dict[tuple[str, bool], list[Evidence]] = {}
    phrases = {(e.quote, _is_good(e)) for e in assessment.evidence if not _is_word(e.quote)}
    for item in assessment.evidence:
        quote = _around(item, reply, phrases) if _is_word(item.quote) else item.quote
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


def _is_word(quote: str) -> bool:
    return len(quote.split()) == 1


def _end(quote: str, reply: str) -> tuple[int, int]:
    """Where the number of a note stands: where its quote ends, the shorter of two first."""
    start = reply.find(quote)
    return start + len(quote), -start


def _around(item: Evidence, reply: str, phrases: set[tuple[str, bool]]) -> str:
    """The shortest quoted phrase of the same side in which the word is marked; the word itself where there is none."""
    start = reply.find(item.quote)
    end = start + len(item.quote)
    holding = [
        phrase
        for phrase, good in phrases
        if good == _is_good(item) and (at := reply.find(phrase)) <= start and end <= at + len(phrase)
    ]
    return min(holding, key=lambda phrase: (len(phrase), phrase), default=item.quote)


def _shows(evidence: Sequence[Evidence], rubric: Rubric) -> tuple[Shown, ...]:
    signs: dict[str, list[str]] = {}
    for item in evidence:
        technique = rubric.technique(item.technique)
        wording = technique.indicators if item.indicator else technique.missteps
        signs.setdefault(technique.name, []).append(wording[item.indicator or item.misstep or ""])
    return tuple(Shown(name, tuple(dict.fromkeys(found))) for name, found in signs.items())
