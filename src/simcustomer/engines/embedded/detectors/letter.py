"""The frame of a letter: its salutation and its signature, which say nothing of the case."""

from __future__ import annotations

import re

from simcustomer.engines.embedded.nlu.text import Span

_SIGNATURE = re.compile(
    r"\n[^\S\n]*(?:(?:kind|best|warm|many|with)[\w ]{0,30}|yours[\w ]{0,20}|regards|sincerely|thanks|mind yourselves)"
    r"[,.]?\s*\n[\s\S]{0,160}\Z"
    r"|\n[^\S\n]*\n[^\S\n]*(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?\s*\Z",  # or a name by itself
    re.IGNORECASE,
)
_SIGNED_BEFORE = re.compile(
    r"\n[^\S\n]*(?:(?:kind|best|warm|many|with)[\w ]{0,30}|yours[\w ]{0,20}|regards|sincerely)[,.]?[^\S\n]*"
    r"(?:\n[^\S\n]*[A-Z][^\n.!?]{1,40}){1,3}(?=\n\s*\n)",
    re.IGNORECASE,
)
"""A signature that something follows, after a line left blank."""
_SALUTATION = re.compile(
    r"\A\W*(?:dear|hi|hello|good (?:morning|afternoon|evening)|hey)\b(?: there)?(?: (?:mr|mrs|ms|dr|miss)\.?)?"
    r"[^.!?\n,]{0,40}[,.!\n]+\s*",
    re.IGNORECASE,
)


def body_of(even: str) -> Span:
    """A message without its salutation and without what signs it at its end."""
    head = _SALUTATION.match(even)
    tail = _SIGNATURE.search(even)
    start = head.end() if head else 0
    end = tail.start() if tail and tail.start() > start else len(even)
    return Span(min(start, end), end)


def signature_within(even: str) -> Span | None:
    """A signature that more follows; None where there is none."""
    found = _SIGNED_BEFORE.search(even)
    return Span(*found.span()) if found else None
