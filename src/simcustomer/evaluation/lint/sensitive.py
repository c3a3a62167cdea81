"""Personas that may hurt to meet, and do not say so beforehand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from simcustomer.domain.persona import Kind, Persona
from simcustomer.evaluation.lint.finding import Fault
from simcustomer.evaluation.lint.texts import texts

_KINDS = {Kind.ABUSIVE, Kind.ANXIOUS_OR_GRIEVING}

_TELLING = {"blurb", "brief", "story", "timeline", "goal", "hidden_need", "facts"}


def faults(persona: Persona) -> Iterator[Fault]:
    """One fault where grief, abuse or the like is in a persona that has no content note."""
    if persona.content_note is not None:
        return
    remedy = "add content_note: what a trainee should know before choosing this customer"
    for number, kind in enumerate(persona.kinds):
        if kind in _KINDS:
            yield Fault(("kinds", number), f"a customer who is {kind.value} comes without a content note", remedy)
            return
    for field, text in texts(persona):
        # A line may speak of a funeral without one in the story.
        if field[0] not in _TELLING:
            continue
        if found := _subjects().search(text):
            yield Fault(field, f"{found.group()!r} is a hard subject, and there is no content note", remedy)
            return


@cache
def _subjects() -> re.Pattern[str]:
    source = files("simcustomer.evaluation.lint").joinpath("sensitive.toml").read_text(encoding="utf-8")
    return re.compile(rf"\b(?:{'|'.join(tomllib.loads(source)['subjects'])})\b", re.IGNORECASE)
