"""Grading by the Batch API: the grades of the live grader, whatever order and state answers come in, and none paid for twice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from simcustomer import wiring
from simcustomer.bulk.batch import Tally, grade_by_batch
from simcustomer.domain.rubric import Rubric
from simcustomer.engines.openai import batch_folder
from simcustomer.errors import InvalidInput, ModelError
from simcustomer.evaluation.grading import graded_replies, read_transcripts
from simcustomer.settings import ModelChoice, Settings
from tests.cli.test_cli import run
from tests.conftest import ROOT
from tests.support.batch_server import BatchApi, Body, Going, batch_api
from tests.support.model_server import threaded_model_server
from tests.support.players import honest

KEY = "sk-secret-key"


class Quiet:
    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.statuses: list[str] = []

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def pause(self, status: str) -> None:
        self.statuses.append(status)


class Stopped(Exception):
    """Whoever waits has had enough."""


class Impatient(Quiet):
    def pause(self, status: str) -> None:
        raise Stopped


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    lines = (ROOT / "evals" / "golden" / "conversations.jsonl").read_text(encoding="utf-8").splitlines()[:1]
    path = tmp_path / "transcripts.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def settings(url: str, **more: Any) -> Settings:
    return Settings(openai=ModelChoice(base_url=url, model="stub", api_key=SecretStr(KEY)), **more)


def graded(api: BatchApi, source: Path, rubric: Rubric, listener: Quiet | None = None, **more: Any) -> Tally:
    target = source.with_name("out.jsonl")
    grader, model = wiring.Models(settings(api.url, **more)).engines.batch_grader(source.with_name("out.jsonl.batch"))
    return asyncio.run(grade_by_batch(source, target, rubric, grader, model, listener or Quiet()))


def lines(source: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in source.with_name("out.jsonl").read_text(encoding="utf-8").splitlines()]


def live(source: Path, rubric: Rubric, **more: Any) -> str:
    async def all_of(url: str) -> str:
        grader = wiring.grader("openai", wiring.Models(settings(url, **more)))
        entries = [entry for entry in read_transcripts(source) if not isinstance(entry, str)]
        return "".join([reply.line for entry in entries async for reply in graded_replies(entry, grader, rubric)])

    with threaded_model_server(honest) as server:
        return asyncio.run(all_of(server.url))


@pytest.mark.parametrize("more", [{}, {"samples": 2, "batching": "technique"}], ids=["whole", "by technique"])
def test_the_grades_are_those_of_the_live_grader(
    tmp_path: Path, rubric: Rubric, transcripts: Path, more: dict[str, Any]
) -> None:
    with batch_api(honest) as api:
        listener = Quiet()
        outcome = graded(api, transcripts, rubric, listener, **more)
    assert transcripts.with_name("out.jsonl").read_text(encoding="utf-8") == live(transcripts, rubric, **more)
    assert outcome.ungraded == outcome.problems == 0
    calls = outcome.replies * (2 * len(rubric.techniques) if more else 1)
    assert len(api.asked) == calls
    assert len(api.batches) == 1
    assert listener.statuses == ["validating", "in_progress", "finalizing"]


def test_an_answer_that_cannot_be_used_is_asked_for_once_more(rubric: Rubric, transcripts: Path) -> None:
    def careless(body: Body) -> str:
        return honest(body) if len(body["messages"]) > 2 else "{"

    with batch_api(careless) as api:
        outcome = graded(api, transcripts, rubric)
    assert outcome.ungraded == 0
    assert len(api.batches) == 2
    assert len(api.asked) == 2 * outcome.replies
    assert lines(transcripts) == [json.loads(line) for line in live(transcripts, rubric).splitlines()]


def test_what_is_never_of_use_is_ungraded_and_asked_anew_later(rubric: Rubric, transcripts: Path) -> None:
    answers = ["{"]
    with batch_api(lambda body: answers[0] or honest(body)) as api:
        first = graded(api, transcripts, rubric)
        assert first.ungraded == first.replies == len(api.asked) // 2
        assert "could not be used twice" in lines(transcripts)[0]["ungraded"]
        answers[0] = ""
        assert graded(api, transcripts, rubric).ungraded == 0


_LIMIT = {"response": {"status_code": 429, "body": {"error": {"message": f"no, {KEY}"}}}, "error": None}
_EXPIRED = {"response": None, "error": {"code": "batch_expired", "message": f"too late, {KEY}"}}


@pytest.mark.parametrize(
    ("going", "failed", "said"),
    [
        (Going(fails=lambda number: _LIMIT if number == 2 else None), 1, "failed (status 429)"),
        (Going(ends="expired", fails=lambda number: _EXPIRED if number > 0 else None), -1, "failed (batch_expired)"),
        (Going(ends="expired", unanswered=lambda number: number > 1), -2, "expired without an answer"),
        (Going(ends="failed", code="token_limit_exceeded"), 0, "failed (token_limit_exceeded) without an answer"),
        (Going(ends="cancelled", unanswered=lambda number: number == 0), 1, "cancelled without an answer"),
    ],
    ids=["one line", "expired", "expired, no error file", "failed", "cancelled"],
)
def test_what_failed_is_ungraded_with_its_reason_and_alone_asked_for_again(
    rubric: Rubric, transcripts: Path, going: Going, failed: int, said: str
) -> None:
    with batch_api(honest, going, Going()) as api:
        first = graded(api, transcripts, rubric)
        wanted = failed if failed > 0 else first.replies + failed
        assert first.ungraded == wanted > 0
        reasons = [line["ungraded"] for line in lines(transcripts) if line["ungraded"]]
        assert len(reasons) == wanted
        assert all(said in reason for reason in reasons)
        assert KEY not in transcripts.with_name("out.jsonl").read_text(encoding="utf-8")
        assert len(lines(transcripts)) == first.replies
        second = graded(api, transcripts, rubric)
    assert second.ungraded == 0
    assert len(api.asked) == first.replies + wanted
    assert lines(transcripts) == [json.loads(line) for line in live(transcripts, rubric).splitlines()]


def test_a_run_that_was_stopped_collects_what_it_handed_in(rubric: Rubric, transcripts: Path) -> None:
    with batch_api(honest) as api:
        for _ in range(2):
            with pytest.raises(Stopped):
                graded(api, transcripts, rubric, Impatient())
        assert not transcripts.with_name("out.jsonl").exists()
        outcome = graded(api, transcripts, rubric)
        assert outcome.ungraded == 0
        assert (len(api.asked), len(api.batches)) == (outcome.replies, 1)
        graded(api, transcripts, rubric)
        assert len(api.batches) == 1


@pytest.mark.parametrize(("path", "status"), [("/v1/batches", 403), ("/v1/files", 403), ("/v1/batches/batch_0", 404)])
def test_a_refusal_ends_the_run_and_the_next_pays_for_nothing_twice(
    rubric: Rubric, transcripts: Path, path: str, status: int
) -> None:
    with batch_api(honest) as api:
        api.refuses.append((path, status))
        with pytest.raises(ModelError) as raised:
            graded(api, transcripts, rubric)
        assert KEY not in str(raised.value)
        outcome = graded(api, transcripts, rubric)
        assert outcome.ungraded == 0
        assert (len(api.asked), len(api.batches)) == (outcome.replies, 1)


def test_requests_go_into_as_many_batches_as_they_need(
    rubric: Rubric, transcripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_folder, "MOST_REQUESTS", 3)
    with batch_api(honest) as api:
        outcome = graded(api, transcripts, rubric)
    assert outcome.replies > 3
    assert len(api.batches) == -(-outcome.replies // 3)
    assert outcome.ungraded == 0


def test_an_answer_that_was_half_written_is_fetched_again(rubric: Rubric, transcripts: Path) -> None:
    with batch_api(honest) as api:
        outcome = graded(api, transcripts, rubric)
        kept = transcripts.with_name("out.jsonl.batch") / "answers.jsonl"
        kept.write_bytes(kept.read_bytes()[:-200])
        assert graded(api, transcripts, rubric).ungraded == 0
        assert len(api.asked) == outcome.replies + 1
        (kept.parent / "batches.json").write_text("[]", encoding="utf-8")
        with pytest.raises(InvalidInput, match="Move it away"):
            graded(api, transcripts, rubric)


def test_the_command_grades_by_batch_and_says_what_it_came_to(tmp_path: Path, transcripts: Path) -> None:
    target = tmp_path / "out.jsonl"
    with batch_api(honest, Going(fails=lambda number: _LIMIT if number == 1 else None)) as api:
        variables = {
            "SIMCUSTOMER_OPENAI_BASE_URL": api.url,
            "SIMCUSTOMER_OPENAI_MODEL": "stub",
            "SIMCUSTOMER_OPENAI_API_KEY": KEY,
        }
        arguments = ("grade", str(transcripts), "-o", str(target), "--batch", "--poll", "0.05")
        done = run(*arguments, "--engine", "openai", **variables)
        assert done.returncode == 0, done.stderr
        assert "replies are ungraded, each with its reason" in done.stderr
        assert f"{len(lines(transcripts))} calls (1 failed)" in done.stderr
        assert KEY not in done.stderr + target.read_text(encoding="utf-8")
        assert "Choose it with --engine openai" in run(*arguments, **variables).stderr
