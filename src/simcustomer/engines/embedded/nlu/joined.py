"""What was written after a line without a full stop: a new sentence, said again or heaped up, must not pass for part of the old one."""

from __future__ import annotations

import re

from simcustomer.engines.embedded.nlu.text import WORD, Change, Span, Text

_BEGUN = re.compile(r"(?<=[^\W\d_]) (?=([A-Z][a-z]+)(?= [a-z]))")
"""A word with a capital after one without an end, and before one without a capital."""

_SEPARATED = re.compile(r"(?<=\s)(?:-{2,}|/+|\|+|>{2,}|<{2,}|\*{2,}|~+|={2,}>?)(?=\s)")
"""Signs that stand by themselves between what has nothing to do with each other."""

_LABEL = re.compile(r"""(?:[^\W_]+[ .,'#]+){0,5}[^\W_]+[ ]?[:)\]>|"-]+\s""")
"""What stands before something that is said twice: "Draft: ... Final: ..."."""


_NAMES = {"i", "may", "will"}
"""Small words that have a capital within a sentence too."""

_AGAIN = 7
"""Words in a row that nobody says a second time in one reply."""

GLUE = frozenset([
    "a", "an", "the", "i", "you", "we", "he", "she", "it", "they", "me", "us", "them", "my", "your", "our", "his",
    "her", "its", "their", "this", "that", "these", "those", "is", "are", "was", "were", "am", "be", "been", "do",
    "does", "did", "have", "has", "had", "will", "would", "can", "could", "should", "must", "may", "of", "to", "in",
    "on", "at", "for", "with", "from", "by", "as", "if", "or", "but", "so", "not", "no",
])  # fmt: skip
"""Words that hold a sentence together."""

_HOLDING = GLUE | {"and", "who", "which", "what", "when", "where"}

_HEAPED, _TRAILING = 8, 4
"""Words in a row without any that holds a sentence together, which are no part of one; and how many may trail them to its end."""


def split(text: Text, small: frozenset[str]) -> Text:
    """The text with its sentences parted where no mark parts them, and without what it says again or heaps up within one."""
    ends = [Span(*found.span()) for found in _SEPARATED.finditer(text.even)]
    ends += [
        Span(found.start(), found.start() + 1)
        for found in _BEGUN.finditer(text.even)
        if found.group(1).lower() in small - _NAMES
    ]
    parted = text.changed(Change(*span, "\n", "") for span in sorted(ends)) if ends else text
    left_out = [*_said_again(parted), *_heaps(parted)]
    return parted.without(_apart(left_out)) if left_out else parted


def _said_again(text: Text) -> list[Span]:
    words = WORD.findall(text.low)
    runs = list(zip(*(words[start:] for start in range(_AGAIN)), strict=False))
    if len(set(runs)) == len(runs):
        return []
    places = [found.span() for found in WORD.finditer(text.low)]
    seen: dict[tuple[str, ...], int] = {}
    found: list[Span] = []
    until = 0
    for start, run in enumerate(runs):
        if run in seen and len(set(run)) > 1:
            if start >= until:
                found += _label_of(text, places[seen[run]][0])
            found.append(Span(places[start][0], places[start + _AGAIN - 1][1]))
            until = start + _AGAIN
        elif start >= until:
            seen.setdefault(run, start)
    return found


def _label_of(text: Text, said: int) -> list[Span]:
    """The label before what is said again later, or at its head, the first time that it is said."""
    start = text.sentence_at(said).start
    label = _LABEL.match(text.even, start)
    return [Span(start, label.end())] if label and label.end() >= said - 1 else []


def _heaps(text: Text) -> list[Span]:
    """What is heaped up at the end of a sentence that is one without it; a heap of its own is known by its share of small words."""
    found: list[Span] = []
    for sentence, said in text.sayings:
        if not _may_heap(said):
            continue
        words = list(WORD.finditer(text.low, *sentence))
        begun, held = 0, False
        for place, word in enumerate(words):
            apart = place > 0 and text.low[words[place - 1].end() : word.start()] != " "
            holds = word.group() in _HOLDING
            if holds or apart or not word.group().isalpha():
                begun, held = place + (holds or not word.group().isalpha()), held or holds
            if held and place - begun + 1 >= _HEAPED and len(words) - place - 1 <= _TRAILING:
                found.append(Span(words[begun].start(), sentence.end))
                break
    return found


def _may_heap(words: tuple[str, ...]) -> bool:
    """Whether enough words stand in a row of which none holds a sentence together."""
    in_a_row = 0
    for word in words:
        in_a_row = 0 if word in _HOLDING or not word.isalpha() else in_a_row + 1
        if in_a_row >= _HEAPED:
            return True
    return False


def _apart(spans: list[Span]) -> list[Span]:
    """The same stretches in order, those that touch as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end + 1:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined
