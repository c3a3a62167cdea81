"""Exports held against their schemas by a validator that is not ours."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.exports import exported
from simcustomer.store import Archive, Selection
from tests.conftest import ROOT
from tests.support.teams import ANN, MAX, Office, office_on

XAPI = json.loads(Path(__file__).with_name("xapi-1.0.3.schema.json").read_text(encoding="utf-8"))
LINE = json.loads((ROOT / "docs" / "session.schema.json").read_text(encoding="utf-8"))
NUMBER = {"type": "string", "pattern": r"^(\d+(\.\d+)?)?$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"}
ROW = {
    "type": "object",
    "required": ["session", "owner", "persona", "started_at", "outcome", "replies", "score", "rubric"],
    "properties": {
        "session": {"type": "string", "minLength": 1},
        "channel": {"enum": ["chat", "email", "phone"]},
        "started_at": TIME,
        "ended_at": {"anyOf": [TIME, {"const": ""}]},
        "passed": {"enum": ["yes", "no", ""]},
        **dict.fromkeys(("replies", "graded", "ungraded", "score", "pass_mark", "disputes", "rubric_version"), NUMBER),
    },
    "patternProperties": {r"^level(_by_grader)?\.": {"type": "string", "pattern": r"^([0-3](\.\d+)?)?$"}},
    "additionalProperties": {"type": "string"},
}
"""docs/exports.md as a schema of a row, each cell a text."""


@pytest.fixture
def office(tmp_path: Path, dean: Persona, rubric: Rubric) -> Iterator[Office]:
    """Sessions of every kind: overridden and disputed, ungraded, without a reply, open, rewound."""
    with office_on(f"sqlite:///{tmp_path / 'exports.db'}", dean, rubric) as opened:
        talked = opened.talk("ann", "I am sorry.", "You had better calm down.", "This is ungradable.")
        opened.reviews.dispute(ANN, talked.id, 2, "composure", "I quoted him.")
        opened.reviews.override(MAX, talked.id, 2, ("composure", None), "Indeed a quote.")
        opened.talk("ben", "This is ungradable.")
        opened.talk("ben")
        opened.talk("ben", "=1+1 and \u2028 \U0001f600 \u202e", finish=False)
        yield opened


def export(office: Office, form: Any) -> str:
    home = "https://practice.example.org/a b".replace(" ", "%20")
    return "".join(exported(Archive(office.store.engine), Selection(), form, home=home, names={"ann": "Ann"}))


def problems(schema: dict[str, Any], document: object) -> list[str]:
    checked = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in checked.iter_errors(document)]


def test_every_line_is_as_its_schema_says(office: Office) -> None:
    lines = export(office, "jsonl").split("\n")[:-1]
    assert len(lines) == 4
    assert [problem for line in lines for problem in problems(LINE, json.loads(line))] == []
    broken = json.loads(lines[0]) | {"replies": "none"}
    assert problems(LINE, broken) != []


def test_every_statement_is_as_the_specification_says(office: Office) -> None:
    statements = json.loads(export(office, "xapi"))
    assert {s["verb"]["id"].rsplit("/", 1)[1] for s in statements} >= {"completed", "scored"}
    assert [problem for each in statements for problem in problems(XAPI, each)] == []
    assert len({s["id"] for s in statements}) == len(statements)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "no uuid"),
        ("actor", {"name": "Ann"}),
        ("verb", {"id": "passed"}),
        ("timestamp", "noon"),
        ("extra", 1),
        ("result", None),
    ],
)
def test_the_schema_of_statements_refuses(office: Office, field: str, value: object) -> None:
    statement = json.loads(export(office, "xapi"))[0]
    assert problems(XAPI, statement | {field: value}) != []


def test_every_row_is_as_the_page_says(office: Office) -> None:
    rows = list(csv.DictReader(StringIO(export(office, "csv").removeprefix("\ufeff"), newline="")))
    assert len(rows) == 4
    assert [problem for row in rows for problem in problems(ROW, row)] == []
    assert len({len(row) for row in rows}) == 1
