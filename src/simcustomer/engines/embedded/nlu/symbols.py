"""A sentence as symbols that a model can weigh: its words, and classes of words that do the same work, alone, in a row, side by side.

Classes (`lexicon/classes.toml`) let a model that has seen "the plumber will pop round" know what "an engineer can call in" does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain, combinations, pairwise, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcustomer.engines.embedded.nlu.text import stem

_NEAR = 4
"""Words from one class to another that are still seen as one after the other."""

_DISTANCES = range(1, _NEAR + 1)

_WORDS_KEPT = 20_000
"""Words that are kept with their classes and numbers: language is mostly the same ones."""

_LONGEST = 120
"""Words of a sentence that are read; nobody says one thing in more."""

_DAY = (
    re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b(?= |\.)"),
    " <day> ",
)  # fmt: skip
_FIGURE = re.compile(r"\d")
_KINDS = (
    (re.compile(r"[£$€]\s?\d[\d,.]*|\b\d[\d,.]*\s?(?:pounds?|quid|euros?|dollars?|rand|naira|pence|p)\b"), " <money> "),
    (re.compile(r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm)\b|\b\d{1,2}:\d\d\b"), " <clock> "),
    _DAY,
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
_LINKS = (">", ">>", "+")


class _Place(NamedTuple):
    """What a model knows of a place in a row: the numbers of what stands there alone, and the members of pairs that do."""

    alone: tuple[int, ...]
    members: tuple[int, ...]
    beside: tuple[int, ...]


_BETWEEN = [_Place((), (), ())] * _NEAR
"""What stands between two sentences, so that nothing of one is near to anything of the other."""


class SymbolPlaces:
    """The numbers of those symbols that a model knows, found for all sentences of a text together without spelling any out.

    The classes and words that stand in the model's pairs are its members, numbered from 1. `_pairs` has a table a link, one behind
    another: in a member's row and another's column the number of the two together, -1 for none.
    """

    def __init__(self, places: Mapping[str, int]) -> None:
        """`places` gives the number of every symbol that is known, spelt as `symbols` spells them."""
        self._count = len(places)
        self._stems: dict[str, int] = {}
        self._words: dict[tuple[str, ...], int] = {}
        self._alone: dict[str, int] = {}
        pairs: list[tuple[str, str, str, int]] = []
        for symbol, place in places.items():
            kind, rest = symbol[:2], symbol[2:]
            if kind == "t:":
                self._stems[rest] = place
            elif kind == "w:":
                self._words[tuple(rest.split(" "))] = place
            elif kind == "c:":
                self._alone[rest] = place
            elif pair := _PAIR.fullmatch(symbol):
                pairs.append((pair["link"], pair["one"], pair["other"], place))
            else:
                raise ValueError(f"{symbol!r} is no symbol")
        names = sorted({name for _, one, other, _ in pairs for name in (one, other)})
        self._members = {name: number for number, name in enumerate(names, start=1)}
        self._beside = {name for link, one, other, _ in pairs if link == "+" for name in (one, other)}
        self._width = len(names) + 1
        tables = np.full((len(_LINKS), self._width, self._width), -1, dtype=np.int32)
        for link, one, other, place in pairs:
            tables[_LINKS.index(link), self._members[one], self._members[other]] = place
        self._pairs = tables.ravel()
        self._token = lru_cache(maxsize=_WORDS_KEPT)(self._number_of_token)
        self._place = lru_cache(maxsize=_WORDS_KEPT)(self._place_of)

    def of(self, sentences: Iterable[str]) -> NDArray[np.intp]:
        """The numbers of the symbols of every sentence, as `symbols` gives them, those that are not known left out."""
        alone: list[int] = []
        row: list[_Place] = []
        beside: list[frozenset[int]] = []
        sizes: list[tuple[int, int]] = []
        for sentence in sentences:
            words, classes = _row(sentence)
            places = list(map(self._place, classes))
            before = len(alone), len(row)
            alone += map(self._token, words)
            alone += map(self._words.get, pairwise(("^", *words, "$")), repeat(-1))
            alone += chain.from_iterable([place.alone for place in places])
            row += places
            row += _BETWEEN
            beside.append(frozenset(chain.from_iterable([place.beside for place in places[1:-1]])))
            sizes.append((len(alone) - before[0], len(row) - before[1]))
        if not sizes:
            return np.zeros(0, dtype=np.intp)
        # A symbol has another number in every sentence, so that each counts once there.
        shifts = np.arange(len(sizes)) * self._count
        counts = np.array(sizes)
        found = np.array(alone, dtype=np.intp)
        each = np.concatenate(
            [
                (found + np.repeat(shifts, counts[:, 0]))[found >= 0],
                self._in_rows(row, np.repeat(shifts, counts[:, 1])),
                self._side_by_side(beside, shifts),
            ]
        )
        each.sort()
        return each[_begins(each)] % self._count

    def _in_rows(self, row: list[_Place], shifts: NDArray[np.intp]) -> NDArray[np.intp]:
        """Pairs of the members of a place with those of the next one, and with those of the places near behind it."""
        members = _padded([place.members for place in row])
        last, most = len(row) - _NEAR, members.shape[1]
        follows, near = 0, self._width**2
        behind: NDArray[np.intp] = np.hstack(
            [members[distance : last + distance] + (follows if distance == 1 else near) for distance in _DISTANCES]
        )
        here = members[:last].ravel()
        held: NDArray[np.intp] = here.nonzero()[0]
        places: NDArray[np.intp] = held // most
        wanted: NDArray[np.intp] = here.take(held)[:, None] * self._width + behind.take(places, axis=0)
        pairs = self._pairs.take(wanted).ravel()
        known = (pairs >= 0).nonzero()[0]
        owners: NDArray[np.intp] = known // (len(_DISTANCES) * most)
        return pairs[known] + shifts.take(places.take(owners))

    def _side_by_side(self, sentences: list[frozenset[int]], shifts: NDArray[np.intp]) -> NDArray[np.intp]:
        """Pairs of members in one sentence; the table has them in the order of the alphabet alone, as they are spelt."""
        members = _padded(sentences)
        table = 2 * self._width**2
        pairs = self._pairs.take((table + members * self._width)[:, :, None] + members[:, None, :]).ravel()
        known = (pairs >= 0).nonzero()[0]
        owners: NDArray[np.intp] = known // (members.shape[1] * members.shape[1])
        return pairs[known] + shifts.take(owners)

    def _number_of_token(self, word: str) -> int:
        return self._stems.get(stem(word) if word.isalpha() else word, -1)

    def _place_of(self, here: frozenset[str]) -> _Place:
        return _Place(
            alone=tuple(self._alone[name] for name in here if name in self._alone),
            members=tuple(self._members[name] for name in here if name in self._members),
            beside=tuple(self._members[name] for name in here & self._beside if not name.startswith("=")),
        )


def counted(numbers: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each number once, in order, and how often it is there; for a few hundred, np.unique takes several times as long."""
    ordered = np.sort(numbers)
    begins = _begins(ordered).nonzero()[0]
    ends = np.append(begins[1:], len(ordered))
    return ordered[begins], ends[: len(begins)] - begins


def _begins(ordered: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Where a number is another than the one before it."""
    begins = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def _padded(rows: Sequence[Collection[int]]) -> NDArray[np.intp]:
    """Rows of one length, with 0 behind what they hold."""
    lengths = list(map(len, rows))
    padded = np.zeros((len(rows), max(lengths)), dtype=np.intp)
    padded[np.arange(padded.shape[1]) < np.array(lengths)[:, None]] = list(chain.from_iterable(rows))
    return padded


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


@lru_cache(maxsize=_WORDS_KEPT)
def _itself(word: str) -> frozenset[str]:
    return frozenset({f"={word}"})


def _known(one: str, other: str) -> bool:
    """Whether at least one of two is a class, not a word of its own."""
    return not (one.startswith("=") and other.startswith("="))


def _read(sentence: str) -> tuple[list[str], list[frozenset[str]]]:
    """Words and marks in order, with the classes of each."""
    low = sentence.lower()
    for kind, name in _KINDS if _FIGURE.search(low) else (_DAY,):
        low = kind.sub(name, low)
    words = _TOKEN.findall(low)[:_LONGEST]
    classes = list(map(_classes, words))
    phrases = load_thesaurus().phrases
    for place, start in [(place, start) for place, start in enumerate(pairwise(words)) if start in phrases]:
        for phrase, held in phrases[start]:
            if tuple(words[place : place + len(phrase)]) == phrase:
                for within in range(place, place + len(phrase)):
                    classes[within] |= held
    return words, classes


@lru_cache(maxsize=_WORDS_KEPT)
def _classes(word: str) -> frozenset[str]:
    return load_thesaurus().classes(word)
