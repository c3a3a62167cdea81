"""The parts of a text that can be filled in without reading it: what a form asks, and where the answers go."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from simcustomer.domain.persona import Cause, Kind, Persona
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel
from simcustomer.errors import ContentError
from simcustomer.yaml_edit import Value, value_at, with_value
from simcustomer.yaml_tree import Plain, read_tree

Shape = Literal["line", "prose", "lines", "one", "many", "number"]
Answer = str | float | list[str] | None


class FormField(NamedTuple):
    """A field of a form: a line, prose, lines, one or many of `choices`, or a number from 0 to `most`.

    One that is `optional` is taken out of the text when it is emptied.
    """

    path: tuple[str, ...]
    shape: Shape
    choices: tuple[str, ...] = ()
    most: float = 10
    optional: bool = False

    @property
    def name(self) -> str:
        """Its path in one word."""
        return "_".join(self.path)


_DIFFICULTIES: tuple[str, ...] = get_args(Persona.model_fields["difficulty"].annotation)

PERSONA_FORM = (
    FormField(("id",), "line"),
    FormField(("title",), "line"),
    FormField(("blurb",), "prose"),
    FormField(("name",), "line"),
    FormField(("trade",), "line"),
    FormField(("channel",), "one", tuple(Channel)),
    FormField(("difficulty",), "one", _DIFFICULTIES),
    FormField(("kinds",), "many", tuple(Kind)),
    FormField(("causes",), "many", tuple(Cause)),
    FormField(("content_note",), "line", optional=True),
    FormField(("brief", "company"), "line"),
    FormField(("brief", "about"), "prose"),
    FormField(("brief", "situation"), "prose"),
    FormField(("brief", "known"), "lines"),
    FormField(("brief", "may"), "lines"),
    FormField(("brief", "must_not"), "lines"),
    FormField(("story",), "prose"),
    FormField(("goal",), "prose"),
    FormField(("hidden_need",), "prose"),
    FormField(("lines", "open", "any"), "lines"),
    FormField(("mood", "anger"), "number"),
    FormField(("mood", "trust"), "number"),
    FormField(("mood", "patience"), "number"),
    FormField(("volatility",), "number", most=3),
)
RUBRIC_FORM = (
    FormField(("id",), "line"),
    FormField(("title",), "line"),
    FormField(("pass_mark",), "number", most=100),
)
FORMS: dict[ContentKind, tuple[FormField, ...]] = {
    ContentKind.PERSONA: PERSONA_FORM,
    ContentKind.RUBRIC: RUBRIC_FORM,
}
_MODELS = {ContentKind.PERSONA: Persona, ContentKind.RUBRIC: Rubric}


def answers(kind: ContentKind, text: str) -> dict[FormField, Answer] | None:
    """What the form shows of a text; None where the text cannot be read."""
    try:
        plain = read_tree(text, name="text").plain
    except ContentError:
        return None
    return {field: _shown(field, value_at(plain, field.path)) for field in FORMS[kind]}


def filled_in(kind: ContentKind, text: str, field: FormField, answer: Answer) -> str:
    """The text with the answer to one field of the form; the same text where it says so already. Raises ContentError."""
    held = value_at(read_tree(text, name="text").plain, field.path)
    if _shown(field, held) == (answer or ([] if field.shape in ("lines", "many") else "") if answer != 0 else 0):
        return text
    names = list(_MODELS[kind].model_fields)
    before = names[: names.index(field.path[0])] if field.path[0] in names else []
    return with_value(text, field.path, _value(field, answer), before=before)


def _shown(field: FormField, held: Plain) -> Answer:
    match field.shape:
        case "lines":
            return "\n".join(str(item) for item in held) if isinstance(held, list) else ""
        case "many":
            return [str(item) for item in held if item in field.choices] if isinstance(held, list) else []
        case "number":
            return held if isinstance(held, int | float) and not isinstance(held, bool) else None
        case "one":
            return held if isinstance(held, str) and held in field.choices else None
        case _:
            return "" if held is None or isinstance(held, list | dict) else str(held)


def _value(field: FormField, answer: Answer) -> Value:
    match field.shape:
        case "lines":
            return [line.strip() for line in str(answer or "").splitlines() if line.strip()]
        case "many":
            return [item for item in field.choices if isinstance(answer, list) and item in answer]
        case "number":
            return None if answer is None or isinstance(answer, list | str) else min(max(float(answer), 0), field.most)
        case "one":
            return answer if isinstance(answer, str) and answer in field.choices else None
        case _:
            said = " ".join(str(answer or "").split())
            return said or (None if field.optional else "")
