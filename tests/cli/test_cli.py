"""The command line as its users call it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SIMCUSTOMER = Path(sys.executable).parent / "simcustomer"
GOLDEN = ROOT / "evals" / "golden" / "conversations.jsonl"


def run(*arguments: str, stdin: str = "", cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    return subprocess.run(
        [str(SIMCUSTOMER), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        check=False,
        timeout=120,
    )


def test_help_lists_the_commands_and_loads_nothing_heavy() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("serve", "chat", "grade", "simulate", "personas", "doctor"):
        assert command in done.stdout
    code = (
        "import sys, simcustomer.cli; "
        "print([m for m in ('gradio', 'langgraph', 'sklearn', 'sqlalchemy', 'pydantic', 'numpy') if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_personas_are_listed_for_machines() -> None:
    done = run("personas", "list", "--json")
    listed = json.loads(done.stdout)["personas"]
    assert {"id", "name", "channel", "difficulty"} <= set(listed[0])
    assert {persona["channel"] for persona in listed} == {"chat", "email", "phone"}
    assert "hidden_need" not in listed[0]


def test_personas_are_listed_one_a_line() -> None:
    listed = run("personas", "list", COLUMNS="80").stdout.splitlines()
    assert len(listed) == 1 + len(list((ROOT / "personas").glob("*.yaml"))) + 1
    assert all(len(line.rstrip()) <= 80 for line in listed)
    jean = next(line for line in listed if line.startswith("closing-his-account"))
    assert jean.split() == ["closing-his-account", "phone", "medium", "!", "electricity", "supplier"]
    assert "content note" in listed[-1]


def test_show_keeps_what_is_hidden() -> None:
    shown = run("personas", "show", "no-heat-third-visit").stdout
    assert "What you may do" in shown
    assert "pneumonia" not in shown
    assert "Deal breakers" not in shown
    assert "pneumonia" in run("personas", "show", "no-heat-third-visit", "--json").stdout
    for_author = run("personas", "show", "no-heat-third-visit", "--author").stdout
    for says in ("What you may do", "pneumonia", "Deal breakers", "told him that he was out when he was in"):
        assert says in for_author


def test_every_shipped_persona_passes_lint() -> None:
    done = run("personas", "lint")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(line.endswith(": nothing to mend") for line in done.stdout.splitlines())


def test_lint_finds_and_exits_one(tmp_path: Path) -> None:
    text = (ROOT / "personas" / "no-heat-third-visit.yaml").read_text(encoding="utf-8")
    (tmp_path / "no-heat-third-visit.yaml").write_text(
        text.replace("technique: recovery", "technique: recovry"), encoding="utf-8"
    )
    done = run("personas", "lint", SIMCUSTOMER_PERSONAS_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "'recovry' is not in the rubric" in done.stdout
    (tmp_path / "no-heat-third-visit.yaml").write_text(text.replace("channel: phone", "channel: fax"), encoding="utf-8")
    done = run("personas", "lint", "--json", SIMCUSTOMER_PERSONAS_DIR=str(tmp_path))
    assert done.returncode == 1
    found = json.loads(done.stdout)["personas"][0]["findings"][0]
    assert found["file"] == str(tmp_path / "no-heat-third-visit.yaml")
    assert (found["field"], found["line"]) == ("channel", 1 + text[: text.index("channel:")].count("\n"))
    assert "nput should be" in found["what"]
    assert found["remedy"]
    assert run("personas", "lint", "nobody").returncode == 2


def test_lint_tells_advice_from_what_is_to_mend(tmp_path: Path) -> None:
    text = (ROOT / "personas" / "no-heat-third-visit.yaml").read_text(encoding="utf-8")
    file = tmp_path / "no-heat-third-visit.yaml"
    file.write_text(text.partition("\n")[2], encoding="utf-8")
    done = run("personas", "lint", SIMCUSTOMER_PERSONAS_DIR=str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "no-heat-third-visit: nothing to mend, 1 to consider"
    assert done.stdout.splitlines()[1].startswith("  advice: ")
    file.write_text(text.partition("\n")[2].replace("technique: recovery", "technique: recovry", 1), encoding="utf-8")
    done = run("personas", "lint", SIMCUSTOMER_PERSONAS_DIR=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "no-heat-third-visit: 1 to mend, 1 to consider"
    assert "recovry" in done.stdout.splitlines()[1]
    found = json.loads(run("personas", "lint", "--json", SIMCUSTOMER_PERSONAS_DIR=str(tmp_path)).stdout)
    assert sorted(each["advice"] for each in found["personas"][0]["findings"]) == [False, True]


def test_grade_prints_a_line_for_each_reply_with_verbatim_quotes(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = run("grade", str(GOLDEN), "-o", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    conversations = {c["id"]: c for c in map(json.loads, GOLDEN.read_text(encoding="utf-8").splitlines())}
    expected = {
        (c["id"], i) for c in conversations.values() for i, turn in enumerate(c["turns"]) if turn["role"] == "trainee"
    }
    graded = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {(g["id"], g["turn"]) for g in graded} == expected
    assert len(graded) == len(expected) == 268
    for reply in graded:
        text = conversations[reply["id"]]["turns"][reply["turn"]]["text"]
        assert reply["ungraded"] is None
        assert reply["overall"] in range(4)
        assert all(evidence["quote"] in text for evidence in reply["evidence"])
        assert all(("indicator" in evidence) != ("misstep" in evidence) for evidence in reply["evidence"])


def test_grade_names_bad_lines_and_grades_the_others(tmp_path: Path) -> None:
    good = GOLDEN.read_text(encoding="utf-8").splitlines()[0]
    turns = [{"role": "trainee", "text": "Hi"}]
    bad = [
        "{",
        json.dumps({"id": "x", "channel": "fax", "turns": []}),
        json.dumps({"id": "y", "channel": "chat", "turns": turns}),
    ]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join([bad[0], good, *bad[1:], ""]), encoding="utf-8")
    done = run("grade", str(file))
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == sum(turn["role"] == "trainee" for turn in json.loads(good)["turns"])
    for says in ("line 1: is not JSON", "line 3, field channel", "line 4, field turns: turn 0 is the trainee's"):
        assert says in done.stderr


def test_simulate_prints_whole_sessions(tmp_path: Path) -> None:
    out = tmp_path / "runs.jsonl"
    done = run("simulate", "no-heat-third-visit", "--trainee", "expert", "--n", "2", "--seed", "4", "-o", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    runs = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [run_["seed"] for run_ in runs] == [4, 5]
    for session in runs:
        replies = sum(turn["role"] == "trainee" for turn in session["turns"])
        assert len(session["replies"]) == replies == len(session["moods"]) - 1
        assert session["outcome"]
        assert 0 <= session["scorecard"]["overall"] <= 100
    assert json.loads(run("simulate", "no-heat-third-visit", "--seed", "4").stdout) == runs[0]


def test_chat_goes_from_brief_to_debrief() -> None:
    done = run(
        "chat", "no-heat-third-visit", "--seed", "2",
        stdin="I'm sorry nobody came three times. What does the boiler show?\n\n/brief\nCalm down, it's only a boiler.\n/end\n",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for says in (
        "What you may do",
        "Dean Ackroyd:",
        "E2",
        "Your reply is empty",
        "Debrief",
        "You scored",
        "Try this instead",
    ):
        assert says in done.stdout


def test_the_debrief_leads_with_what_to_do_and_keeps_the_details_for_who_asks() -> None:
    replies = (
        "I'm sorry nobody came three times, and you lost three days' pay over it. What does the boiler show?\n"
        "Calm down, it's only a boiler.\nI can book Sunita Rao for you, first job of the day tomorrow.\n/end\n"
    )
    short = run("chat", "no-heat-third-visit", "--seed", "2", stdin=replies).stdout
    debrief = short[short.index("\nDebrief") :]
    order = [
        "You scored",
        "What went well",
        "What to work on",
        "Try this instead",
        "Level by technique",
        "Reply by reply",
    ]
    assert [debrief.index(part) for part in order] == sorted(debrief.index(part) for part in order)
    assert debrief.count("Try this instead") == 2
    assert "The customer's mood" not in debrief
    assert len(debrief.splitlines()) <= 48
    session = debrief.rsplit("--session ", 1)[1].split()[0]
    full = run("chat", "--session", session, "--full").stdout
    for says in ("The customer's mood", "Reply 1: I'm sorry nobody came", "Reply 3: I can book Sunita"):
        assert says in full


def test_grade_remarks_on_an_id_that_stands_twice(tmp_path: Path) -> None:
    line = GOLDEN.read_text(encoding="utf-8").splitlines()[0]
    file = tmp_path / "in.jsonl"
    file.write_text(f"{line}\n{line}\n", encoding="utf-8")
    done = run("grade", str(file))
    assert done.returncode == 0
    assert "line 2: has the id" in done.stderr
    assert "of line 1" in done.stderr
    replies = sum(turn["role"] == "trainee" for turn in json.loads(line)["turns"])
    assert len(done.stdout.splitlines()) == 2 * replies


def test_chat_rewinds_to_a_reply() -> None:
    first = run(
        "chat", "no-heat-third-visit", "--seed", "2", stdin="What does the boiler show?\nCalm down.\n/end\n"
    ).stdout
    fork = first.rsplit("--rewind ", 1)[1].split()[0].replace(":1", ":2")
    done = run("chat", "--rewind", fork, stdin="I'm sorry that nobody came three times.\n/end\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "What does the boiler show?" in done.stdout
    assert "You: Calm down." not in done.stdout
    assert "Debrief" in done.stdout


def test_chat_goes_on_with_a_session_that_was_left(tmp_path: Path) -> None:
    first = run("chat", "no-heat-third-visit", "--seed", "2", stdin="What does the boiler show?\n/quit\n").stdout
    session = next(line.split()[-1] for line in first.splitlines() if line.startswith("Session "))
    again = run("chat", "--session", session, stdin="/end\n").stdout
    assert "What does the boiler show?" in again
    assert "Debrief" in again


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chat", "nobody"], "There is no persona 'nobody'"),
        (["chat"], "Name a persona"),
        (["chat", "--rewind", "some-session"], "--rewind takes a session and the number of a reply"),
        (["chat", "--rewind", "none:1"], "no such session"),
        (["chat", "no-heat-third-visit", "--rewind", "none:1"], "Name one"),
        (["chat", "--session", "none"], "no such session"),
        (["simulate", "no-heat-third-visit", "--trainee", "nobody"], "There is no trainee 'nobody'"),
        (["personas", "show", "../../etc/passwd"], "There is no persona"),
        (["grade", "nowhere.jsonl"], "cannot be read"),
        (["grade", str(GOLDEN), "--rubric", "none"], "There is no rubric 'none'"),
        (["grade", str(GOLDEN), "--engine", "none"], "There is no engine 'none'"),
        (["grade", str(GOLDEN), "-o", "/nowhere/out.jsonl"], "cannot be written"),
        (["serve", "--host", "0.0.0.0"], "Say by which names people open the web app"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_code_two(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unusable_setting_is_named() -> None:
    done = run("doctor", SIMCUSTOMER_LONGEST_REPLY="many")
    assert done.returncode == 2
    assert "SIMCUSTOMER_LONGEST_REPLY" in done.stderr


def test_doctor_says_what_is_used_and_what_is_wrong(tmp_path: Path) -> None:
    done = run("doctor", "--json")
    assert done.returncode == 0
    assert {check["name"] for check in json.loads(done.stdout)["checks"]} == {
        "version",
        "personas",
        "rubric",
        "database",
        "engines",
        "models",
    }
    done = run("doctor", "--json", SIMCUSTOMER_PERSONAS_DIR=str(tmp_path / "nowhere"))
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert not checks["personas"]["ok"]
    assert checks["rubric"]["ok"]
    (tmp_path / "damaged.db").write_bytes(b"nonsense" * 500)
    done = run("doctor", SIMCUSTOMER_DATABASE_URL=f"sqlite:///{tmp_path / 'damaged.db'}")
    assert done.returncode == 1
    assert "FAIL database" in done.stdout
    assert "damaged" in done.stdout
