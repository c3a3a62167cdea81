"""Questions that are joined in one sentence, taken apart: each of them wants an answer of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcustomer.engines.embedded.nlu.text import Change, Text

_AUXILIARY = r"(?:is|are|was|were|do|does|did|have|has|had|can|could|would|will|shall|should|may)(?:n't)?"
_SUBJECT = (
    r"(?:i|we|you|u|he|she|it|they|this|that|these|those|there|your|the|a|an|his|her|their|my|our"
    r"|some(?:one|body|thing)|any\w*|every\w+)"
)
_INVERTED = rf"{_AUXILIARY} {_SUBJECT}(?!\w)"
_WHICH = (
    rf"(?:what|which|who|whom|whose|when|where|why|how)(?:'s|(?: (?!{_AUXILIARY}(?!\w)|{_SUBJECT}(?!\w))\w+){{0,3}}"
    rf" {_AUXILIARY})(?!\w)"
)
_QUESTION = rf"(?:{_INVERTED}|{_WHICH}|who (?!{_SUBJECT}(?!\w)|else(?!\w))\w+)"
_PROPOSAL = r"(?:(?:would|do) (?:you|u) (?:like|prefer|want|rather)|(?:shall|should|can|could|may) (?:i|we))(?!\w)"

_AND = re.compile(
    rf"[,;-]* (?=(?:and|but|so)(?:,? (?:also|then|please))? {_QUESTION})|, (?=and {_AUXILIARY} \w)", re.IGNORECASE
)
_OR = re.compile(rf"[,;-]* (?=or {_PROPOSAL})", re.IGNORECASE)
"""Where what follows proposes something in place of what was asked first."""

_ASKS = re.compile(
    rf"(?:^|[,;:] ?|\b(?:and|but|so|or|ok|okay|hi|well) )(?:{_QUESTION}|{_AUXILIARY} \w+)", re.IGNORECASE
)
_INQUIRES = re.compile(
    rf"^(?:(?:and|but|so|ok|okay|right|well),? )*(?!{_PROPOSAL}|(?:is (?:it|that)|would|could|shall|which)(?!\w)){_QUESTION}",
    re.IGNORECASE,
)
"""How a sentence begins that asks for what is, and so puts no first half of a choice."""


def taken_apart(text: Text) -> Text:
    """The same message with each question that is joined to another in a sentence of its own."""
    return text.changed(_breaks(text))


def _breaks(text: Text) -> Iterator[Change]:
    for start, end in text.sentences:
        if "?" not in text.even[start:end]:
            continue
        part = start
        while joint := _joint(text.even, part, end):
            asks = _ASKS.search(text.even[part : joint.start()])
            yield Change(*joint.span(), words="? " if asks else ". ", kind="")
            part = joint.end()


def _joint(even: str, start: int, end: int) -> re.Match[str] | None:
    if found := _AND.search(even, start, end):
        return found
    return _OR.search(even, start, end) if _INQUIRES.match(even[start:end]) else None
