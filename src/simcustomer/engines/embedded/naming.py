"""The name that a trainee gives."""

from __future__ import annotations

import re
from itertools import chain

from simcustomer.domain.persona import Persona

_A_NAME = r"(?-i:([A-Z][a-z]{2,}))"
_BARE_NAME = re.compile(
    r"(?:It's |It is |Yes, |Sure, )?"
    r"(?!(?:Sorry|Yes|Thanks|Thank|Hello|Right|Sure|Okay|Well|Please|Certainly|Understood|Good|Great|Absolutely|Apologies"
    r"|Agreed|Fine|Correct|Indeed|Exactly|Noted|Done|Nope|Yeah|Dear|Today|Tonight|Tomorrow|Never|Now|Alright|Perfect|Actually|Nobody"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b)([A-Z][a-z]{2,})(?=[.,!]|$)"
)
"""A name alone, as it answers who asked for it."""

_SURNAME = r"(?-i:(?: [A-Z][\w'-]+)?)"
_NAMED = re.compile(
    rf"\b(?:my name(?:'s| is)|i'm|i am|this is|you're (?:speaking|talking) (?:to|with)|call me) {_A_NAME}"
    r"(?=[,.!?;]| (?:and|from|at|on|in|here)\b|$)"
    rf"|\b{_A_NAME} here\b"
    rf"|\b(?:regards|wishes|sincerely|faithfully|thanks|best|warmly|truly|yours|kindly|cheers)(?:,\s*|\s*\n+\s*|\s+){_A_NAME}{_SURNAME}\s*$",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"(?:\n[ \t]*\n[ \t]*|(?<=\w[.?!] ))([A-Z][a-z]{2,})(?: [A-Z][\w'-]+)?\s*$")
"""A name on a line of its own at the end, or behind the last full stop."""


def trainee_name(replies: tuple[str, ...], persona: Persona, *, was_asked: bool) -> str | None:
    """The name that the trainee last gave, unless it is the customer's own or a word of the company's.

    A name alone at the head of the last reply is one where the trainee `was_asked` for it.
    """
    others = {*persona.name.split(), *persona.brief.company.split()}
    for reply in reversed(replies):
        for found in chain(_NAMED.finditer(reply), _SIGNED.finditer(reply)):
            name = next(group for group in found.groups() if group)
            if name not in others:
                return name
    bare = _BARE_NAME.match(replies[-1]) if was_asked else None
    return bare.group(1) if bare and bare.group(1) not in others else None
