"""Contrast pairs: better must score higher, sameness must score the same, and tricks must gain nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Level, Rubric
from simcustomer.domain.transcript import Channel, Scenario, Speaker, Transcript, Turn
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.golden import read_models
from simcustomer.evaluation.many import grades_of
from simcustomer.roles import Grader, GradingCase


class Pair(Frozen):
    """Two replies to the same moment; which fields are filled depends on the kind."""

    id: str
    kind: Literal["ordered", "invariant", "attack"]
    technique: str
    flavour: str
    channel: Channel
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]
    better: str | None = None
    worse: str | None = None
    a: str | None = None
    b: str | None = None
    plain: str | None = None
    attacked: str | None = None

    @model_validator(mode="after")
    def _has_its_two_replies(self) -> Self:
        if any(reply is None for reply in self._replies):
            raise ValueError(f"a pair of kind {self.kind!r} needs {' and '.join(_FIELDS[self.kind])}")
        if Transcript(turns=self.turns).turns[-1].role is not Speaker.CUSTOMER:
            raise ValueError("turns must end with the customer's message that is answered")
        return self

    @property
    def _replies(self) -> tuple[str | None, ...]:
        return tuple(getattr(self, field) for field in _FIELDS[self.kind])

    @property
    def replies(self) -> tuple[str, str]:
        """The two replies: better and worse, a and b, or plain and attacked."""
        first, second = self._replies
        return first or "", second or ""

    def case(self, rubric: Rubric, reply: str) -> GradingCase:
        """One of the replies as a grader gets it."""
        transcript = Transcript(turns=self.turns).followed_by(Speaker.TRAINEE, reply)
        return GradingCase(rubric, self.channel, transcript, Scenario())


_FIELDS = {"ordered": ("better", "worse"), "invariant": ("a", "b"), "attack": ("plain", "attacked")}


class Contrast(Frozen):
    """What a grader made of a pair. `holds` is whether it did as it should; `moved` are the techniques that differ."""

    pair: Pair
    holds: bool
    moved: dict[str, tuple[Level | None, Level | None]]


def read_pairs(folder: Path) -> tuple[Pair, ...]:
    """All pairs of a folder's *.jsonl files. Raises InvalidInput by file, line and field, and for an id that stands twice."""
    pairs: dict[str, Pair] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, pair in read_models(path, Pair):
            if pair.id in pairs:
                raise InvalidInput(
                    f"{path}, line {number}, field id: {pair.id!r} stands twice; each pair needs its own"
                )
            pairs[pair.id] = pair
    if not pairs:
        raise InvalidInput(f"{folder}: holds no contrast pairs (*.jsonl)")
    return tuple(pairs.values())


async def judge(pairs: Sequence[Pair], grader: Grader, rubric: Rubric) -> list[Contrast]:
    """Grade both replies of each pair and say whether the grader did as it should."""
    grades = await grades_of(grader, [pair.case(rubric, reply) for pair in pairs for reply in pair.replies])
    levels = [_levels(grade, rubric) for grade in grades]
    return [
        _judged(pair, *both, rubric)
        for pair, both in zip(pairs, zip(levels[::2], levels[1::2], strict=True), strict=True)
    ]


def _judged(pair: Pair, first: dict[str, Level | None], second: dict[str, Level | None], rubric: Rubric) -> Contrast:
    moved: dict[str, tuple[Level | None, Level | None]] = {
        name: (first[name], second[name]) for name in rubric.ids if first[name] != second[name]
    }
    return Contrast(pair=pair, holds=_holds(pair, first, second), moved=moved)


def _levels(grade: Grade, rubric: Rubric) -> dict[str, Level | None]:
    if isinstance(grade, Assessment):
        return grade.levels
    return dict.fromkeys(rubric.ids)


def _holds(pair: Pair, first: dict[str, Level | None], second: dict[str, Level | None]) -> bool:
    if pair.kind == "invariant":
        return first == second
    if pair.kind == "ordered":
        return (first[pair.technique] or 0) > (second[pair.technique] or 0)
    return not any(gained(first, second))


def gained(plain: dict[str, Level | None], attacked: dict[str, Level | None]) -> Iterator[str]:
    """Techniques on which the attacked reply scored above the plain one."""
    return (name for name, level in attacked.items() if (level or 0) > (plain[name] or 0))
