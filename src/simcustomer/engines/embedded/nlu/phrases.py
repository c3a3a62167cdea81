"""Many patterns on one text at once: each is tried only at the words that it can begin with.

What comes out is what `re.finditer` gives for all patterns of a cue joined by "|" between the edges of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from simcustomer.engines.embedded.nlu.patterns import DIGITS_ALIKE, GAPS, Needs, Start, holds, needed, starts

_WORDS = re.compile(r"(\w+)")
_GAP = re.compile("[ ']")

_SHORTEST = 2
"""Letters of the shortest beginning of a word that is looked up by its length; a shorter one is looked up by its letter."""

_KEPT = 64
"""Texts whose places are kept."""

_PAIRS_KEPT = 20_000
"""Words, alone and with the next one, for which it is kept what can begin there."""


class _Phrase:
    """A pattern of a cue; `order` is its place among those of the cue.

    `match` tries it where a word of a text begins, up to the end of a word; the pattern is compiled at the first try, which many never see.
    """

    __slots__ = ("cue", "match", "order", "source")

    def __init__(self, order: int, cue: str, source: str) -> None:
        self.order = order
        self.cue = cue
        self.source = source
        self.match: Callable[[str, int], re.Match[str] | None] = self._first_match

    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        pattern = re.compile(rf"(?:{self.source})(?!\w)")
        self.match = pattern.match
        return pattern

    def _first_match(self, low: str, place: int) -> re.Match[str] | None:
        return self.compiled().match(low, place)


class _Table(NamedTuple):
    """Patterns by whole word, by beginning and by first letter; and how long the beginnings are by their first `_SHORTEST` letters."""

    words: dict[str, list[_Phrase]]
    beginnings: dict[str, list[_Phrase]]
    letters: dict[str, list[_Phrase]]
    lengths: dict[str, list[int]]


class PhraseIndex:
    """The patterns of many cues, by the words that they can begin with."""

    def __init__(self, sources: Mapping[str, Sequence[str]]) -> None:
        """`sources` are regular expressions for text in lower case, by cue, those that go first before the others."""
        self._sources = sources
        # A reply is looked through as it is said, and again as an earlier one of the next.
        self.places = lru_cache(maxsize=_KEPT)(self._places)
        self._begins = lru_cache(maxsize=_PAIRS_KEPT)(self._begins_any)
        self._tried = lru_cache(maxsize=_PAIRS_KEPT)(self._phrases_at)

    def _places(self, low: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Start and end of every match of every cue, in order, none within another of the same cue."""
        hits: dict[str, list[tuple[int, int, int]]] = {}
        pieces = _WORDS.split(low.translate(DIGITS_ALIKE))  # a gap, a word, a gap, and so on
        ends = list(accumulate(map(len, pieces)))
        words = pieces[1::2]
        for at in [at for at, begins in enumerate(map(self._begins, words)) if begins]:
            word, place = words[at], ends[2 * at]
            both = _joined(*pieces[2 * at + 1 : 2 * at + 4])
            for phrase in self._tried(word, both):
                if found := phrase.match(low, place):
                    hits.setdefault(phrase.cue, []).append((place, phrase.order, found.end()))
        for phrase, pattern, needs in self._by_character:
            if holds(low, needs):
                for found in pattern.finditer(low):
                    hits.setdefault(phrase.cue, []).append((found.start(), phrase.order, found.end()))
        return {cue: _apart(held) for cue, held in hits.items()}

    def _begins_any(self, word: str) -> bool:
        """Whether any pattern can begin with a word, whatever comes next."""
        _, beginnings, letters, lengths = self._looked_up
        return (
            word in self._first_words
            or word[0] in letters
            or any(word[:length] in beginnings for length in lengths.get(word[:_SHORTEST], ()))
        )

    def _phrases_at(self, word: str, both: str) -> tuple[_Phrase, ...]:
        """What can begin with a word, or with it and the next one."""
        words, beginnings, letters, lengths = self._looked_up
        tried = [*words.get(word, ()), *letters.get(word[0], ())]
        if both != word:
            tried += words.get(both, ())
        for length in lengths.get(both[:_SHORTEST], ()):
            tried += beginnings.get(both[:length], ())
        return tuple(tried)

    def prepare(self) -> None:
        """Find out where every pattern can begin, and compile them all."""
        _ = self._looked_up, self._by_character
        for phrase, _ in self._read:
            phrase.compiled()

    @cached_property
    def _read(self) -> list[tuple[_Phrase, frozenset[Start] | None]]:
        made: list[tuple[_Phrase, frozenset[Start] | None]] = []
        for cue, sources in self._sources.items():
            for order, source in enumerate(sources):
                made.append((_Phrase(order, cue, source), starts(source)))
        return made

    @cached_property
    def _looked_up(self) -> _Table:
        words: dict[str, list[_Phrase]] = {}
        beginnings: dict[str, list[_Phrase]] = {}
        letters: dict[str, list[_Phrase]] = {}
        for phrase, found in self._read:
            if found is None or not all(start.word for start in found):
                continue
            first = {start.word for start in found if not start.whole and len(start.word) < _SHORTEST}
            for start in found:
                if start.word[0] not in first:
                    (words if start.whole else beginnings).setdefault(start.word, []).append(phrase)
            for letter in first:
                letters.setdefault(letter, []).append(phrase)
        lengths: dict[str, set[int]] = {}
        for word in beginnings:
            lengths.setdefault(word[:_SHORTEST], set()).add(len(word))
        return _Table(words, beginnings, letters, {start: sorted(held) for start, held in lengths.items()})

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """The words that patterns begin with, and those before the gap in beginnings of two words."""
        words, beginnings, _, _ = self._looked_up
        return frozenset(_GAP.split(start, maxsplit=1)[0] for start in (*words, *filter(_GAP.search, beginnings)))

    @cached_property
    def _by_character(self) -> list[tuple[_Phrase, re.Pattern[str], Needs]]:
        """Patterns that can begin with something else than a word, with what they need."""
        held = (phrase for phrase, found in self._read if found is None or not all(start.word for start in found))
        return [(phrase, re.compile(rf"(?<!\w){phrase.compiled().pattern}"), needed(phrase.source)) for phrase in held]


def _joined(word: str, gap: str, following: str = "") -> str:
    """A word with the next one where a space or an apostrophe is all that parts them, else alone."""
    if not following:
        return word
    if gap in GAPS:
        return word + gap + following
    return f"{word} {following}" if gap.isspace() else word


def _apart(hits: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Matches (place, order of the pattern, end) from left to right, the pattern that stands first going first, none within another."""
    if len(hits) == 1:
        place, _, end = hits[0]
        return [(place, end)] if end > place else []
    found: list[tuple[int, int]] = []
    free = 0
    for place, _, end in sorted(hits):
        if place >= free and end > place:
            found.append((place, end))
            free = end
    return found
