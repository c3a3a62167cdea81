"""What lint finds: a fault in a field of a persona, and the finding that says where that field stands."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from simcustomer.content_file import shown_name
from simcustomer.domain.model import Frozen
from simcustomer.errors import Problem
from simcustomer.yaml_tree import Tree

_READ_UP = "change it as it says; docs/authoring.md explains every field"

Field = tuple[str | int, ...]
"""The way to a field from the top of the file: names of fields and places in lists (from 0)."""


class Fault(NamedTuple):
    """Something to mend: the field, what is wrong with it, and what to do; `advice` where it works as it is, only less well."""

    field: Field
    what: str
    remedy: str
    advice: bool = False


class Finding(Frozen):
    """A fault in a file, or `advice`; `line` (from 1) and `field` are None where none can be named."""

    file: str
    line: int | None
    field: str | None
    what: str
    remedy: str
    advice: bool = False

    @classmethod
    def of_fault(cls, file: Path, tree: Tree, fault: Fault) -> Finding:
        """The finding of a fault in a file whose content is `tree`."""
        line = tree.line
        for part in fault.field:
            step = tree.at(part)
            if step is None:
                break
            tree, line = step
        field = ".".join(str(part) for part in fault.field) or None
        return cls(
            file=shown_name(file), line=line, field=field, what=fault.what, remedy=fault.remedy, advice=fault.advice
        )

    @classmethod
    def of_problem(cls, file: Path, problem: str) -> Finding:
        """The finding of a problem for which a file could not be loaded."""
        if isinstance(problem, Problem):
            return cls(
                file=problem.file,
                line=problem.line,
                field=problem.field,
                what=problem.what,
                remedy=problem.remedy or _READ_UP,
            )
        return cls(file=shown_name(file), line=None, field=None, what=problem, remedy=_READ_UP)

    def __str__(self) -> str:
        """The finding as one sentence."""
        return Problem(self.file, f"{self.what}; {self.remedy}", line=self.line, field=self.field)
