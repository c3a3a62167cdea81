from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from simcustomer.errors import InvalidInput, NotFound, SettingsError
from simcustomer.evaluation.results import read_results
from simcustomer.lab.lab import MOST_GIVEN, Lab, evals_folder
from simcustomer.lab.order import Kind, Order, Run, State
from simcustomer.lab.runs import RESULTS
from simcustomer.settings import load_settings
from tests.conftest import ROOT
from tests.lab.conftest import ended, transcript, until

Suites = Callable[..., Run]


def given(kind: Kind, file: str) -> Order:
    return Order(kind=kind, engine="embedded", rubric="difficult-conversations", file=file)


def test_suites_are_measured_counted_and_kept(lab: Lab, suites: Suites) -> None:
    run = suites("agreement", "contrast", split="development", note="before")
    standing = ended(lab, run)
    assert standing.state is State.DONE
    assert standing.progress.parts == {"agreement": (3, 3), "contrast": (2, 2)}
    assert standing.ending
    assert {headline.name for headline in standing.ending.headlines} == {
        "qwk_mean",
        "qwk_overall",
        "ordered",
        "attacks",
    }
    results = lab.folder.results(run.id)
    assert results.provenance.split == "development"
    assert {(d.id, d.technique) for d in results.disagreements} >= {("c1", "empathy"), ("c1", "recovery")}
    assert read_results(lab.folder.download(run.id, RESULTS)) == results
    found, more = lab.standings(10)
    assert [(each.run.id, each.run.by, each.run.order.note) for each in found] == [(run.id, "ana", "before")]
    assert not more


def test_suites_wait_for_each_other_and_a_given_file_does_not(lab: Lab, suites: Suites) -> None:
    first, second = suites("stability"), suites("contrast")
    until(lab, first, lambda s: s.state is State.RUNNING, 5)
    waiting = lab.standing(second.id)
    assert (waiting.state, waiting.ahead) == (State.QUEUED, 1)
    text = json.dumps(transcript("own", "I am sorry.")).encode()
    file = lab.order(given(Kind.TRANSCRIPTS, "own.jsonl"), by="ana", given=text)
    assert lab.standing(file.id).ahead == 0
    lab.cancel(second.id)
    assert lab.standing(second.id).state is State.CANCELLED
    assert ended(lab, file).state is State.DONE
    assert ended(lab, first).state is State.DONE


def test_a_run_that_is_cancelled_leaves_no_process_and_no_results(lab: Lab, suites: Suites) -> None:
    run = suites("stability")
    until(lab, run, lambda s: s.progress.now == "stability")
    lab.cancel(run.id)
    assert ended(lab, run).state is State.CANCELLED
    assert [path.name for path in lab.folder.place(run.id).iterdir() if path.name.startswith((".", "results"))] == []
    assert _processes_of(run.id) == []
    again = ended(lab, lab.again(run.id, by="ben"))
    assert (again.state, again.run.order.suites, again.run.by) == (State.DONE, ("stability",), "ben")


def _processes_of(run_id: str) -> list[str]:
    found: list[str] = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        try:
            line = (entry / "cmdline").read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            continue
        if run_id in line:
            found.append(line)
    return found


def test_a_server_that_stops_leaves_its_runs_interrupted(lab: Lab, suites: Suites) -> None:
    going, waiting = suites("stability"), suites("contrast")
    other = Lab(load_settings())
    assert {other.standing(run.id).state for run in (going, waiting)} <= {State.RUNNING, State.QUEUED}
    lab.close()
    assert _processes_of(going.id) == []
    for run in (going, waiting):
        assert other.standing(run.id).state is State.INTERRUPTED
    other.remove(going.id)
    with pytest.raises(NotFound):
        other.standing(going.id)


def test_transcripts_are_graded_as_the_command_does(lab: Lab) -> None:
    lines = [json.dumps(transcript("own", "I am sorry that nobody came.")), "{broken"]
    run = lab.order(given(Kind.TRANSCRIPTS, "calls.jsonl"), by="ana", given="\n".join(lines).encode())
    standing = ended(lab, run)
    assert standing.state is State.DONE
    assert standing.ending
    assert [remark.partition(":")[0] for remark in standing.ending.remarks] == ["calls.jsonl, line 2"]
    (graded,) = lab.folder.graded(run.id)
    assert (graded.id, graded.turn) == ("own", 1)
    assert {item["technique"] for item in graded.evidence} >= {"recovery"}
    assert lab.folder.transcripts(run.id)[0].turns[1].text == "I am sorry that nobody came."
    assert "recovery" in lab.folder.rubric(run.id).ids


def test_ratings_are_measured_and_mistakes_named_by_the_files_own_name(lab: Lab) -> None:
    rated = transcript("own", "I am sorry.") | {"ratings": [{"turn": 1, "levels": {"recovery": 2}}]}
    good = lab.order(given(Kind.LABELS, "ours.jsonl"), by="ana", given=json.dumps(rated).encode())
    bad = lab.order(given(Kind.LABELS, "ours.csv"), by="ana", given=b"id,text\na,b\n")
    assert ended(lab, good).state is State.DONE
    assert lab.folder.results(good.id).provenance.split == "own labels"
    standing = ended(lab, bad)
    assert standing.state is State.FAILED
    assert standing.ending
    assert standing.ending.problem
    assert standing.ending.problem.startswith("ours.csv, line 1: has no column channel, role.")


@pytest.mark.parametrize(
    ("changed", "content", "says"),
    [
        ({"engine": "openai"}, b"{}", "not set up"),
        ({}, b"", "empty"),
        ({}, b"x" * (MOST_GIVEN + 1), "1,024 KiB"),
        ({"kind": Kind.SUITES}, None, "No suite"),
        ({"kind": Kind.SUITES, "suites": ("acts",)}, None, "no data for acts"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    lab: Lab, changed: dict[str, object], content: bytes | None, says: str
) -> None:
    order = given(Kind.TRANSCRIPTS, "a.jsonl").model_copy(update=changed)
    with pytest.raises(InvalidInput, match=says):
        lab.order(order, by="ana", given=content)
    assert lab.standings(10) == ([], False)


def test_a_run_is_found_by_its_own_name_alone(lab: Lab, evals: Path) -> None:
    for name in ("../evals", "", "..", f"{evals}", "20260101-000000-00000000"):
        with pytest.raises(NotFound):
            lab.standing(name)


def test_the_evals_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert evals_folder(load_settings()) == ROOT / "evals"
    monkeypatch.setenv("SIMCUSTOMER_EVALS_DIR", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="SIMCUSTOMER_EVALS_DIR"):
        evals_folder(load_settings())
    monkeypatch.setenv("SIMCUSTOMER_EVALS_DIR", str(tmp_path))
    assert Lab(load_settings()).suites == ()


@pytest.mark.skipif(not hasattr(os, "nice"), reason="priorities are a matter of POSIX")
def test_a_run_yields_to_everything_else(lab: Lab, suites: Suites) -> None:
    run = suites("stability")
    until(lab, run, lambda s: s.progress.now == "stability")
    working = lab._suites._working[run.id].process  # pyright: ignore[reportPrivateUsage]
    assert os.getpriority(os.PRIO_PROCESS, working.pid) == 19
    lab.cancel(run.id)


def test_a_run_that_was_erased_while_it_was_worked_on_stops_nothing(lab: Lab) -> None:
    text = json.dumps(transcript("own", "I am sorry.")).encode()
    gone = lab.order(given(Kind.TRANSCRIPTS, "own.jsonl"), by="ana", given=text)
    assert lab.folder.forget("ana") == 1
    kept = lab.order(given(Kind.TRANSCRIPTS, "own.jsonl"), by="ben", given=text)
    assert ended(lab, kept).state is State.DONE
    with pytest.raises(NotFound):
        lab.standing(gone.id)
