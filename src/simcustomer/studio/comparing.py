"""What differs between two texts, line by line, and within a line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

CONTEXT = 3
"""Lines shown around a change."""

ALIKE = 0.5
"""How alike two lines must be for their words to be compared."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Part(NamedTuple):
    """A piece of a line, and whether the other text has something else in its place."""

    text: str
    differs: bool


class Line(NamedTuple):
    """A line of the first text (`removed`), of the second (`added`) or of both; `skipped` stands for so many equal ones."""

    mark: Literal["same", "removed", "added", "skipped"]
    old: int | None
    new: int | None
    parts: tuple[Part, ...]
    hidden: int = 0


class Difference(NamedTuple):
    """What differs, with a few equal lines around it."""

    lines: tuple[Line, ...]
    added: int
    removed: int


def difference(old: str, new: str) -> Difference:
    """What differs between two texts."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[Line] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    opcodes = matcher.get_opcodes()
    for place, (tag, i, k, j, m) in enumerate(opcodes):
        if tag == "equal":
            equal = [Line("same", i + n + 1, j + n + 1, (Part(before[i + n], False),)) for n in range(k - i)]
            lines += _shortened(equal, first=place == 0, last=place == len(opcodes) - 1)
        else:
            lines += _replaced(before[i:k], after[j:m], i, j)
    return Difference(
        tuple(lines), sum(line.mark == "added" for line in lines), sum(line.mark == "removed" for line in lines)
    )


def _shortened(equal: list[Line], *, first: bool, last: bool) -> list[Line]:
    head, tail = (0 if first else CONTEXT), (0 if last else CONTEXT)
    hidden = len(equal) - head - tail
    if hidden <= 1:
        return equal
    return [*equal[:head], Line("skipped", None, None, (), hidden), *equal[len(equal) - tail :]]


def _replaced(old: Sequence[str], new: Sequence[str], i: int, j: int) -> Iterator[Line]:
    paired = [_words(a, b) for a, b in zip(old, new, strict=False)]
    for n, text in enumerate(old):
        yield Line("removed", i + n + 1, None, paired[n][0] if n < len(paired) else (Part(text, False),))
    for n, text in enumerate(new):
        yield Line("added", None, j + n + 1, paired[n][1] if n < len(paired) else (Part(text, False),))


def _words(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        return (Part(old, False),), (Part(new, False),)
    left: list[Part] = []
    right: list[Part] = []
    for tag, i, k, j, m in matcher.get_opcodes():
        if i < k:
            left.append(Part("".join(before[i:k]), tag != "equal"))
        if j < m:
            right.append(Part("".join(after[j:m]), tag != "equal"))
    return tuple(left), tuple(right)
