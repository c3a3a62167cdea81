"""Whether a text can be published, and what to mend: the checks of `personas lint`, with the lines that they speak of."""

from __future__ import annotations

from typing import NamedTuple

from simcustomer.content_file import parse_content
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError, Problem
from simcustomer.evaluation.lint import Finding, lint_text

NAME = "draft"
"""What stands for the file's name in findings."""


class Checked(NamedTuple):
    """`problems` keep a text from being published; `advice` is what is worth mending. `content` is None with problems."""

    problems: tuple[Finding, ...]
    advice: tuple[Finding, ...]
    content: Persona | Rubric | None


def loaded(kind: ContentKind, text: str) -> Persona | Rubric:
    """The content of a text. Raises ContentError."""
    return parse_content(text, Persona if kind is ContentKind.PERSONA else Rubric, name=NAME)


def problems_of(kind: ContentKind, text: str, *, content_id: str = "", taken: frozenset[str] = frozenset()) -> Checked:
    """What keeps a text from being published as `content_id`, or, where that is "", as one whose id is not `taken`."""
    try:
        content = loaded(kind, text)
    except ContentError as error:
        return Checked(tuple(_finding(problem) for problem in error.problems), (), None)
    if content_id and content.id != content_id:
        what = f"is {content.id!r}, but this is a draft of {content_id!r}; put it back, or begin a copy"
    elif not content_id and content.id in taken:
        what = f"is {content.id!r}, which another {kind.value} has, perhaps an archived one; choose another"
    else:
        return Checked((), (), content)
    line = next((n for n, row in enumerate(text.splitlines(), start=1) if row.startswith("id:")), None)
    return Checked((_finding(Problem(NAME, what, line=line, field="id")),), (), content)


def advice_on(text: str, rubric: Rubric) -> tuple[Finding, ...]:
    """What lint finds in a persona that can be loaded."""
    return tuple(lint_text(text, rubric, name=NAME))


def _finding(problem: str) -> Finding:
    if isinstance(problem, Problem):
        remedy = problem.remedy or "change it as it says"
        return Finding(file=NAME, line=problem.line, field=problem.field, what=problem.what, remedy=remedy)
    return Finding(file=NAME, line=None, field=None, what=problem, remedy="change it as it says")
