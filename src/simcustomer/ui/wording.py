"""The texts of the web app, looked up by key, in the language of whoever is being answered."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.resources import files
from typing import cast

Texts = Mapping[str, "str | Texts"]

FIRST = "en"
"""The language that every text is written in first; one that is not translated yet is said in it."""

SPOKEN: ContextVar[str] = ContextVar("spoken", default=FIRST)
"""The language of the request that is being answered; set by `languages`."""


@dataclass(frozen=True)
class Wording:
    """All interface texts: in one language, or in several of which `SPOKEN` chooses."""

    texts: Texts
    others: Mapping[str, Texts] = field(default_factory=dict[str, Texts])

    @classmethod
    def load(cls, language: str = FIRST) -> Wording:
        """The texts of one language."""
        first = read(FIRST)
        return cls(first if language == FIRST else _over(first, read(language)))

    @classmethod
    def all(cls) -> Wording:
        """The texts of every language that there is a folder for."""
        first = read(FIRST)
        return cls(first, {tag: _over(first, read(tag)) for tag in available() if tag != FIRST})

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags of the languages that there are texts in, the first one first."""
        return (FIRST, *self.others)

    @property
    def language(self) -> str:
        """Language tag, as in HTML's `lang`."""
        return self.say("language")

    def say(self, key: str, /, **values: object) -> str:
        """The text under a dotted key with its slots filled. Raises KeyError for a key or slot that is not there."""
        found: str | Texts = self.others.get(SPOKEN.get(), self.texts)
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

    def label(self, text: str) -> str:
        """What a text of the first language, as Gradio keeps it in a control, is in the language spoken."""
        spoken = self.others.get(SPOKEN.get())
        return text if spoken is None else _labels(self.texts, spoken).get(text, text)


def available() -> tuple[str, ...]:
    """Tags of the languages that there is a folder for."""
    return tuple(
        sorted(folder.name for folder in files("simcustomer.ui").joinpath("texts").iterdir() if folder.is_dir())
    )


def read(language: str) -> Texts:
    """The texts of a language as they are: all files of its folder together, none of which has a group that another has."""
    texts: dict[str, str | Texts] = {}
    for file in files("simcustomer.ui").joinpath("texts", language).iterdir():
        found = cast("Texts", tomllib.loads(file.read_text(encoding="utf-8")))
        if twice := texts.keys() & found.keys():
            raise ValueError(f"{file}: {', '.join(sorted(twice))} is in another file of the same language too")
        texts |= found
    return texts


def flat(texts: Texts, before: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its dotted key."""
    for name, found in texts.items():
        if isinstance(found, str):
            yield f"{before}{name}", found
        else:
            yield from flat(found, f"{before}{name}.")


def _over(first: Texts, translated: Texts) -> Texts:
    """The translated texts, and those of the first language where there is no translation."""
    merged: dict[str, str | Texts] = dict(first)
    for name, found in translated.items():
        under = first.get(name)
        merged[name] = found if isinstance(found, str) or not isinstance(under, Mapping) else _over(under, found)
    return merged


def _labels(first: Texts, spoken: Texts) -> dict[str, str]:
    translated = dict(flat(spoken))
    return {text: translated[key] for key, text in flat(first) if "{" not in text}
