"""A reply as it is stored: what a trainee typed, without what cannot be said."""

from __future__ import annotations

import re
import unicodedata

from simcustomer.errors import InvalidReply

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


def clean_reply(text: str, *, longest: int) -> str:
    """The reply as it is stored: composed, without control and invisible direction characters.

    Raises InvalidReply for an empty, overlong or broken one.
    """
    if broken := _SURROGATE.search(text):
        raise InvalidReply(
            f"Your reply holds a broken character (half of an emoji, at position {broken.start() + 1}). Delete it and send again."
        )
    if len(text) > longest:
        raise InvalidReply(
            f"Your reply is {len(text):,} characters long; the most is {longest:,}. Shorten it and send again."
        )
    reply = unicodedata.normalize("NFC", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if not any(unicodedata.category(character)[0] in "LNPSM" for character in reply):
        raise InvalidReply("Your reply is empty. Write what you would say to the customer, then send.")
    return reply
