"""Text made even for matching, with every position traceable to the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

import snowballstemmer

from simcustomer.engines.embedded.nlu.once import cached_property

_PLAIN = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u00b4": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
    }
)
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0455\u04bb\u0501\u0458\u051b\u051d\u04cf\u043a\u043c\u0442"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0406\u0405\u0408"
    "\u03bf\u03b1\u03bd\u03b9\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcxyishdjqwlkmtABEKMHOPCTXYISJoaviABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look like Latin ones: a word must not escape its reading by them."""

_UNEVEN = re.compile(
    "[^\\x00-\\x7f\\u00a1-\\u00a7\\u00a9\\u00ab\\u00ac\\u00ae\\u00b0\\u00b1\\u00b6\\u00b7\\u00bb\\u00bf-\\u00ff\\u20ac]"
)
"""Letters that are not surely one letter of their own: composed, compatible or invisible ones."""

_INVISIBLE = frozenset({"Cf", "Cs", "Co"})
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""A word or a number, with the apostrophes within it."""

_SENTENCE_END = re.compile(
    # "Mr. Lee" and "no. 5" go on; "No?" and "I said no." end.
    # The character that ends one stands first, since only such places are looked at closely then.
    r"[!?\u2026.\n](?:(?<=\n)\n*|(?<!\n)(?<!\bmr\.)(?<!\bms\.)(?<!\bdr\.)(?<!\bmrs\.)(?!(?<=\bno\.)\s*\d)[.!?\u2026]*[\"')]*(?=\s|$))",
    re.IGNORECASE,
)
_STEMMER = snowballstemmer.stemmer("english")


class Span(NamedTuple):
    """A stretch of `Text.even`: start inclusive, end exclusive."""

    start: int
    end: int


class Change(NamedTuple):
    """A stretch of `Text.even` that other words stand for, and why."""

    start: int
    end: int
    words: str
    kind: str


class Text:
    """One message. `even` has plain quotes and dashes, composed letters and nothing invisible; `raw` is as written.

    `changes` counts, by kind, the words of `even` that others stand for.
    """

    changes: Counter[str]

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.changes = Counter()
        plain = raw.replace("`", "'") if raw.isascii() else raw.translate(_PLAIN).translate(_LOOKALIKES)
        if not _UNEVEN.search(plain):
            self.even = plain
            self._origins: Sequence[int] = range(len(raw))
            return
        even: list[str] = []
        origins: list[int] = []
        for position, character in enumerate(raw):
            if unicodedata.category(character) in _INVISIBLE:
                continue
            for plain in unicodedata.normalize("NFKC", character).translate(_PLAIN).translate(_LOOKALIKES):
                even.append(plain)
                origins.append(position)
        self.even = "".join(even)
        self._origins = origins

    def without(self, spans: Iterable[Span]) -> Text:
        """The same message with a line break in place of each span; its quotes are still those of the original."""
        changes = [Change(span.start, span.end, "\n", "") for span in sorted(spans)]
        return self.changed(changes) if changes else self

    def changed(self, changes: Iterable[Change]) -> Text:
        """The same message with other words in some places, given in order; its quotes are still those of the original."""
        even: list[str] = []
        origins: list[int] = []
        start = 0
        counted = Counter(self.changes)
        for change in changes:
            even += [self.even[start : change.start], change.words]
            last = max(change.end - 1, change.start)
            within = [self._origins[min(change.start + place, last)] for place in range(len(change.words) - 1)]
            origins += [*self._origins[start : change.start], *within, self._origins[last if within else change.start]]
            start = max(start, change.end)
            if change.kind:
                counted[change.kind] += 1
        rest = Text.__new__(Text)
        rest.raw, rest.changes = self.raw, counted
        rest.even = "".join(even) + self.even[start:]
        rest._origins = [*origins, *self._origins[start:]]
        return rest

    def quote(self, span: Span) -> str:
        """The original words of a span, verbatim, without space at either end."""
        if span.start >= span.end:
            return ""
        return self.raw[self._origins[span.start] : self._origins[span.end - 1] + 1].strip()

    def holds(self, other: Text, span: Span) -> bool:
        """Whether the words of a span of another reading of the same message are still in this one, up to their last letter."""
        return other._origins[span.end - 1] in self._kept

    @cached_property
    def _kept(self) -> frozenset[int]:
        return frozenset(self._origins)

    @cached_property
    def low(self) -> str:
        """`even` in lower case, position by position the same."""
        low = self.even.lower()
        if len(low) == len(self.even):
            return low
        return "".join(one if len(one) == 1 else letter for letter in self.even for one in (letter.lower(),))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Lower-case words, apostrophes kept."""
        return tuple([word.lower() for word in WORD.findall(self.even)])

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """Sentences, their end mark included and the space around them not."""
        spans: list[Span] = []
        start = 0
        for match in _SENTENCE_END.finditer(self.even):
            spans.append(Span(start, match.end()))
            start = match.end()
        spans.append(Span(start, len(self.even)))
        return tuple(trimmed for span in spans if (trimmed := self._trimmed(span)).start < trimmed.end)

    @cached_property
    def sayings(self) -> tuple[tuple[Span, tuple[str, ...]], ...]:
        """Every sentence with its words in lower case."""
        return tuple([(span, tuple(WORD.findall(self.low, *span))) for span in self.sentences])

    def sentence_at(self, position: int) -> Span:
        """The sentence that holds a position of `even`."""
        index = bisect_right(self._starts, position) - 1
        return self.sentences[max(index, 0)] if self.sentences else Span(0, len(self.even))

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start for span in self.sentences]

    def _trimmed(self, span: Span) -> Span:
        words = self.even[span.start : span.end]
        return Span(span.start + len(words) - len(words.lstrip()), span.end - len(words) + len(words.rstrip()))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of one lower-case word (Snowball's English stemmer)."""
    return str(cast(object, _STEMMER.stemWord(word)))


def content_stems(words: tuple[str, ...], stop: frozenset[str]) -> frozenset[str]:
    """Stems of the words that carry content: not in `stop`, and numbers kept whole."""
    return frozenset(
        [_stem_before_apostrophe(word) for word in words if word not in stop and (len(word) > 2 or word.isdigit())]
    )


@lru_cache(maxsize=20_000)
def _stem_before_apostrophe(word: str) -> str:
    return stem(word.split("'", maxsplit=1)[0])
