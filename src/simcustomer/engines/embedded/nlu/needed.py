"""What a text must hold to be matched by a pattern: where it is not there, the pattern need not be tried."""

from __future__ import annotations

from collections.abc import Iterable
from re import _constants as codes  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from re import _parser as parser  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from typing import Any


def needed(source: str) -> frozenset[str]:
    """Pieces of text of which every match of a pattern holds one at least; none where nothing can be said."""
    return _best(_pieces(parser.parse(source)))  # pyright: ignore[reportUnknownMemberType]


def _pieces(tokens: Iterable[Any]) -> list[frozenset[str]]:
    """For each part of a parsed pattern that says so, the pieces of which a match holds one."""
    found: list[frozenset[str]] = []
    letters = ""
    for code, what in (*tokens, (codes.ANY, None)):
        if code is codes.LITERAL:
            letters += chr(what)
            continue
        if letters:
            found.append(frozenset({letters}))
            letters = ""
        if held := _of_one(code, what):
            found.append(held)
    return found


def _of_one(code: Any, what: Any) -> frozenset[str]:
    if code is codes.IN and all(member is codes.LITERAL for member, _ in what):
        return frozenset(chr(letter) for _, letter in what)
    if code is codes.SUBPATTERN and not what[1]:  # without flags of its own
        return _best(_pieces(what[3]))
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT} and what[0]:
        return _best(_pieces(what[2]))
    if code is codes.BRANCH:
        branches = [_best(_pieces(branch)) for branch in what[1]]
        return frozenset[str]().union(*branches) if all(branches) else frozenset()
    return frozenset()


def _best(found: list[frozenset[str]]) -> frozenset[str]:
    """Of several needs the one that the fewest texts meet: with the longest pieces, few of them, and the last: small words stand first."""
    return max(reversed(found), key=lambda held: (min(map(len, held)), -len(held)), default=frozenset())
