"""Text made even for matching, with every position traceable to the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, cast

import snowballstemmer

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
_INVISIBLE = frozenset({"Cf", "Cs", "Co"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(
    r"(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)(?<!\bno)(?:[.!?\u2026]+[\"')]*(?=\s|$)|\n+)", re.IGNORECASE
)
_STEMMER = snowballstemmer.stemmer("english")


class Span(NamedTuple):
    """A stretch of `Text.even`: start inclusive, end exclusive."""

    start: int
    end: int


class Text:
    """One message. `even` has plain quotes and dashes, composed letters and nothing invisible; `raw` is as written."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        if raw.isascii() and "`" not in raw:
            self.even = raw
            self._origins: Sequence[int] = range(len(raw))
            return
        even: list[str] = []
        origins: list[int] = []
        for position, character in enumerate(raw):
            if unicodedata.category(character) in _INVISIBLE:
                continue
            for plain in unicodedata.normalize("NFKC", character).translate(_PLAIN):
                even.append(plain)
                origins.append(position)
        self.even = "".join(even)
        self._origins = origins

    def quote(self, span: Span) -> str:
        """The original words of a span, verbatim, without space at either end."""
        if span.start >= span.end:
            return ""
        return self.raw[self._origins[span.start] : self._origins[span.end - 1] + 1].strip()

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
        return tuple(match.group().lower() for match in _WORD.finditer(self.even))

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

    def sentence_at(self, position: int) -> Span:
        """The sentence that holds a position of `even`."""
        index = bisect_right([span.start for span in self.sentences], position) - 1
        return self.sentences[max(index, 0)] if self.sentences else Span(0, len(self.even))

    def _trimmed(self, span: Span) -> Span:
        words = self.even[span.start : span.end]
        return Span(span.start + len(words) - len(words.lstrip()), span.end - len(words) + len(words.rstrip()))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of one lower-case word (Snowball's English stemmer)."""
    return str(cast(object, _STEMMER.stemWord(word)))


def content_stems(words: tuple[str, ...], stop: frozenset[str]) -> frozenset[str]:
    """Stems of the words that carry content: not in `stop`, and numbers kept whole."""
    carrying = (word for word in words if word not in stop and (len(word) > 2 or word.isdigit()))
    return frozenset(stem(word.split("'")[0]) for word in carrying)
