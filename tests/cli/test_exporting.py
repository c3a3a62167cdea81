from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simcustomer import wiring
from simcustomer.cli import app
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput, NotFound
from simcustomer.settings import load_settings
from tests.support.signed_in import PASSWORD
from tests.support.teams import Office, office_on

RUNNER = CliRunner()


@pytest.fixture
def office(dean: Persona, rubric: Rubric) -> Iterator[Office]:
    """One session of somebody without account, and one of Ann's in the team Billing."""
    with office_on(load_settings().database_url, dean, rubric) as opened:
        ann = wiring.accounts(opened.store).add("ann", password=PASSWORD, team="Billing")
        opened.talk("local", "I am sorry.")
        opened.talk(ann.id, "You had better calm down.")
        yield opened


def exported(*options: str) -> list[dict[str, object]]:
    result = RUNNER.invoke(app, ["export", *options], catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("options", "people"),
    [
        ([], [None, "ann"]),
        (["--owner", "local"], [None]),
        (["--team", "Billing"], ["ann"]),
        (["--since", (date.today() + timedelta(days=1)).isoformat()], []),
        (["--since", date.today().isoformat(), "--until", date.today().isoformat()], [None, "ann"]),
        (["--until", (date.today() - timedelta(days=1)).isoformat()], []),
    ],
)
def test_options_choose_sessions(office: Office, options: list[str], people: list[str | None]) -> None:
    assert [line["person"] for line in exported(*options)] == people


def test_a_file_is_private_and_whole(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "out" / "sessions.csv"
    path.parent.mkdir()
    assert exported("--format", "csv", "-o", str(path)) == []
    assert path.read_bytes().startswith(b"\xef\xbb\xbfsession,owner,person")
    assert path.read_bytes().count(b"\r\n") == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_statements_are_one_array(office: Office) -> None:
    result = RUNNER.invoke(app, ["export", "--format", "xapi", "--home-page", "https://practice.example.org"])
    homes = {statement["actor"]["account"]["homePage"] for statement in json.loads(result.stdout)}
    assert homes == {"https://practice.example.org"}


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (["--format", "pdf"], InvalidInput, "no format 'pdf'"),
        (["--owner", "ann", "--team", "Billing"], InvalidInput, "not both"),
        (["--team", "Nowhere"], NotFound, "nobody in a team"),
        (["--home-page", "here"], InvalidInput, "is no address"),
        (["-o", "/nowhere/at/all.jsonl"], InvalidInput, "cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_said(
    office: Office, options: list[str], error: type[Exception], words: str
) -> None:
    result = RUNNER.invoke(app, ["export", *options])
    assert isinstance(result.exception, error)
    assert words in str(result.exception)
