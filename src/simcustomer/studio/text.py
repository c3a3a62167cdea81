"""What authors type, before anything is made of it: its bounds, and what can be read off it at a glance."""

from __future__ import annotations

import re
from importlib.resources import files

from simcustomer.content_file import MOST_BYTES
from simcustomer.domain.publishing import ContentKind, even_lines
from simcustomer.errors import InvalidInput

MOST_NOTE = 500

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FIELD = r"^{name}:[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^#\n]*))"


def storable(text: str, *, most: int = MOST_BYTES) -> str:
    """The text with plain line ends. Raises InvalidInput for one that is too long or cannot be stored."""
    if found := _UNSTORABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise InvalidInput(
            f"Line {line} holds a character that cannot be stored (NUL, or half of an emoji). Delete it; what you typed "
            "before it is saved."
        )
    size = len(text.encode())
    if size > most:
        raise too_long(size, most)
    return even_lines(text)


def too_long(size: int, most: int = MOST_BYTES) -> InvalidInput:
    """What is said of a text of `size` bytes."""
    return InvalidInput(f"This text has {size:,} bytes; the most is {most:,}. It is not saved: shorten it.")


def glance(text: str, field: str) -> str:
    """A one-line field at the top level of a text, whether or not the whole of it can be read; "" where there is none."""
    found = re.search(_FIELD.format(name=re.escape(field)), text, re.MULTILINE)
    return next((part.strip() for part in found.groups() if part), "") if found else ""


def version_of(text: str) -> int:
    """The version that a text says it is; 1 where it says none."""
    said = glance(text, "version")
    return int(said) if said.isdecimal() and len(said) < 9 else 1


def template(kind: ContentKind, *, empty: bool = False) -> str:
    """What a new content begins from: a text that explains every field, or its bare beginning."""
    if empty:
        return "id:\nversion: 1\ntitle:\n"
    return files("simcustomer.studio").joinpath("templates", f"{kind.value}.yaml").read_text(encoding="utf-8")
