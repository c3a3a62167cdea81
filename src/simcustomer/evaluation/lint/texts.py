"""Every text of a persona with the field that it stands in."""

from __future__ import annotations

from collections.abc import Iterator

from simcustomer.domain.persona import Persona
from simcustomer.evaluation.lint.finding import Field


def texts(persona: Persona) -> Iterator[tuple[Field, str]]:
    """All texts, in the order of the model's fields."""
    return _texts((), persona.model_dump(mode="json"))


def spoken_lines(persona: Persona) -> Iterator[tuple[Field, str]]:
    """The customer's lines, not what they say of facts."""
    for act, filed in persona.lines.items():
        for temper, lines in filed.items():
            for number, line in enumerate(lines):
                yield ("lines", act.value, temper, number), line


def _texts(field: Field, value: object) -> Iterator[tuple[Field, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name, part in value.items():  # pyright: ignore[reportUnknownVariableType]  # a dump is JSON
            yield from _texts((*field, str(name)), part)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for number, part in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from _texts((*field, number), part)  # pyright: ignore[reportUnknownArgumentType]
