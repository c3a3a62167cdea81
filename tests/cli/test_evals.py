"""The eval commands as their users call them: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.conftest import ROOT

PINS = ROOT / "evals" / "baselines" / "embedded.json"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evals") / "results.json"
    done = run("eval", "run", "evidence", "agreement", "--no-baselines", "-o", str(path))
    assert done.returncode == 0, done.stderr
    assert "band_short" in done.stdout
    assert "quotes_verbatim" in done.stdout
    return path


def worsened(measured: Path, tmp_path: Path, **provenance: str) -> Path:
    held = json.loads(measured.read_text(encoding="utf-8"))
    held["provenance"] |= provenance
    for figure in held["suites"]["evidence"]:
        figure["value"] = 0.5
    path = tmp_path / "worse.json"
    path.write_text(json.dumps(held), encoding="utf-8")
    return path


def test_what_is_as_it_was_pinned_passes(measured: Path) -> None:
    done = run("eval", "compare", str(measured), "--pins", str(measured))
    assert (done.returncode, done.stderr) == (0, "")
    assert "No figure is below its pin" in done.stdout


def test_what_fell_is_named_and_exits_one(measured: Path, tmp_path: Path) -> None:
    done = run("eval", "compare", str(worsened(measured, tmp_path)), "--pins", str(measured))
    assert done.returncode == 1
    assert "evidence quotes_verbatim: 0.500 (pinned 1.000, at least 1.000 must be kept)" in done.stdout


def test_another_rubric_is_refused_unless_it_is_asked_for(measured: Path, tmp_path: Path) -> None:
    worse = str(worsened(measured, tmp_path, rubric="0" * 16))
    refused = run("eval", "compare", worse, "--pins", str(measured))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "the rubric was difficult-conversations" in refused.stderr
    assert "--across-data" in refused.stderr
    assert run("eval", "compare", worse, "--pins", str(measured), "--across-data").returncode == 1


def test_the_report_is_written_from_results(measured: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run("eval", "report", str(measured), "-o", str(page)).returncode == 0
    assert "<title>Evals of embedded-grader" in page.read_text(encoding="utf-8")


def test_a_team_measures_agreement_with_its_own_ratings(tmp_path: Path) -> None:
    labels = tmp_path / "own.csv"
    rows = [
        f"c{n},chat,customer,Where is my parcel?,,\nc{n},chat,trainee,{text},{level},{level}"
        for n, (text, level) in enumerate(
            [("I am so sorry. I will find it today and ring you by five.", 3), ("No.", 0)]
        )
    ]
    labels.write_text("id,channel,role,text,recovery,overall\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = run("eval", "import", str(labels), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    figures = {figure["name"]: figure for figure in found["suites"]["agreement"]}
    assert figures["qwk.recovery"]["n"] == 2
    assert figures["qwk.recovery"]["value"] > 0
    assert figures["qwk.empathy"]["n"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["eval", "run", "nonsense"], "There is no suite 'nonsense'"),
        (["eval", "run", "--split", "x"], "There is no split 'x'"),
        (["eval", "run", "evidence", "--pin"], "use --pin without SUITE"),
        (["eval", "compare", "--pins", "nowhere.json"], "nowhere.json: there are no pins yet"),
        (["eval", "report", "nowhere.json"], "nowhere.json: cannot be read"),
        (["eval", "import", "nowhere.csv"], "nowhere.csv: cannot be read"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_code_two(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert says in done.stderr


def test_without_scikit_learn_the_baselines_say_what_to_do() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None; "
        "sys.argv = ['simcustomer', 'eval', 'run', 'agreement']; from simcustomer.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "simcustomer[evals]" in done.stderr
    assert "--no-baselines" in done.stderr
