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

import numpy as np
from numpy.typing import NDArray

from simcustomer.engines.embedded.nlu.text import stem

_NEAR = 4
"""Words from one class to another that are still seen as one after the other."""

_KEPT = 64
"""Sentences whose numbers are kept."""

_PLACES_KEPT = 20_000
_PAIRS_KEPT = 50_000
"""Words, and pairs of places near each other, whose numbers are kept: language is mostly the same ones."""

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
    """What a model knows of the symbols that begin with a class or word: alone, and by what follows or comes near."""

    __slots__ = ("alone", "following", "near")

    def __init__(self) -> None:
        self.alone: int | None = None
        self.following: dict[str, int] = {}
        self.near: dict[str, int] = {}


class _Place:
    """A place in a row: the classes or the word there that a model knows anything of, and their numbers alone."""

    __slots__ = ("alone", "beside", "known")

    def __init__(self, known: dict[str, _Known], alone: frozenset[int], beside: frozenset[int]) -> None:
        self.known = known
        self.alone = alone
        self.beside = beside


class SymbolPlaces:
    """The symbols that a model knows, arranged so that those of a sentence are found without spelling out all the others."""

    def __init__(self, places: Mapping[str, int]) -> None:
        """`places` has a number for each symbol."""
        # The message answered is weighed again without what is idle in the reply, and so is the rest of the reply.
        self.of = lru_cache(maxsize=_KEPT)(self._of)
        self._place = lru_cache(maxsize=_PLACES_KEPT)(self._place_of)
        self._following = lru_cache(maxsize=_PAIRS_KEPT)(self._numbers_following)
        self._near = lru_cache(maxsize=_PAIRS_KEPT)(self._numbers_near)
        self._token = lru_cache(maxsize=_PLACES_KEPT)(self._number_of_token)
        self._stems: dict[str, int] = {}
        self._words: dict[tuple[str, ...], int] = {}
        self._known: dict[str, _Known] = {}
        self._same: dict[frozenset[str], _Place] = {}
        together: dict[tuple[str, str], int] = {}
        for symbol, place in places.items():
            kind, rest = symbol[:2], symbol[2:]
            if kind == "t:":
                self._stems[rest] = place
            elif kind == "w:":
                self._words[tuple(rest.split(" "))] = place
            elif kind == "c:":
                self._known.setdefault(rest, _Known()).alone = place
            elif (pair := _PAIR.fullmatch(symbol)) is None:
                raise ValueError(f"{symbol!r} is no symbol")
            elif pair["link"] == "+":
                together[pair["one"], pair["other"]] = place
            else:
                known = self._known.setdefault(pair["one"], _Known())
                (known.following if pair["link"] == ">" else known.near)[pair["other"]] = place
                self._known.setdefault(pair["other"], _Known())
        self._beside = {name: row for row, name in enumerate(sorted({name for pair in together for name in pair}))}
        self._together = np.full((len(self._beside), len(self._beside)), -1, dtype=np.intp)
        for (one, other), place in together.items():
            # A pair side by side is spelt in the order of the alphabet, and so are the rows.
            self._together[self._beside[one], self._beside[other]] = place

    def _of(self, sentence: str) -> NDArray[np.intp]:
        """The numbers of a sentence's symbols, as `symbols` gives them, those that are not known left out."""
        words, row = _row(sentence)
        places = [self._place(here) for here in row]
        found = set(map(self._token, words))
        found.update(map(self._words.get, pairwise(["^", *words, "$"])))
        found.update(*[place.alone for place in places], *map(self._following, places, places[1:]))
        for distance in range(2, _NEAR + 1):
            found.update(*map(self._near, places, places[distance:]))
        found.discard(None)
        beside = np.array(sorted(frozenset[int]().union(*[place.beside for place in places[1:-1]])), dtype=np.intp)
        pairs = self._together[beside[:, None], beside]
        return np.concatenate(
            [np.fromiter(cast("set[int]", found), dtype=np.intp, count=len(found)), pairs[pairs >= 0]]
        )

    def _number_of_token(self, word: str) -> int | None:
        return self._stems.get(stem(word) if word.isalpha() else word)

    def _place_of(self, here: frozenset[str]) -> _Place:
        """The same place for all that the model knows the same of, so that few pairs of them are told apart."""
        names = here & self._known.keys()
        beside = frozenset(self._beside[one] for one in here if one in self._beside)
        held = frozenset((*names, *(one for one in here if one in self._beside)))
        if held not in self._same:
            known = {one: self._known[one] for one in names}
            alone = frozenset(what.alone for what in known.values() if what.alone is not None)
            self._same[held] = _Place(known, alone, beside)
        return self._same[held]

    def _numbers_following(self, here: _Place, after: _Place) -> tuple[int, ...]:
        linked = [what.following for what in here.known.values()]
        return tuple(following[other] for following in linked for other in following.keys() & after.known.keys())

    def _numbers_near(self, here: _Place, later: _Place) -> tuple[int, ...]:
        linked = [what.near for what in here.known.values()]
        return tuple(near[other] for near in linked for other in near.keys() & later.known.keys())


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
    inner = (held or _itself(word) for word, held in zip(words, classes, strict=True))
    return words, [frozenset({"^"}), *inner, frozenset({"$"})]


@lru_cache(maxsize=20_000)
def _itself(word: str) -> frozenset[str]:
    return frozenset({f"={word}"})


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
