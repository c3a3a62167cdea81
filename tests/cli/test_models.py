"""The command line with model-backed engines, as the README and docs/models.md tell it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.conftest import ROOT
from tests.support.model_server import ModelServer, threaded_model_server
from tests.support.players import honest
from tests.support.practising import KEY

CHAT = "I am so sorry that nobody came to you three times.\nWhat does the display show now, please, Dean?\n/end\n"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with threaded_model_server(honest) as served:
        yield served


@pytest.fixture
def simcustomer(server: ModelServer, tmp_path: Path) -> Command:
    """The command with a model on the server, its key, a price, and a book of calls."""

    def command(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "SIMCUSTOMER_OPENAI_BASE_URL": server.url,
            "SIMCUSTOMER_OPENAI_MODEL": "stub",
            "SIMCUSTOMER_OPENAI_API_KEY": KEY,
            "SIMCUSTOMER_PRICES": '{"stub": {"input": 2, "output": 8}}',
            "SIMCUSTOMER_USAGE_LOG": str(tmp_path / "calls.jsonl"),
        }
        return run(*arguments, stdin=stdin, **(settings | variables))

    return command


def test_a_whole_practice_with_models_in_every_role(simcustomer: Command, server: ModelServer) -> None:
    done = simcustomer("chat", "no-heat-third-visit", "--engine", "openai", stdin=CHAT)
    assert done.returncode == 0, done.stderr
    assert "time of asking" in done.stdout
    assert "not graded" not in done.stdout
    assert "It went as it went with Dean Ackroyd." in done.stdout
    assert "models: 5 calls" in done.stderr
    assert "cost" in done.stderr
    assert KEY not in done.stdout + done.stderr
    assert set(server.keys) == {KEY}
    used = json.loads(simcustomer("usage", "--json").stdout)
    assert {role: totals["calls"] for role, totals in used.items()} == {"customer": 2, "grader": 2, "coach": 1}


def test_the_readme_leads_to_a_practice_with_a_model(server: ModelServer, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(part for part in readme.split("```") if "SIMCUSTOMER_OPENAI_MODEL" in part)
    exported, *commands = [line for line in block.splitlines()[1:] if line.strip()]
    variables = dict(pair.split("=", 1) for pair in exported.removeprefix("export ").split())
    variables["SIMCUSTOMER_OPENAI_BASE_URL"] = server.url
    for command in commands:
        done = run(*command.removeprefix(".venv/bin/simcustomer ").split(), stdin=CHAT, **variables)
        assert done.returncode == 0, done.stderr
    assert "It went as it went with Dean Ackroyd." in done.stdout


def test_evals_of_a_model_run_from_recordings(simcustomer: Command, tmp_path: Path) -> None:
    evals, calls = tmp_path / "evals", str(tmp_path / "calls")
    (evals / "golden").mkdir(parents=True)
    for name in ("conversations.jsonl", "ratings.jsonl"):
        lines = (ROOT / "evals" / "golden" / name).read_text(encoding="utf-8").splitlines()
        first = [line for line in lines if json.loads(line)["id"] in ("ca-01", "ca-02")]
        (evals / "golden" / name).write_text("\n".join(first) + "\n", encoding="utf-8")
    (evals / "golden" / "split.json").write_text(
        '{"made": "-", "development": ["ca-01", "ca-02"], "test": []}', encoding="utf-8"
    )
    arguments = ("eval", "run", "agreement", "--evals", str(evals), "--split", "all", "--json", "--engine", "openai")
    first = simcustomer(*arguments, "--record", calls)
    assert first.returncode == 0, first.stderr
    again = run(*arguments, "--replay", calls)
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    figures = {figure["name"]: figure for figure in json.loads(again.stdout)["suites"]["agreement"]}
    assert figures["ungraded"]["value"] == 0
    for path in sorted(Path(calls).iterdir())[1:]:
        path.unlink()
    fewer = run(*arguments, "--replay", calls)
    figures = {figure["name"]: figure for figure in json.loads(fewer.stdout)["suites"]["agreement"]}
    assert figures["ungraded"]["value"] == figures["ungraded"]["n"] - 1


@pytest.mark.slow
def test_engines_are_chosen_role_by_role(simcustomer: Command, server: ModelServer) -> None:
    done = simcustomer("chat", "no-heat-third-visit", "--customer-engine", "openai", stdin=CHAT)
    assert done.returncode == 0, done.stderr
    assert {bool(body.get("stream")) for body in server.requests} == {True}
    asked = len(server.requests)
    done = simcustomer("simulate", "no-heat-third-visit", "--grader-engine", "openai", "--trainee", "cold")
    assert done.returncode == 0, done.stderr
    assert {bool(body.get("stream")) for body in server.requests[asked:]} == {False}


def test_doctor_asks_the_models_and_shows_no_key(simcustomer: Command) -> None:
    done = simcustomer("doctor")
    assert done.returncode == 0, done.stdout
    assert "customer model: stub at 127.0.0.1" in done.stdout
    assert "form json_schema" in done.stdout
    assert KEY not in done.stdout
    done = simcustomer("doctor", SIMCUSTOMER_GRADER_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 1
    assert "FAIL grader model: The connection to stub at 127.0.0.1:9 failed." in done.stdout


def test_a_model_that_is_not_set_is_one_clear_sentence() -> None:
    done = run("chat", "no-heat-third-visit", "--engine", "openai")
    assert done.returncode == 2
    assert "SIMCUSTOMER_OPENAI_MODEL" in done.stderr
    assert "Traceback" not in done.stderr


def test_recorded_grades_play_back_without_a_server(simcustomer: Command, tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "text": "Nobody came."},
        {"role": "trainee", "text": "I am sorry that nobody came to you this morning."},
    ]
    file, calls = tmp_path / "in.jsonl", str(tmp_path / "calls")
    file.write_text(json.dumps({"id": "a", "channel": "chat", "turns": turns}) + "\n", encoding="utf-8")
    first = simcustomer("grade", str(file), "--engine", "openai", "--record", calls)
    assert first.returncode == 0, first.stderr
    again = run("grade", str(file), "--engine", "openai", "--replay", calls)
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert json.loads(again.stdout)["levels"]["recovery"] is not None
    assert "confidence" not in json.loads(again.stdout)
    sampled = simcustomer("grade", str(file), "--engine", "openai", SIMCUSTOMER_SAMPLES="3")
    assert set(json.loads(sampled.stdout)["confidence"].values()) == {1.0}
    both = run("grade", str(file), "--engine", "openai", "--replay", calls, "--record", calls)
    assert (both.returncode, "not both" in both.stderr) == (2, True)


@pytest.mark.slow
def test_replies_that_had_no_grade_get_one_later(simcustomer: Command, server: ModelServer) -> None:
    server.play = lambda body: honest(body) if body.get("stream") else "nonsense"
    done = simcustomer("chat", "no-heat-third-visit", "--engine", "openai", stdin=CHAT)
    assert "Not graded" in done.stdout
    failed = simcustomer("regrade", "--engine", "openai")
    assert failed.returncode == 1
    assert "still not" in failed.stdout
    server.play = honest
    done = simcustomer("regrade", "--engine", "openai")
    assert (done.returncode, "2 replies graded" in done.stdout) == (0, True), done.stdout + done.stderr
    assert "Every reply has its grade." in simcustomer("regrade", "--engine", "openai").stdout


def test_a_customer_that_fails_can_be_tried_again_in_the_chat(simcustomer: Command, server: ModelServer) -> None:
    calls = iter(range(1_000))
    # The first answer and its repair are nonsense; the next one, after Enter, is not.
    server.play = lambda body: "nonsense" if body.get("stream") and next(calls) < 2 else honest(body)
    typed = "I am so sorry that nobody came to you three times.\nAnd something else.\n\n/end\n"
    done = simcustomer("chat", "no-heat-third-visit", "--engine", "openai", stdin=typed)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Press Enter to try again") == 2
    assert "time of asking" in done.stdout
    assert "It went as it went with Dean Ackroyd." in done.stdout


def test_the_embedded_engine_loads_no_openai() -> None:
    code = (
        "import sys; sys.argv = ['simcustomer', 'simulate', 'no-heat-third-visit']\n"
        "from simcustomer.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "print([m for m in ('openai', 'simcustomer.engines.openai.client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
