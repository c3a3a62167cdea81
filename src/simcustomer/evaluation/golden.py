"""Rated conversations: transcripts, the raters' levels of each trainee reply, and a fixed split into development and test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Level, Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.grading import TranscriptRecord, read_transcripts
from simcustomer.roles import GradingCase

SplitName = Literal["development", "test", "all"]
Model = TypeVar("Model", bound=Frozen)


class Rating(Frozen):
    """One rater's view of one reply."""

    levels: dict[str, Level | None]
    overall: Level | None = None


class RatedTurn(Frozen):
    """A line of a ratings file: the raters' median, and each of them."""

    id: str
    turn: int
    levels: dict[str, Level | None]
    overall: Level | None = None
    raters: tuple[Rating, ...] = ()


@dataclass(frozen=True, slots=True)
class RatedReply:
    """A reply to grade, with what raters said of it."""

    record: TranscriptRecord
    rating: RatedTurn

    @property
    def conversation(self) -> str:
        """Id of the conversation, by which samples are split and drawn."""
        return self.record.id

    @property
    def words(self) -> int:
        """Length of the reply in words."""
        return len(self.reply.split())

    @property
    def reply(self) -> str:
        """The reply, verbatim."""
        return self.record.turns[self.rating.turn].text

    def case(self, rubric: Rubric) -> GradingCase:
        """The reply as a grader gets it."""
        return GradingCase(
            rubric=rubric,
            channel=self.record.channel,
            transcript=self.record.transcript.upto(self.rating.turn),
            scenario=self.record.scenario,
        )


def read_rated(folder: Path, split: SplitName = "all") -> tuple[RatedReply, ...]:
    """The rated replies of a folder with conversations.jsonl, ratings.jsonl and split.json. Raises InvalidInput."""
    chosen = _chosen(folder, split)
    records: dict[str, TranscriptRecord] = {}
    for entry in read_transcripts(folder / "conversations.jsonl"):
        if isinstance(entry, str):
            raise InvalidInput(entry)
        records[entry.id] = entry
    return tuple(_joined(folder / "ratings.jsonl", records, chosen))


def _joined(path: Path, records: dict[str, TranscriptRecord], chosen: frozenset[str] | None) -> Iterator[RatedReply]:
    for number, rated in read_models(path, RatedTurn):
        where = f"{path}, line {number}"
        record = records.get(rated.id)
        if record is None:
            raise InvalidInput(f"{where}: rates {rated.id!r}, which is not among the conversations")
        if rated.turn not in record.transcript.reply_indexes:
            raise InvalidInput(f"{where}: turn {rated.turn} of {rated.id!r} is no trainee reply")
        if chosen is None or rated.id in chosen:
            yield RatedReply(record, rated)


def read_models(path: Path, model: type[Model]) -> Iterator[tuple[int, Model]]:
    """Line number (from 1) and content of each line of a JSONL file. Raises InvalidInput by file, line and field."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, model.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            raise InvalidInput(f"{path}, line {number}: is not JSON ({error}); write one object a line") from error
        except ValidationError as error:
            detail = error.errors()[0]
            field = ".".join(str(part) for part in detail["loc"])
            raise InvalidInput(f"{path}, line {number}, field {field}: {detail['msg']}") from error


def _chosen(folder: Path, split: SplitName) -> frozenset[str] | None:
    if split == "all":
        return None
    path = folder / "split.json"
    try:
        return frozenset(json.loads(path.read_text(encoding="utf-8"))[split])
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise InvalidInput(
            f"{path}: does not name a {split!r} split ({error}). Give the folder that holds golden/ with --evals."
        ) from error
