"""What a text must hold to be matched by a pattern: where it is not there, the pattern need not be tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as codes  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from re import _parser as parser  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from typing import Any

Needs = tuple[frozenset[str], ...]
"""Sets of pieces, of each of which a text holds one at least."""

_JOIN = "\n|"
"""A pattern may end in a comment, which ends with its line."""

_CHOICES_KEPT = 128
"""Choices of alternatives that are compiled; for any other, all of them are tried."""


def needed(source: str, flags: re.RegexFlag = re.NOFLAG) -> Needs:
    """What every text holds that a pattern matches, what is soonest looked for first; none where nothing can be said.

    Where a pattern meets capitals too, only signs count: some letters are another's capital in unexpected ways.
    """
    found = _pieces(parser.parse(source, flags))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if flags & re.IGNORECASE:
        found = [held for held in found if not any(map(str.isalpha, "".join(held)))]
    return tuple(sorted(set(found), key=len))


def holds(text: str, needs: Needs) -> bool:
    """Whether a text holds what is needed."""
    return all(any(map(text.__contains__, held)) for held in needs)


class Alternatives:
    """Patterns of which the first that matches at a place goes first; those that need what is not in a text are left out there."""

    def __init__(self, sources: Sequence[str], flags: re.RegexFlag) -> None:
        self._sources = sources
        self._flags = flags
        self._needs = [needed(source, flags) for source in sources]
        self._all = re.compile(_JOIN.join(sources), flags)
        self._chosen: dict[tuple[str, ...], re.Pattern[str]] = {}

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, as all patterns joined by "|" give them."""
        possible = tuple([s for s, needs in zip(self._sources, self._needs, strict=True) if holds(text, needs)])
        if not possible:
            return iter(())
        pattern = self._chosen.get(possible)
        if pattern is None:
            if len(self._chosen) >= _CHOICES_KEPT:
                return self._all.finditer(text)
            pattern = self._chosen[possible] = re.compile(_JOIN.join(possible), self._flags)
        return pattern.finditer(text)


def _pieces(tokens: Iterable[Any]) -> list[frozenset[str]]:
    """For each part of a parsed pattern that says so, the pieces of which a match holds one."""
    found: list[frozenset[str]] = []
    letters = ""
    end: Any = (codes.ANY, None)
    for code, what in (*tokens, end):
        if code is codes.LITERAL:
            letters += chr(what)
            continue
        if letters:
            found.append(frozenset({letters}))
            letters = ""
        found += _of_one(code, what)
    return found


def _of_one(code: Any, what: Any) -> list[frozenset[str]]:
    if code is codes.IN and all(member is codes.LITERAL for member, _ in what):
        return [frozenset(chr(letter) for _, letter in what)]
    if code is codes.SUBPATTERN and not what[1]:  # without flags of its own
        return _pieces(what[3])
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT} and what[0]:
        return _pieces(what[2])
    if code is codes.BRANCH:
        branches = [_rarest(_pieces(branch)) for branch in what[1]]
        return [frozenset[str]().union(*branches)] if all(branches) else []
    return []


def _rarest(found: list[frozenset[str]]) -> frozenset[str]:
    """Of several needs the one that the fewest texts meet: with the longest pieces, few of them, and the last: small words stand first."""
    return max(reversed(found), key=lambda held: (min(map(len, held)), -len(held)), default=frozenset[str]())
