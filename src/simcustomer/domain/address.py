"""How to speak to somebody: "Mr Okafor", or the first name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr")


def spoken_name(name: str, said: Iterable[str] = ()) -> str:
    """Title and surname of one who gives a title, or who is addressed so in what is `said` to them; else the first name."""
    first, *rest = name.split()
    if first in _TITLES and rest:
        return f"{first} {rest[-1]}"
    titled = re.compile(rf"\b(?:{'|'.join(_TITLES)}) {re.escape(rest[-1])}\b") if rest else None
    heard = Counter(found for text in said for found in titled.findall(text)) if titled else Counter[str]()
    return heard.most_common(1)[0][0] if heard else first
