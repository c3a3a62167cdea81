"""What a scalar of YAML 1.2 means: text, number, truth or nothing; `no` stays a word, and 12:30 too."""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

LONGEST_NUMBER = 40
"""Characters of a number, true or null: Python refuses to write out one of thousands of digits."""

_PREFIX = "tag:yaml.org,2002:"

_PATTERNS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)",
    "float": (
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
        r"|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
    ),
    "timestamp": r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}\S*(?:[ \t]*\S+)?)?",
}
_RESOLVED = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))
_MAY_BE_OTHER = frozenset("~nNtTfF-+.0123456789")
"""What anything but text begins with."""

_BASES = {"0b": 2, "0o": 8, "0x": 16}
_TRUTHS = {"true": True, "false": False}


class NotAScalar(Exception):
    """Why a scalar has no value here, for its author."""


def kind_of(text: str, tag: str | None, *, is_plain: bool) -> str:
    """The kind that a scalar is of by its tag, else by its look: str, int, float, bool, null, or one that has no value here."""
    if tag and tag != "!":
        return tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else tag
    if not is_plain or (text and text[0] not in _MAY_BE_OTHER):
        return "str"
    match = _RESOLVED.fullmatch(text)
    return (match.lastgroup or "str") if match else "str"


def scalar(text: str, kind: str) -> Scalar:
    """The value of a scalar of that kind. Raises NotAScalar."""
    if kind == "str":
        return text
    if kind not in ("null", "bool", "int", "float"):
        shown = kind.rsplit(":", 1)[-1]
        raise NotAScalar(f"{text[:60]!r} is read as a {shown}; put it in quotes to make it text")
    if len(text) <= LONGEST_NUMBER:
        try:
            return _value(text, kind)
        except (ValueError, LookupError):  # `!!bool maybe`, `!!int ''`
            pass
    raise NotAScalar(f"{text[:60]!r} is not a valid {kind}; put it in quotes to make it text")


def _value(text: str, kind: str) -> Scalar:
    if kind == "null":
        return None
    if kind == "bool":
        return _TRUTHS[text.lower()]
    digits = text.replace("_", "").lower()
    if kind == "int":
        sign = -1 if digits.startswith("-") else 1
        number = digits.lstrip("+-")
        return sign * (int(number[2:], _BASES[number[:2]]) if number[:2] in _BASES else int(number))
    return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
