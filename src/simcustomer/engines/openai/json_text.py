"""JSON as models write it: fenced, with thoughts before it; but never with a key twice."""

from __future__ import annotations

import json
import re
from typing import Any, cast

_THOUGHTS = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n?```\s*$", re.DOTALL | re.IGNORECASE)


class Unusable(ValueError):
    """What a model wrote cannot be used; the message says why, in words that the model can act upon."""


def object_in(text: str) -> dict[str, Any]:
    """The one JSON object that the text is. Raises Unusable."""
    text = _THOUGHTS.sub("", text)
    if fenced := _FENCED.match(text):
        text = fenced.group(1)
    try:
        found: object = json.loads(text, object_pairs_hook=once)
    except (json.JSONDecodeError, RecursionError):
        raise Unusable("it is not one complete JSON object") from None
    return as_object(found, "it")


def as_object(value: object, where: str) -> dict[str, Any]:
    """The value where it is an object. Raises Unusable."""
    if not isinstance(value, dict):
        raise Unusable(f"{where} is not an object")
    return cast("dict[str, Any]", value)


def object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of an object with all of these properties and no others, as servers ask of a strict schema."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs of an object, for the JSON decoder. Raises Unusable where a key stands twice."""
    kept = dict(pairs)
    if len(kept) != len(pairs):
        raise Unusable("a key stands in it twice")
    return kept
