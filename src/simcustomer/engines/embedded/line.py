"""What a line of a customer's asks, which sentences it has, and which lines of an act come first in a temper."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from simcustomer.domain.mood import Temper
from simcustomer.domain.persona import SpokenLines

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")

_ASKS = re.compile(
    r"(?:(?:and|so|but|ok|right|well) )*(?:(?:tell|give|show) me\b"
    r"|(?:wh(?:o|at|en|ere|ich)|how|can|could|is|are|do|does|will|would)s?\b(?!.*[.!…]$))",
    re.IGNORECASE,
)


_NEAREST = {
    Temper.ANGRY: (Temper.TENSE,),
    Temper.TENSE: (Temper.CALM, Temper.ANGRY),
    Temper.CALM: (Temper.TENSE,),
}
"""Tempers whose lines stand in where there are none of one's own."""

_OWN_FIRST = 0.7


def asks(line: str) -> bool:
    """Whether a line asks for something, with or without its mark."""
    return "?" in line or any(_ASKS.match(part.strip()) for part in _SENTENCE.split(line))


def sentences(text: str) -> frozenset[str]:
    """The sentences of a text, made even so that repetition shows."""
    return frozenset(even for part in _SENTENCE.split(text) if (even := re.sub(r"[\W_]+", " ", part).strip().lower()))


def by_temper(filed: SpokenLines, temper: Temper, dice: random.Random) -> Iterator[Iterable[str]]:
    """The lines of an act, as they are filed by temper, in groups of which the best fitting come first."""
    own, general = filed.get(temper.value, ()), filed.get("any", ())
    # Own lines come first, but not always, or three lines would open every seed's session alike.
    yield own if own and dice.random() < _OWN_FIRST else (*own, *general)
    yield (*own, *general)
    for near in _NEAREST[temper]:
        yield filed.get(near.value, ())
