"""What a run of the evals found: figures by suite, where they come from, and what is worth reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from simcustomer.domain.model import Frozen
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.contrast import Contrast
from simcustomer.evaluation.figures import GRADER, Figure
from simcustomer.evaluation.files import written
from simcustomer.evaluation.grading import TranscriptRecord
from simcustomer.evaluation.provenance import Measured


class Disagreement(Frozen):
    """A reply on which grader and raters differ: `turn` indexes the conversation's turns, `quotes` are the grader's evidence."""

    id: str
    turn: int
    technique: str
    rated: int
    given: int | None
    raters: tuple[int | None, ...]
    quotes: tuple[str, ...]

    @property
    def distance(self) -> int:
        """How many levels lie between them, no level counting as 0."""
        return abs(self.rated - (self.given or 0))


class Wanted(NamedTuple):
    """Which disagreements are worth keeping: those of at least so many levels, and at most so many of them."""

    least: int
    most: int


FEW = Wanted(least=2, most=40)
"""What a report has room for."""


class FailedPair(Frozen):
    """A contrast pair that did not hold, and the techniques that moved."""

    id: str
    kind: str
    technique: str
    flavour: str
    moved: tuple[str, ...]

    @classmethod
    def of(cls, contrast: Contrast) -> FailedPair:
        """The record of a pair that failed."""
        pair = contrast.pair
        return cls(
            id=pair.id, kind=pair.kind, technique=pair.technique, flavour=pair.flavour, moved=tuple(contrast.moved)
        )


class Results(Frozen):
    """One run. `techniques` names the rubric's techniques; conversations are those of the disagreements."""

    provenance: Measured
    techniques: dict[str, str]
    suites: dict[str, tuple[Figure, ...]]
    failed_pairs: tuple[FailedPair, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    conversations: tuple[TranscriptRecord, ...] = ()

    def figure(self, suite: str, name: str, of: str = GRADER) -> Figure | None:
        """The figure of that name; None where it was not measured."""
        found = (figure for figure in self.suites.get(suite, ()) if figure.name == name and figure.of == of)
        return next(found, None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Who was measured in the agreement suite, in order."""
        return tuple(dict.fromkeys(figure.of for figure in self.suites.get("agreement", ())))


def read_results(path: Path) -> Results:
    """The results that `write_results` wrote. Raises InvalidInput by file and field."""
    try:
        return Results.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    except ValidationError as error:
        detail = error.errors()[0]
        field = ".".join(str(part) for part in detail["loc"])
        raise InvalidInput(
            f"{path}, field {field}: {detail['msg']}. Give a file that `simcustomer eval run -o` or `--pin` wrote."
        ) from error


def write_results(results: Results, path: Path) -> None:
    """The results as JSON, a figure a line, so that a change can be read."""
    held = results.model_dump(mode="json")
    suites = held.pop("suites")
    lines = [f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in held.items()]
    figures = [
        f"  {json.dumps(name)}: [\n   " + ",\n   ".join(json.dumps(figure) for figure in found) + "\n  ]"
        for name, found in suites.items()
    ]
    lines.append(' "suites": {\n' + ",\n".join(figures) + "\n }")
    with written(path) as stream:
        stream.write("{\n" + ",\n".join(lines) + "\n}\n")
