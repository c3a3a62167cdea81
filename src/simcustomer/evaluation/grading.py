"""Grades transcripts from a file, one record a trainee reply, with the same grader as a practice."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Level, Rubric
from simcustomer.domain.transcript import Channel, Scenario, Transcript, Turn
from simcustomer.errors import InvalidInput
from simcustomer.roles import Grader, GradingCase

MOST_CHARACTERS = 5_000_000
"""The longest line that is read; a whole conversation is a few thousand."""

IDS_KEPT = 50_000
"""Conversations back to which a repeated id is noticed: what is held must not grow with the file."""


class TranscriptRecord(Frozen):
    """One line of a transcripts file; fields beside these are let pass."""

    model_config = Frozen.model_config | {"extra": "ignore"}

    id: str
    channel: Channel
    scenario: Scenario = Scenario()
    turns: tuple[Turn, ...]

    @property
    def transcript(self) -> Transcript:
        """The turns in their order."""
        return Transcript(turns=self.turns)


class GradedReply(Frozen):
    """What `grade` prints of one reply; `turn` is its index in the transcript's turns.

    `confidence` is how far several gradings agreed, by technique, where several were made; else it is left out.
    """

    id: str
    turn: int
    levels: dict[str, Level | None]
    evidence: tuple[dict[str, str], ...]
    overall: Level | None
    ungraded: str | None
    confidence: dict[str, float] | None = Field(default=None, exclude_if=lambda value: value is None)

    @classmethod
    def of(cls, record_id: str, turn: int, grade: Grade) -> GradedReply:
        """The record of a grade."""
        if isinstance(grade, Assessment):
            evidence = tuple(evidence.model_dump(exclude_none=True) for evidence in grade.evidence)
            agreed = {v.technique: v.agreement for v in grade.verdicts if v.agreement is not None}
            return cls(
                id=record_id,
                turn=turn,
                levels=grade.levels,
                evidence=evidence,
                overall=grade.overall,
                ungraded=None,
                confidence=agreed or None,
            )
        return cls(id=record_id, turn=turn, levels={}, evidence=(), overall=None, ungraded=grade.reason)

    @property
    def line(self) -> str:
        """The record as a line of JSON, its line break included."""
        return json.dumps(self.model_dump(mode="json", exclude_none=False), ensure_ascii=False) + "\n"


class Remark(str):
    """A sentence about a line that was graded all the same."""


def read_transcripts(path: Path) -> Iterator[TranscriptRecord | str]:
    """The file's transcripts as they are read, and a sentence for each line that is none. Raises InvalidInput.

    An id that stood before gives a Remark ahead of its transcript.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from transcripts_in(lines, str(path))
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: is not UTF-8 text; save it as UTF-8.") from error


def nothing_to_grade(source: str) -> InvalidInput:
    """What is said of a source without any trainee reply."""
    return InvalidInput(
        f"{source}: holds no trainee reply to grade. Write one conversation a line, with trainee turns."
    )


class Ids:
    """The ids of the latest conversations of a source, to notice one that comes again."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._first: OrderedDict[str, int] = OrderedDict()

    def remark(self, record_id: str, number: int) -> Remark | None:
        """The sentence about an id, of the conversation in this line, that stood before."""
        first = self._first.setdefault(record_id, number)
        if len(self._first) > IDS_KEPT:
            self._first.popitem(last=False)
        if first == number:
            return None
        return Remark(
            f"{self._source}, line {number}: has the id {record_id!r} of line {first}; both are graded, "
            "and their lines cannot be told apart by id"
        )


def transcripts_in(lines: Iterable[str], source: str) -> Iterator[TranscriptRecord | str]:
    """What `read_transcripts` gives, of lines from wherever `source` says."""
    ids = Ids(source)
    for number, entry in numbered(lines, source):
        remark = ids.remark(entry.id, number) if isinstance(entry, TranscriptRecord) else None
        if remark:
            yield remark
        yield entry


def numbered(lines: Iterable[str], source: str, first: int = 1) -> Iterator[tuple[int, TranscriptRecord | str]]:
    """The number of each line that is not empty, and its transcript, or the sentence that says why it is none."""
    for number, line in enumerate(lines, start=first):
        if line.strip():
            yield number, _record(line, f"{source}, line {number}")


def _record(line: str, where: str) -> TranscriptRecord | str:
    if len(line) > MOST_CHARACTERS:
        return f"{where}: longer than {MOST_CHARACTERS:,} characters; split it"
    try:
        record = TranscriptRecord.model_validate(json.loads(line))
        _ = record.transcript
    except ValidationError as error:
        detail = error.errors()[0]
        field = ".".join(str(part) for part in detail["loc"]) or "turns"
        return f"{where}, field {field}: {detail['msg'].removeprefix('Value error, ')}"
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits are a ValueError alone
        return f"{where}: is not JSON ({error}); write one object a line"
    return record


async def graded_replies(record: TranscriptRecord, grader: Grader, rubric: Rubric) -> AsyncIterator[GradedReply]:
    """One record for each trainee reply of a transcript, in order."""
    transcript = record.transcript
    for index in transcript.reply_indexes:
        case = GradingCase(
            rubric=rubric, channel=record.channel, transcript=transcript.upto(index), scenario=record.scenario
        )
        yield GradedReply.of(record.id, index, await grader.grade(case))
