"""What a run of the evals found: figures by suite, where they come from, and what is worth reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.agreement_table import judged, rated_level
from simcustomer.evaluation.contrast import Contrast
from simcustomer.evaluation.figures import GRADER, Figure
from simcustomer.evaluation.files import written
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.grading import TranscriptRecord
from simcustomer.evaluation.provenance import Measured

MOST_DISAGREEMENTS = 40


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


def worst(replies: Sequence[RatedReply], grades: Sequence[Grade], rubric: Rubric) -> tuple[Disagreement, ...]:
    """The disagreements that lie furthest apart, at most MOST_DISAGREEMENTS, in an order that does not change."""
    found = [
        disagreement
        for reply, grade in zip(replies, grades, strict=True)
        if isinstance(grade, Assessment)
        for technique in rubric.ids
        if judged(reply, technique)
        if (disagreement := _disagreement(reply, grade, technique)) is not None
    ]
    found.sort(key=lambda each: (-each.distance, each.id, each.turn, each.technique))
    return tuple(found[:MOST_DISAGREEMENTS])


def _disagreement(reply: RatedReply, grade: Assessment, technique: str) -> Disagreement | None:
    rated, given = rated_level(reply, technique), grade.levels.get(technique)
    if rated is None or abs(rated - (given or 0)) < 2:
        return None
    return Disagreement(
        id=reply.conversation,
        turn=reply.rating.turn,
        technique=technique,
        rated=rated,
        given=given,
        raters=tuple(rated_level(rater, technique) for rater in reply.rating.raters),
        quotes=tuple(evidence.quote for evidence in grade.evidence if evidence.technique == technique),
    )


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
