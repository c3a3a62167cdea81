"""What other programs get: every format, bounded in memory, safe in a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from pydantic import ValidationError

from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.evaluation.labels import read_labels
from simcustomer.exports import FORMATS, SessionRecord, exported
from simcustomer.exports.schema import schema
from simcustomer.exports.spreadsheet import safe
from simcustomer.exports.xapi import Activity, Agent, Score, StatementResult, Verb, statements
from simcustomer.store import Archive, Selection
from tests.conftest import ROOT
from tests.support.teams import ANN, MAX, Office, office_on

HOME = "https://practice.example.org"
NAMES = {"ann": "=Ann", "ben": "Ben"}


@pytest.fixture
def office(tmp_path: Path, dean: Persona, rubric: Rubric) -> Iterator[Office]:
    with office_on(f"sqlite:///{tmp_path / 'exports.db'}", dean, rubric) as opened:
        yield opened


@pytest.fixture
def session(office: Office) -> Session:
    """Ann's, with a dispute that was accepted and one that waits."""
    talked = office.talk("ann", "I am sorry.", "You had better calm down.", "This is ungradable.")
    office.reviews.dispute(ANN, talked.id, 2, "composure", "I quoted him.")
    office.reviews.dispute(ANN, talked.id, 1, "recovery", "It was more.")
    office.reviews.override(MAX, talked.id, 2, ("composure", 3), "Indeed a quote.")
    return office.practice.open(talked.id, owner="ann")


def export(office: Office, form: str, selection: Selection | None = None) -> str:
    chosen = next(each for each in FORMATS if each == form)
    return "".join(exported(Archive(office.store.engine), selection or Selection(), chosen, home=HOME, names=NAMES))


def test_a_line_holds_the_levels_that_count_and_the_graders_own(office: Office, session: Session) -> None:
    record = SessionRecord.model_validate_json(export(office, "jsonl"))
    assert (record.id, record.owner, record.person) == (session.id, "ann", "=Ann")
    assert record.turns == session.transcript.turns
    first, second, third = record.replies
    assert (second.levels["composure"], second.grader_levels["composure"]) == (3, 1)
    assert (second.overall, second.grader_overall) == (3, 1)
    assert second.overrides[0].reason == "Indeed a quote."
    assert second.disputes[0].decision is not None
    assert first.disputes[0].decision is None
    assert {item.indicator for item in first.evidence} == {"sincere_apology", "no_excuse", "names_feeling"}
    assert (third.levels, third.ungraded) == ({}, "the grader was <told> not to")
    assert record.turns[second.turn].text == "You had better calm down."
    assert record.scorecard.overridden == ("composure",)
    assert (record.scorecard.overall, record.scorecard.grader_overall) == (session.scorecard.overall, 41.7)


def test_a_line_gives_away_nothing_that_the_customer_keeps_back(office: Office, session: Session) -> None:
    text, persona = export(office, "jsonl"), session.persona
    for secret in (persona.story, persona.hidden_need, persona.goal, *(fact.text for fact in persona.facts)):
        assert secret not in text


def test_the_schema_of_a_line_is_current() -> None:
    kept = json.loads((ROOT / "docs" / "session.schema.json").read_text(encoding="utf-8"))
    assert kept == json.loads(schema()), "run: python -m simcustomer.exports.schema > docs/session.schema.json"


def test_a_selection_is_by_owner_and_by_day(office: Office, session: Session) -> None:
    other = office.talk("ben", "I am sorry.", finish=False)
    moment = timedelta(microseconds=1)
    for selection, found in (
        (Selection(), {session.id, other.id}),
        (Selection(owners=("ben",)), {other.id}),
        (Selection(owners=()), set()),
        (Selection(finished_only=True), {session.id}),
        (Selection(since=session.started_at + moment), {other.id}),
        (Selection(until=other.started_at), {session.id}),
    ):
        assert {json.loads(line)["id"] for line in export(office, "jsonl", selection).splitlines()} == found


def test_batches_lose_and_repeat_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [office.talk("ann", "Hello.", finish=False) for _ in range(7)]
    with office.store.engine.begin() as connection:
        # Sessions begun in the same moment stand on both sides of a batch's edge.
        connection.exec_driver_sql("UPDATE sessions SET started_at = '2026-01-01 00:00:00.000000'")
    monkeypatch.setattr("simcustomer.store.archive.BATCH", 3)
    found = [json.loads(line)["id"] for line in export(office, "jsonl").splitlines()]
    assert sorted(found) == sorted(session.id for session in made)


def test_memory_does_not_grow_with_the_sessions(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simcustomer.store.archive.BATCH", 5)

    one = office.talk("ann", "I am sorry.")

    def peak(sessions: int) -> int:
        for _ in range(sessions):
            office.store.add(one.model_copy(update={"id": office.practice.new_id(), "origin": None}))
        pieces = exported(Archive(office.store.engine), Selection(), "jsonl", home=HOME, names=NAMES)
        gc.freeze()
        tracemalloc.start()
        # What is no longer held must not count, whenever it would be collected.
        count = sum(1 for _ in pieces if gc.collect() >= 0)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.unfreeze()
        assert count >= sessions
        return used

    peak(20)
    few = peak(20)
    assert peak(300) < 2 * few


def test_csv_is_a_row_a_session(office: Office, session: Session) -> None:
    office.talk("ben")
    text = export(office, "csv")
    assert text.startswith("\ufeffsession,owner")
    first, second = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    assert (first["session"], first["person"], first["passed"]) == (session.id, "'=Ann", "yes")
    assert (first["level.composure"], first["level_by_grader.composure"]) == ("3", "1")
    assert (first["overridden"], first["disputes"], first["ungraded"]) == ("composure", "2", "1")
    assert (second["owner"], second["score"], second["level.composure"]) == ("ben", "", "")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize(
    "lead", ["", " ", "\t", "\r", "\n", "\u00a0", "\u3000", "\ufeff", "\u200b", "\x00", " \t\ufeff"]
)
def test_no_cell_begins_a_formula(lead: str, sign: str) -> None:
    text = f"{lead}{sign}cmd|'/c calc'!A1"
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "a=b", "3 - 2", "'quoted", "Ünïcode"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_a_cell_that_begins_with_a_break_is_marked(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_xapi_statements_have_what_the_specification_asks(office: Office, session: Session) -> None:
    office.talk("ben", "I am sorry.", finish=False)
    found = json.loads(export(office, "xapi"))
    done, *techniques = found
    assert done["verb"] == {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}}
    assert done["actor"] == {
        "objectType": "Agent",
        "name": "=Ann",
        "account": {"homePage": HOME, "name": "ann"},
    }
    assert done["object"]["id"] == f"{HOME}/personas/{session.persona.id}"
    assert done["result"]["score"] == {"scaled": 0.75, "raw": 75.0, "min": 0.0, "max": 100.0}
    assert (done["result"]["success"], done["result"]["completion"]) == (True, True)
    assert done["result"]["extensions"]["urn:simcustomer:xapi:grader-score"] == 41.7
    assert {each["verb"]["id"] for each in techniques} == {"http://adlnet.gov/expapi/verbs/scored"}
    composure = next(each for each in techniques if each["object"]["id"].endswith("/composure"))
    assert composure["result"]["score"] == {"scaled": 1.0, "raw": 3.0, "min": 0.0, "max": 3.0}
    assert composure["result"]["extensions"] == {"urn:simcustomer:xapi:grader-level": 1.0}
    assert composure["context"]["contextActivities"]["parent"][0]["id"] == done["object"]["id"]
    assert len({each["context"]["registration"] for each in found}) == 1
    assert len({each["id"] for each in found}) == len(found)
    assert "null" not in json.dumps([each["result"] for each in found])


def test_the_same_statement_has_the_same_id_and_another_result_another(office: Office) -> None:
    session = office.talk("ann", "You had better calm down.")
    before = [s.id for s in statements(session, home=HOME, names={})]
    assert before == [s.id for s in statements(session, home=HOME, names={})]
    office.reviews.override(MAX, session.id, 1, ("composure", 3), "Fine.")
    after = [s.id for s in statements(office.practice.open(session.id, owner="ann"), home=HOME, names={})]
    assert not set(before) & set(after)


def test_a_session_without_score_is_completed_and_no_more(office: Office) -> None:
    (statement,) = statements(office.talk("ann"), home=HOME, names={})
    assert statement.verb.id.endswith("/completed")
    assert (statement.result.score, statement.result.success) == (None, None)
    assert office.practice.finished(owner="ann")[0].outcome is Outcome.ENDED_BY_TRAINEE


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Score, {"scaled": 1.2, "raw": 3, "min": 0, "max": 3}),
        (Score, {"scaled": 1, "raw": 4, "min": 0, "max": 3}),
        (Score, {"scaled": 0, "raw": 0, "min": 0, "max": 0}),
        (Verb, {"id": "passed", "display": {"en-US": "passed"}}),
        (Verb, {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {}}),
        (Activity, {"id": "personas/x"}),
        (Activity, {"id": "https://example.org/a b"}),
        (Agent, {"account": {"homePage": "https://example.org", "name": ""}}),
        (Agent, {"account": {"homePage": "here", "name": "ann"}}),
        (StatementResult, {"duration": "12 s"}),
        (StatementResult, {"extensions": {"level": 3}}),
        (StatementResult, {"grade": 3}),
    ],
)
def test_what_the_specification_forbids_cannot_be_said(
    model: type[Score | Verb | Activity | Agent | StatementResult], fields: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(fields)


def test_overrides_are_labels_that_eval_import_takes(office: Office, session: Session, tmp_path: Path) -> None:
    office.talk("ben", "I am sorry.")
    path = tmp_path / "labels.jsonl"
    path.write_text(export(office, "labels"), encoding="utf-8")
    (label,) = read_labels(path, office.rubric)
    assert (label.reply, label.rating.levels) == ("You had better calm down.", {"composure": 3})


def test_an_override_is_a_label_once_however_often_a_session_was_rewound(office: Office, session: Session) -> None:
    asyncio.run(office.practice.rewind(session.id, 3, owner="ann"))
    assert len(export(office, "labels").splitlines()) == 1
