"""What a regular expression says of the texts that it matches: how a match begins, and what it holds.

Read off the parse tree of the standard library, which is the only one that knows all of the syntax. It is private there, so nothing
else here leans on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from re import _constants as codes  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from re import _parser as parser  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownVariableType]
from typing import Any, NamedTuple

GAPS = frozenset(" '")
"""What may stand between the two words that a match begins with."""

DIGITS_ALIKE = str.maketrans("123456789", "000000000")
"""Patterns ask for digits, not for one of them; so in what a match begins with, all are the same."""

_MOST_STARTS = 600
"""First words of a pattern that are told apart; one with more can begin with anything."""

_SPACE: list[Any] = [(codes.CATEGORY, codes.CATEGORY_SPACE)]

Needs = tuple[frozenset[str], ...]
"""Sets of pieces, of each of which a text holds one at least."""


class Start(NamedTuple):
    """How a match can begin: with a word, or two with a space or an apostrophe between; or, not `whole`, with the beginning of those."""

    word: str
    whole: bool


def starts(source: str) -> frozenset[Start] | None:
    """How matches of a pattern can begin; None where it can be with anything."""
    tokens = _parsed(source)
    for gaps in (GAPS, frozenset[str]()):
        found = _Beginning(gaps).of(tokens, "")
        if found is not None:
            return frozenset(found)
    return None


def needed(source: str) -> Needs:
    """What every text holds that a pattern matches, what is soonest looked for first; none where nothing can be said."""
    return tuple(sorted(set(_pieces(_parsed(source))), key=len))


def holds(text: str, needs: Needs) -> bool:
    """Whether a text holds what is needed."""
    return all(any(map(text.__contains__, held)) for held in needs)


def _parsed(source: str) -> list[Any]:
    return list(parser.parse(source))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportUnknownVariableType]


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
            return self.of(rest, word + letter.translate(DIGITS_ALIKE))
        gap = " " if letter.isspace() else letter
        if not word and letter in GAPS:
            return set()  # the edge of a word is before the gap, not behind it, so that no match begins here
        if word and gap in self._gaps and not GAPS & set(word):
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
    return _closed(word) if word[-1] in GAPS else {Start(word, whole=False)}


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
