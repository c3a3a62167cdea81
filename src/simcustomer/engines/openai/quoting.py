"""Untrusted text: shown to a model as data, and held against what the model quotes of it."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

_TABLE = str.maketrans({"<": "\u2039", ">": "\u203a", "`": "\u02cb"})
_STRUCTURES = (
    (re.compile(r"\[(/?\s*(?:INST|SYS|SYSTEM|USER|ASSISTANT)\s*)\]", re.IGNORECASE), "(\\1)"),
    (re.compile(r"^(\s*(?:system|assistant|user|human|developer|grader|model)\s*):", re.IGNORECASE | re.MULTILINE), "\\1\u2236"),
    (re.compile(r"#(?=#)|(?<=#)#"), "\u00b7"),
    (re.compile(r"\{(?=\{)|(?<=\{)\{"), "("),
    (re.compile(r"\|(?=im_)", re.IGNORECASE), "\u2223"),
)  # fmt: skip
_FOLDS = {
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2011": "-",
    "\u2039": "<", "\u203a": ">", "\u02cb": "`", "\u2236": ":", "\u00a0": " ", "\n": " ", "\t": " ",
}  # fmt: skip
_FRAME = " \t\n\"'\u201c\u201d\u2018\u2019\u2026."


# What was said is in every prompt that follows.
@lru_cache(maxsize=1_024)
def neutral(text: str) -> str:
    """The text with what could be taken for structure replaced, character for character: its length stays."""
    text = text.translate(_TABLE)
    for pattern, replacement in _STRUCTURES:
        text = pattern.sub(replacement, text)
    return text


def spotlit(text: str) -> str:
    """The text between boundaries that whoever wrote it cannot know.

    The boundary is a digest of the text itself: a text cannot hold its own digest, and the same text gives the same
    prompt, which caches and recordings need.
    """
    body = neutral(text)
    boundary = hashlib.sha256(body.encode()).hexdigest()[:16]
    return f"<<{boundary}\n{body}\n{boundary}>>"


def verbatim(quote: str, text: str) -> str | None:
    """The place of `text` that a model quotes, as it stands there; None where there is none.

    Case, runs of space, the shapes of quotation marks and dashes and a frame of them are let pass, other words never.
    """
    if not quote.strip():
        return None
    if quote in text:
        return quote
    wanted = _folded(quote.strip(_FRAME))[0].strip()
    if not wanted:
        return None
    folded, places = _folded(text)
    start = folded.find(wanted)
    if start < 0:
        return None
    return text[places[start] : places[start + len(wanted) - 1] + 1]


def _folded(text: str) -> tuple[str, list[int]]:
    """The text made even, and for each of its characters the place in `text`."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        even = _FOLDS.get(character, character).lower()
        if len(even) != 1 or (even == " " and characters and characters[-1] == " "):
            continue
        characters.append(even)
        places.append(place)
    return "".join(characters), places
