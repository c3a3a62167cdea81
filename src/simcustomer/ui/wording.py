"""The texts of the web app, looked up by key; which language they are in is the folder's business."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import cast

Texts = Mapping[str, "str | Texts"]


@dataclass(frozen=True)
class Wording:
    """All interface texts in one language."""

    texts: Texts

    @classmethod
    def load(cls, language: str = "en") -> Wording:
        """The texts of a language: all files of its folder together, none of which has a group that another has."""
        texts: dict[str, str | Texts] = {}
        for file in files("simcustomer.ui").joinpath("texts", language).iterdir():
            read = cast("Texts", tomllib.loads(file.read_text(encoding="utf-8")))
            if twice := texts.keys() & read.keys():
                raise ValueError(f"{file}: {', '.join(sorted(twice))} is in another file of the same language too")
            texts |= read
        return cls(texts)

    @property
    def language(self) -> str:
        """Language tag, as in HTML's `lang`."""
        return self.say("language")

    def say(self, key: str, /, **values: object) -> str:
        """The text under a dotted key with its slots filled. Raises KeyError for a key or slot that is not there."""
        found: str | Texts = self.texts
        for part in key.split("."):
            if isinstance(found, str) or part not in found:
                raise KeyError(f"there is no text {key!r}")
            found = found[part]
        if not isinstance(found, str):
            raise KeyError(f"{key!r} is a group of texts, not one")
        return found.format(**values)

    def count(self, key: str, n: int, /, **values: object) -> str:
        """The text for this many: `key.one` or `key.many`, with {n} filled."""
        return self.say(f"{key}.{'one' if n == 1 else 'many'}", n=n, **values)
