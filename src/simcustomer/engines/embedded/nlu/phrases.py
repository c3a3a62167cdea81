"""Many patterns on one text at once: each is tried only at the words that it can begin with.

What comes out is what `re.finditer` gives for all patterns of a cue joined by "|" between the edges of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from re import _constants as codes  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from re import _parser as parser  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from typing import Any, NamedTuple

from simcustomer.engines.embedded.nlu.needed import Needs, holds, needed

_MOST_STARTS = 600
"""First words of a pattern that are told apart; one with more is tried at every word."""

_WORDS = re.compile(r"(\w+)")
_DIGITS = str.maketrans("123456789", "000000000")
"""Patterns ask for digits, not for one of them; so in what they are looked up by, all are the same."""

_GAPS = frozenset(" '")
_GAP = re.compile("[ ']")
_SHORTEST = 2
"""Letters of the shortest beginning of a word that is looked up by its length; a shorter one is looked up by its letter."""


_KEPT = 64
"""Texts whose places are kept."""

_PAIRS_KEPT = 20_000
"""Words, alone and with the next one, for which it is kept what can begin there."""

_SPACE: list[Any] = [(codes.CATEGORY, codes.CATEGORY_SPACE)]


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


class Start(NamedTuple):
    """How a match can begin: with a word, or two with a space or an apostrophe between; or, not `whole`, with the beginning of those."""

    word: str
    whole: bool


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
        pieces = _WORDS.split(low.translate(_DIGITS))  # a gap, a word, a gap, and so on
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
    def _looked_up(
        self,
    ) -> tuple[dict[str, list[_Phrase]], dict[str, list[_Phrase]], dict[str, list[_Phrase]], dict[str, list[int]]]:
        """Patterns by whole word, by beginning and by first letter; and how long the beginnings are by their first two letters."""
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
        return words, beginnings, letters, {start: sorted(held) for start, held in lengths.items()}

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
    if gap in _GAPS:
        return word + gap + following
    return f"{word} {following}" if gap.isspace() else word


def starts(source: str) -> frozenset[Start] | None:
    """How matches of a pattern can begin; None where it can be with anything."""
    tokens = list(parser.parse(source))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportUnknownVariableType]
    for gaps in (_GAPS, frozenset[str]()):
        found = _Beginning(gaps).of(tokens, "")  # pyright: ignore[reportUnknownArgumentType]
        if found is not None:
            return frozenset(found)
    return None


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


class _Beginning:
    """How a match of a parsed pattern can begin, told apart by two words where `gaps` may stand between them."""

    def __init__(self, gaps: frozenset[str]) -> None:
        self._gaps = gaps
        self._readers: dict[Any, Callable[[Any, list[Any], str], set[Start] | None]] = {
            codes.LITERAL: lambda what, rest, word: self._letter(chr(what), rest, word),
            codes.ASSERT: self._around,
            codes.ASSERT_NOT: self._around,
            codes.AT: self._edge,
            codes.SUBPATTERN: self._group,
            codes.BRANCH: self._branches,
            codes.IN: self._of_letters,
            codes.MAX_REPEAT: self._repeated,
            codes.MIN_REPEAT: self._repeated,
        }

    def of(self, tokens: list[Any], word: str) -> set[Start] | None:
        """By the letters before the tokens; None where it can be with anything, or with too many words."""
        if not tokens:
            return _closed(word)
        (code, what), rest = tokens[0], tokens[1:]
        read = self._readers.get(code)
        return read(what, rest, word) if read else _open(word)

    def _around(self, _: Any, rest: list[Any], word: str) -> set[Start] | None:
        return self.of(rest, word)

    def _edge(self, what: Any, rest: list[Any], word: str) -> set[Start] | None:
        return _closed(word) if word and what is codes.AT_BOUNDARY else self.of(rest, word)

    def _group(self, what: Any, rest: list[Any], word: str) -> set[Start] | None:
        return self.of([*what[3], *rest], word)

    def _branches(self, what: Any, rest: list[Any], word: str) -> set[Start] | None:
        return _any_of(self.of([*branch, *rest], word) for branch in what[1])

    def _letter(self, letter: str, rest: list[Any], word: str) -> set[Start] | None:
        if letter.isalnum() or letter == "_":
            return self.of(rest, word + letter.translate(_DIGITS))
        gap = " " if letter.isspace() else letter
        if not word and letter in _GAPS:
            return set()  # the edge of a word is before the gap, not behind it, so that no match begins here
        if word and gap in self._gaps and not _GAPS & set(word):
            return self.of(rest, word + gap)
        return _closed(word)

    def _of_letters(self, members: list[Any], rest: list[Any], word: str) -> set[Start] | None:
        if members == _SPACE:
            return self._letter(" ", rest, word)
        letters = [_member(member) for member in members]
        return _any_of(self._letter(letter, rest, word) for letter in letters) if all(letters) else _open(word)

    def _repeated(self, what: Any, rest: list[Any], word: str) -> set[Start] | None:
        least, most, item = what
        is_space = list(item) == [(codes.IN, _SPACE)]
        again: list[Any] = [] if most == 1 or is_space else [(codes.ANY, None)]
        once = self.of([*item, *(again or rest)], word)
        return once if least else _any_of([once, self.of(rest, word)])


def _member(member: tuple[Any, Any]) -> str:
    """The letter that a member of a character class is; empty for one that is many."""
    code, what = member
    if code is codes.LITERAL:
        return chr(what)
    return "0" if code is codes.CATEGORY and what is codes.CATEGORY_DIGIT else ""


def _any_of(found: Iterable[set[Start] | None]) -> set[Start] | None:
    together: set[Start] = set()
    for each in found:
        if each is None or len(together) > _MOST_STARTS:
            return None
        together |= each
    return together


def _closed(word: str) -> set[Start] | None:
    return {Start(word.rstrip("' "), whole=True)} if word else None


def _open(word: str) -> set[Start] | None:
    if not word:
        return None
    return _closed(word) if word[-1] in _GAPS else {Start(word, whole=False)}
