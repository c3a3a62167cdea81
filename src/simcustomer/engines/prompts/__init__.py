"""The prompts of the model-backed engines: Markdown files beside this one, with `{{slots}}` that must all be filled."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from simcustomer.errors import EngineError

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_FOLDER = files("simcustomer.engines.prompts")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file."""

    name: str
    text: str

    @property
    def slots(self) -> frozenset[str]:
        """Names of what must be filled in."""
        return frozenset(_SLOT.findall(self.text))

    @property
    def digest(self) -> str:
        """Tells one version of the prompt from another."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def filled(self, **values: str) -> str:
        """The text with every slot filled; what is filled in is never searched for slots itself.

        Raises EngineError where a slot is left or a value has none.
        """
        if wrong := self.slots ^ values.keys():
            raise EngineError(
                f"The prompt {self.name} and its engine do not agree on {', '.join(sorted(wrong))}; mend the file."
            )
        return _SLOT.sub(lambda slot: values[slot.group(1)], self.text)


@cache
def prompt(name: str) -> Prompt:
    """The prompt in `name.md`."""
    return Prompt(name, _FOLDER.joinpath(f"{name}.md").read_text(encoding="utf-8").strip())


@cache
def wording(name: str) -> dict[str, Any]:
    """The pieces of text in `name.toml`."""
    return tomllib.loads(_FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def bulleted(items: Iterable[str]) -> str:
    """The items as a Markdown list; "" for none."""
    return "\n".join(f"- {item}" for item in items)


def digests(names: Iterable[str]) -> dict[str, str]:
    """The digest of each of these prompts, by file."""
    return {f"{name}.md": prompt(name).digest for name in names}


def combined(names: Iterable[str]) -> str:
    """One short digest of these prompts together, for provenance."""
    return hashlib.sha256("".join(prompt(name).digest for name in names).encode()).hexdigest()[:8]
