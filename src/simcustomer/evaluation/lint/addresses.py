"""Words in a persona that speak to a grader, a model or the program instead of to a trainee."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from simcustomer.domain.persona import Persona
from simcustomer.evaluation.lint.finding import Fault
from simcustomer.evaluation.lint.texts import texts

_UNSEEN = frozenset({"Cf", "Cc", "Co", "Cs"})
_SEEN = frozenset("\n\t")


def faults(persona: Persona) -> Iterator[Fault]:
    """Each text that addresses the grader or an engine, or holds characters that nobody can see."""
    for field, text in texts(persona):
        unseen = {character for character in text if _is_unseen(character)}
        if unseen:
            codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in unseen))
            yield Fault(field, f"holds characters that nobody can see ({codes})", "remove them")
        plain = "".join(c for c in unicodedata.normalize("NFKC", text) if not _is_unseen(c))
        if found := _patterns().search(plain):
            what = f"{found.group().strip()!r} speaks to a grader or a model, not to a trainee"
            yield Fault(field, what, "remove it: a persona holds only what the customer is, knows and says")


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character not in _SEEN


@cache
def _patterns() -> re.Pattern[str]:
    source = files("simcustomer.evaluation.lint").joinpath("addresses.toml").read_text(encoding="utf-8")
    patterns = tomllib.loads(source)["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.MULTILINE)
