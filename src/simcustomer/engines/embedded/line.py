"""What a line of a customer's asks, and which sentences it has."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")

_ASKS = re.compile(
    r"(?:(?:and|so|but|ok|right|well) )*(?:(?:tell|give|show) me\b"
    r"|(?:wh(?:o|at|en|ere|ich)|how|can|could|is|are|do|does|will|would)s?\b(?!.*[.!…]$))",
    re.IGNORECASE,
)


def asks(line: str) -> bool:
    """Whether a line asks for something, with or without its mark."""
    return "?" in line or any(_ASKS.match(part.strip()) for part in _SENTENCE.split(line))


def sentences(text: str) -> frozenset[str]:
    """The sentences of a text, made even so that repetition shows."""
    return frozenset(even for part in _SENTENCE.split(text) if (even := re.sub(r"[\W_]+", " ", part).strip().lower()))
