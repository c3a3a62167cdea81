"""CSV for spreadsheets: one session a row, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from io import StringIO

from simcustomer.domain.rubric import Rubric
from simcustomer.exports.records import SessionRecord

FORMULA_SIGNS = "=+-@"
"""What begins a formula in a spreadsheet; full-width forms of them do so in some."""

COLUMNS = (
    "session",
    "owner",
    "person",
    "persona",
    "title",
    "customer",
    "channel",
    "difficulty",
    "started_at",
    "ended_at",
    "outcome",
    "replies",
    "graded",
    "ungraded",
    "score",
    "pass_mark",
    "passed",
    "score_by_grader",
    "overridden",
    "disputes",
    "rubric",
    "rubric_version",
    "grader",
    "customer_engine",
    "again_from_session",
    "again_from_reply",
)

Cell = str | int | float | bool | None


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: with an apostrophe ahead where it would.

    Signs count after blanks, control and invisible characters too, since spreadsheets drop those before they look.
    """
    for character in text:
        if unicodedata.category(character)[0] in "ZC":
            continue
        return f"'{text}" if unicodedata.normalize("NFKC", character)[0] in FORMULA_SIGNS else _unled(text)
    return _unled(text)


def _unled(text: str) -> str:
    """A tab or line break ahead may begin a formula by itself when the file is pasted."""
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") else text


def rows(records: Iterable[SessionRecord], rubrics: Iterable[Rubric]) -> Iterator[str]:
    """Lines of CSV, the names of the columns first; two columns for each technique of these rubrics."""
    techniques = tuple(dict.fromkeys(technique for rubric in rubrics for technique in rubric.ids))
    yield _line((*COLUMNS, *(f"{kind}.{name}" for name in techniques for kind in ("level", "level_by_grader"))))
    for record in records:
        yield _line((*_facts(record), *_levels(record, techniques)))


def _facts(record: SessionRecord) -> tuple[Cell, ...]:
    card = record.scorecard
    return (
        record.id,
        record.owner,
        record.person,
        record.persona.id,
        record.persona.title,
        record.persona.name,
        record.persona.channel.value,
        record.persona.difficulty,
        record.started_at.isoformat(timespec="seconds"),
        record.ended_at.isoformat(timespec="seconds") if record.ended_at else None,
        record.outcome.value if record.outcome else None,
        len(record.replies),
        card.graded,
        card.ungraded,
        card.overall,
        record.rubric.pass_mark,
        card.passed,
        card.grader_overall,
        " ".join(card.overridden),
        sum(len(reply.disputes) for reply in record.replies),
        record.rubric.id,
        record.rubric.version,
        record.provenance.grader,
        record.provenance.customer,
        record.origin.session if record.origin else None,
        record.origin.reply if record.origin else None,
    )


def _levels(record: SessionRecord, techniques: Iterable[str]) -> Iterator[Cell]:
    for technique in techniques:
        yield record.scorecard.levels.get(technique)
        yield record.scorecard.grader_levels.get(technique)


def _line(cells: Iterable[Cell]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([_written(cell) for cell in cells])
    return out.getvalue()


def _written(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return safe(cell) if isinstance(cell, str) else "" if cell is None else f"{cell:g}"
