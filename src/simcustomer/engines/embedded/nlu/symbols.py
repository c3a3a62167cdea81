"""A sentence as symbols that a model can weigh: its words, and classes of words that do the same work, alone, in a row, side by side.

Classes (`lexicon/classes.toml`) let a model that has seen "the plumber will pop round" know what "an engineer can call in" does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations, pairwise
from typing import cast

from simcustomer.engines.embedded.nlu.text import stem

_NEAR = 4
"""Words from one class to another that are still seen as one after the other."""

_LONGEST = 120
"""Words of a sentence that are read; nobody says one thing in more."""

_KINDS = (
    (re.compile(r"[£$€]\s?\d[\d,.]*|\b\d[\d,.]*\s?(?:pounds?|quid|euros?|dollars?|rand|naira|pence|p)\b"), " <money> "),
    (re.compile(r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm)\b|\b\d{1,2}:\d\d\b"), " <clock> "),
    (
        re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b(?= |\.)"),
        " <day> ",
    ),
    (re.compile(r"\d+"), " <n> "),
)  # fmt: skip
_TOKEN = re.compile(r"<\w+>|[^\W\d_]+(?:'[^\W\d_]+)*|[?!.,;:]")


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Classes by word, and phrases of several words by their first two, with their classes."""

    words: dict[str, frozenset[str]]
    phrases: dict[tuple[str, str], tuple[tuple[tuple[str, ...], frozenset[str]], ...]]

    def classes(self, word: str) -> frozenset[str]:
        """The classes of one word, or else of its stem."""
        return self.words.get(word) or self.words.get(stem(word.split("'", maxsplit=1)[0])) or frozenset()


@cache
def load_thesaurus() -> Thesaurus:
    """The classes of `lexicon/classes.toml`."""
    source = files("simcustomer.engines.embedded").joinpath("lexicon", "classes.toml").read_text(encoding="utf-8")
    words: dict[str, set[str]] = {}
    phrases: dict[tuple[str, ...], set[str]] = {}
    for name, listed in tomllib.loads(source)["classes"].items():
        for entry in listed.split():
            tokens = tuple(_TOKEN.findall(entry.replace("_", " ")))
            if len(tokens) > 1:
                phrases.setdefault(tokens, set()).add(name)
            else:
                words.setdefault(entry, set()).add(name)
    by_start: dict[tuple[str, str], list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for tokens, classes in phrases.items():
        by_start.setdefault((tokens[0], tokens[1]), []).append((tokens, frozenset(classes)))
    return Thesaurus(
        words={word: frozenset(classes) for word, classes in words.items()},
        phrases={start: tuple(listed) for start, listed in by_start.items()},
    )


@lru_cache(maxsize=512)
def symbols(sentence: str) -> frozenset[str]:
    """The symbols of one sentence, each once.

    `t:` is a stem, `w:` two words, `c:` a class; `c>c` are two classes in a row, `c>>c` near each other, `c+c` in one sentence.
    """
    words, row = _row(sentence)
    found = {f"t:{stem(word) if word.isalpha() else word}" for word in words}
    found.update(f"w:{one} {other}" for one, other in pairwise(["^", *words, "$"]))
    for place, here in enumerate(row):
        found.update(f"c:{one}" for one in here)
        if place + 1 < len(row):
            found.update(f"{one}>{other}" for one in here for other in row[place + 1])
        for there in row[place + 2 : place + 1 + _NEAR]:
            found.update(f"{one}>>{other}" for one in here for other in there if _known(one, other))
    held = sorted({one for here in row[1:-1] for one in here if not one.startswith("=")})
    found.update(f"{one}+{other}" for one, other in combinations(held, 2))
    return frozenset(found)


_PAIR = re.compile(r"(?P<one>=?<\w+>|[^<>]+?)(?P<link>>>|>|\+)(?P<other>.+)")


class _Known:
    """What a model knows of the symbols that begin with a class or word: alone, and by what follows, comes near or stands beside."""

    __slots__ = ("alone", "following", "near", "together")

    def __init__(self) -> None:
        self.alone: int | None = None
        self.following: dict[str, int] = {}
        self.near: dict[str, int] = {}
        self.together: dict[str, int] = {}


class SymbolPlaces:
    """The symbols that a model knows, arranged so that those of a sentence are found without spelling out all the others."""

    def __init__(self, places: Mapping[str, int]) -> None:
        """`places` has a number for each symbol."""
        self._stems: dict[str, int] = {}
        self._words: dict[tuple[str, ...], int] = {}
        self._known: dict[str, _Known] = {}
        for symbol, place in places.items():
            kind, rest = symbol[:2], symbol[2:]
            if kind == "t:":
                self._stems[rest] = place
            elif kind == "w:":
                self._words[tuple(rest.split(" "))] = place
            elif kind == "c:":
                self._known.setdefault(rest, _Known()).alone = place
            elif (pair := _PAIR.fullmatch(symbol)) is not None:
                known = self._known.setdefault(pair["one"], _Known())
                linked = {">": known.following, ">>": known.near, "+": known.together}[pair["link"]]
                linked[pair["other"]] = place
            else:
                raise ValueError(f"{symbol!r} is no symbol")

    def of(self, sentence: str) -> set[int]:
        """The numbers of a sentence's symbols, as `symbols` gives them, those that are not known left out."""
        words, row = _row(sentence)
        found = {self._stems.get(stem(word) if word.isalpha() else word) for word in words}
        found.update(self._words.get(pair) for pair in pairwise(["^", *words, "$"]))
        held = frozenset[str]().union(*row[1:-1])
        for place, here in enumerate(row):
            after = row[place + 1] if place + 1 < len(row) else _NONE
            later = _NONE.union(*row[place + 2 : place + 1 + _NEAR])
            for one in here:
                known = self._known.get(one)
                if known is None:
                    continue
                found.add(known.alone)
                for linked, there in ((known.following, after), (known.near, later)):
                    found.update(map(linked.__getitem__, linked.keys() & there))
        for one in held:
            known = self._known.get(one)
            if known is not None:
                # A pair side by side is spelt in the order of the alphabet.
                found.update(map(known.together.__getitem__, known.together.keys() & held))
        found.discard(None)
        return cast("set[int]", found)


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=512)
def runs(sentence: str) -> frozenset[str]:
    """Classes three in a row (`c>c>c`): they help to tell one act from another, and to tell how well it is done they do not."""
    _, row = _row(sentence)
    return frozenset(
        f"{a}>{b}>{c}"
        for before, middle, after in zip(row, row[1:], row[2:], strict=False)
        for a in before
        for b in middle
        for c in after
        if _known(a, b) or _known(a, c) or _known(b, c)
    )


@lru_cache(maxsize=512)
def _row(sentence: str) -> tuple[list[str], list[frozenset[str]]]:
    """The words of a sentence, and its classes in order between its two ends; a word without a class stands for itself."""
    words, classes = _read(sentence)
    inner = (held or frozenset({f"={word}"}) for word, held in zip(words, classes, strict=True))
    return words, [frozenset({"^"}), *inner, frozenset({"$"})]


def _known(one: str, other: str) -> bool:
    """Whether at least one of two is a class, not a word of its own."""
    return not (one.startswith("=") and other.startswith("="))


def _read(sentence: str) -> tuple[list[str], list[frozenset[str]]]:
    """Words and marks in order, with the classes of each."""
    low = sentence.lower()
    for kind, name in _KINDS:
        low = kind.sub(name, low)
    thesaurus = load_thesaurus()
    words = _TOKEN.findall(low)[:_LONGEST]
    classes = [thesaurus.classes(word) for word in words]
    for place, start in enumerate(pairwise(words)):
        for phrase, held in thesaurus.phrases.get(start, ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                for within in range(place, place + len(phrase)):
                    classes[within] |= held
    return words, classes
