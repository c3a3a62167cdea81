"""A team's own rated transcripts, as JSONL or CSV: the form that reviewers' corrections are exported in too.

JSONL: one conversation a line, as `simcustomer grade` takes it, with `ratings`. CSV: one turn a row. docs/evals.md says both in full.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from statistics import median_low
from typing import Self

from pydantic import ValidationError, model_validator

from simcustomer.domain.rubric import LEVELS, Level, Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.figures import OVERALL
from simcustomer.evaluation.golden import RatedReply, RatedTurn, Rating
from simcustomer.evaluation.grading import TranscriptRecord

NO_OCCASION = ("-", "null", "none", "n/a")
"""What a CSV cell may hold where the rater saw no occasion; an empty one was not rated."""

_COLUMNS = ("id", "channel", "turn", "role", "text", "rater")
_NEEDED = ("id", "channel", "role", "text")
_MOST_PROBLEMS = 8
_LONGEST_TURN = 6


class TurnRating(Rating):
    """One rater's levels of one reply: `turn` indexes `turns`. A technique that is not named was not rated."""

    turn: int
    rater: str | None = None


class RatedConversation(TranscriptRecord):
    """A transcript with what raters said of its replies."""

    ratings: tuple[TurnRating, ...]

    @model_validator(mode="after")
    def _ratings_are_of_replies(self) -> Self:
        replies = set(self.transcript.reply_indexes)
        for rating in self.ratings:
            if rating.turn not in replies:
                raise ValueError(
                    f"ratings: turn {rating.turn} is no trainee reply; the replies are turns {sorted(replies)}"
                )
        return self


def read_labels(path: Path, rubric: Rubric) -> tuple[RatedReply, ...]:
    """The rated replies of a file, .csv or .jsonl. Raises InvalidInput that names lines and fields, and what to do."""
    problems: list[str] = []
    conversations = list(_csv(path, problems) if path.suffix.lower() == ".csv" else _jsonl(path, problems))
    ids: set[str] = set()
    for where, conversation in conversations:
        problems += _problems(where, conversation, rubric, ids)
        ids.add(conversation.id)
    if problems:
        shown = problems[:_MOST_PROBLEMS]
        if more := len(problems) - len(shown):
            shown.append(f"... and {more} more problems")
        raise InvalidInput("\n".join(shown))
    replies = tuple(reply for _, conversation in conversations for reply in _replies(conversation))
    if not replies:
        raise InvalidInput(f"{path}: holds no rated reply. docs/evals.md shows the form, with an example.")
    return replies


def _problems(where: str, conversation: RatedConversation, rubric: Rubric, ids: set[str]) -> Iterator[str]:
    if conversation.id in ids:
        yield f"{where}, field id: {conversation.id!r} stands twice; give each conversation its own"
    unknown = {name for rating in conversation.ratings for name in rating.levels} - set(rubric.ids)
    if unknown:
        yield (
            f"{where}, field levels: {', '.join(sorted(unknown))} is no technique of {rubric.id}; "
            f"use {', '.join(rubric.ids)}, or name your rubric with --rubric"
        )


def _replies(conversation: RatedConversation) -> Iterator[RatedReply]:
    record = TranscriptRecord(
        id=conversation.id, channel=conversation.channel, scenario=conversation.scenario, turns=conversation.turns
    )
    for turn in sorted({rating.turn for rating in conversation.ratings}):
        ratings = [rating for rating in conversation.ratings if rating.turn == turn]
        names = dict.fromkeys(name for rating in ratings for name in rating.levels)
        rated = RatedTurn(
            id=conversation.id,
            turn=turn,
            levels={name: _middle([r.levels[name] for r in ratings if name in r.levels]) for name in names},
            overall=_middle([rating.overall for rating in ratings]),
            raters=tuple(Rating(levels=rating.levels, overall=rating.overall) for rating in ratings),
        )
        yield RatedReply(record, rated)


def _middle(levels: Sequence[Level | None]) -> Level | None:
    """The raters' median, the lower one of two; null where most said null."""
    given = [level for level in levels if level is not None]
    if len(given) * 2 < len(levels) or not given:
        return None
    return LEVELS[median_low(given)]


def _jsonl(path: Path, problems: list[str]) -> Iterator[tuple[str, RatedConversation]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            held = json.loads(line)
        except (ValueError, RecursionError) as error:  # numbers of thousands of digits are a ValueError alone
            problems.append(f"{where}: is not JSON ({error}); write one conversation a line")
            continue
        conversation = _validated(held, where, problems)
        if conversation is not None:
            yield where, conversation


def _validated(held: object, where: str, problems: list[str]) -> RatedConversation | None:
    try:
        return RatedConversation.model_validate(held)
    except ValidationError as error:
        for detail in error.errors():
            field_name = ".".join(str(part) for part in detail["loc"])
            named = f", field {field_name}" if field_name else ""
            problems.append(f"{where}{named}: {detail['msg'].removeprefix('Value error, ')}")
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: is not UTF-8 text; save it as UTF-8.") from error


@dataclass
class _Gathered:
    """A conversation of a CSV file while its rows are read."""

    where: str
    channel: str
    turns: list[dict[str, str]] = field(default_factory=list)
    ratings: list[dict[str, object]] = field(default_factory=list)


def _csv(path: Path, problems: list[str]) -> Iterator[tuple[str, RatedConversation]]:
    reader = csv.DictReader(StringIO(_text(path), newline=""), strict=True)
    columns = tuple(reader.fieldnames or ())
    if missing := [name for name in _NEEDED if name not in columns]:
        raise InvalidInput(
            f"{path}, line 1: has no column {', '.join(missing)}. The first line names the columns: "
            f"{', '.join(_COLUMNS)}, then one for each technique, and {OVERALL}."
        )
    gathered: dict[str, _Gathered] = {}
    try:
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                problems.append(f"{where}: has {'more' if None in row else 'fewer'} cells than there are columns")
                continue
            conversation = gathered.setdefault(row["id"], _Gathered(where, row["channel"]))
            _add_row(conversation, row, where, problems)
    except csv.Error as error:
        raise InvalidInput(
            f"{path}, line {reader.line_num}: is not CSV ({error}); quote cells that hold quotes"
        ) from error
    for name, found in gathered.items():
        held = {"id": name, "channel": found.channel, "turns": found.turns, "ratings": found.ratings}
        conversation = _validated(held, found.where, problems)
        if conversation is not None:
            yield found.where, conversation


def _add_row(conversation: _Gathered, row: Mapping[str, str], where: str, problems: list[str]) -> None:
    """A row is the next turn; one that names an earlier `turn` is another rater's rating of that one."""
    turn = len(conversation.turns)
    if named := row.get("turn", "").strip():
        if not named.isdecimal() or len(named) > _LONGEST_TURN or int(named) > turn:
            problems.append(
                f"{where}, field turn: {named[:60]!r} is neither {turn}, which comes next, nor an earlier turn"
            )
            return
        turn = int(named)
    if turn == len(conversation.turns):
        conversation.turns.append({"role": row["role"].strip(), "text": row["text"]})
    cells = {name: text.strip() for name, text in row.items() if name not in _COLUMNS and text.strip()}
    levels: dict[str, int | None] = {}
    for name, cell in cells.items():
        if cell.lower() in NO_OCCASION:
            levels[name] = None
        elif cell in {str(level) for level in LEVELS}:
            levels[name] = int(cell)
        else:
            problems.append(
                f"{where}, field {name}: {cell!r} is no level; write 0 to 3, or - where there was no occasion"
            )
    if cells:
        overall = levels.pop(OVERALL, None)
        rater = row.get("rater") or None
        conversation.ratings.append({"turn": turn, "rater": rater, "levels": levels, "overall": overall})
