"""That grading in parts gives what one run gives, and that a run that broke off is taken up without loss or repeat."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from simcustomer.bulk.grading import Spread, grade_in_parts, here
from simcustomer.bulk.progress import Mark
from simcustomer.bulk.work import Graded, Setup
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import EngineError, InvalidInput
from simcustomer.settings import load_settings
from tests.cli.test_cli import run
from tests.conftest import ROOT

T = TypeVar("T")
R = TypeVar("R")

SIZE = 2_500


class Heard:
    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.parts = 0

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def came_to(self, mark: Mark, part: Graded) -> None:
        self.parts += 1


class BreaksOff:
    """Work that ends after some loads, as where a machine is lost; counts what was begun."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.worked = 0

    def __call__(self, loads: Sequence[Callable[[], T]], work: Callable[[T], R]) -> Iterator[R]:
        for load in loads:
            if self.left == 0:
                raise EngineError("The cluster is gone.")
            self.left -= 1
            self.worked += 1
            yield work(load())


@pytest.fixture(scope="module")
def setup(rubric: Rubric) -> Setup:
    return Setup.of("embedded", load_settings(), rubric)


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    """Conversations, with an id that comes again, a line that is none, and an empty one between."""
    lines = (ROOT / "evals" / "golden" / "conversations.jsonl").read_text(encoding="utf-8").splitlines()[:4]
    lines = [*lines[:3], "", "no transcript", lines[1], *lines[3:]]
    path = tmp_path / "transcripts.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def graded(source: Path, target: Path, setup: Setup, spread: Spread = here) -> Heard:
    heard = Heard()
    grade_in_parts(source, target, setup, spread, heard, size=SIZE)
    return heard


def test_parts_give_what_the_command_gives_on_one_machine(tmp_path: Path, setup: Setup, transcripts: Path) -> None:
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    done = run("grade", str(transcripts), "-o", str(whole))
    heard = graded(transcripts, parts, setup)
    assert heard.parts > 3
    assert parts.read_bytes() == whole.read_bytes()
    assert done.returncode == 2
    assert [f"simcustomer: {sentence}" for sentence in heard.sentences] == done.stderr.splitlines()[:-1]
    assert "line 5: is not JSON" in heard.sentences[0]
    assert "line 6: has the id" in heard.sentences[1]
    keys = [(line["id"], line["turn"]) for line in map(json.loads, parts.read_text(encoding="utf-8").splitlines())]
    again = json.loads(transcripts.read_text(encoding="utf-8").splitlines()[5])["id"]
    assert {key for key in keys if keys.count(key) != 1} == {key for key in keys if key[0] == again}


@pytest.mark.parametrize("after", [0, 2])
def test_a_run_that_broke_off_is_taken_up(tmp_path: Path, setup: Setup, transcripts: Path, after: int) -> None:
    whole, target = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    parts = graded(transcripts, whole, setup).parts
    first, second = BreaksOff(after), BreaksOff(1_000)
    with pytest.raises(EngineError):
        graded(transcripts, target, setup, first)
    assert not target.exists()
    # What a crash left behind the mark must not stay.
    with (tmp_path / "out.jsonl.partial").open("ab") as partial:
        partial.write(b'{"id": "half a li')
    graded(transcripts, target, setup, second)
    assert first.worked + second.worked == parts
    assert target.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.glob("out.*")) == ["out.jsonl"]


def test_what_was_added_to_the_file_since_is_graded_too(tmp_path: Path, setup: Setup, transcripts: Path) -> None:
    target, whole = tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    with pytest.raises(EngineError):
        graded(transcripts, target, setup, BreaksOff(2))
    added = transcripts.read_text(encoding="utf-8").splitlines()[0].replace('"id": "', '"id": "new-')
    with transcripts.open("a", encoding="utf-8") as lines:
        lines.write(added + "\n")
    graded(transcripts, target, setup)
    graded(transcripts, whole, setup)
    assert target.read_bytes() == whole.read_bytes()
    assert '"id": "new-' in target.read_text(encoding="utf-8")


def _changed_rubric(setup: Setup, source: Path, target: Path) -> Setup:
    technique = setup.rubric.techniques[0]
    other = technique.model_copy(update={"guidance": "something else"})
    changed = setup.rubric.model_copy(update={"techniques": (other, *setup.rubric.techniques[1:])})
    return Setup.of("embedded", setup.settings, changed)


def _changed_input(setup: Setup, source: Path, target: Path) -> Setup:
    source.write_text(re.sub("a", "e", source.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    return setup


def _broken_record(setup: Setup, source: Path, target: Path) -> Setup:
    target.with_name("out.jsonl.progress.json").write_text("{}", encoding="utf-8")
    return setup


def _shorter_output(setup: Setup, source: Path, target: Path) -> Setup:
    target.with_name("out.jsonl.partial").write_bytes(b"")
    return setup


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_changed_rubric, "another grader, version or rubric"),
        (_changed_input, "not what was graded before"),
        (_broken_record, "is no record"),
        (_shorter_output, "shorter than its record"),
    ],
)
def test_nothing_is_taken_up_that_would_not_fit(
    tmp_path: Path, setup: Setup, transcripts: Path, change: Callable[[Setup, Path, Path], Setup], said: str
) -> None:
    target = tmp_path / "out.jsonl"
    with pytest.raises(EngineError):
        graded(transcripts, target, setup, BreaksOff(2))
    setup = change(setup, transcripts, target)
    with pytest.raises(InvalidInput, match=said) as raised:
        graded(transcripts, target, setup)
    assert "Delete" in str(raised.value)
    assert not target.exists()


def test_text_that_is_no_utf_8_ends_the_run(tmp_path: Path, setup: Setup, transcripts: Path) -> None:
    transcripts.write_bytes(transcripts.read_bytes() + b"\xff\xff\n")
    with pytest.raises(InvalidInput, match="is not UTF-8 text"):
        graded(transcripts, tmp_path / "out.jsonl", setup)


def test_a_file_without_replies_is_told(tmp_path: Path, setup: Setup) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text(
        '{"id": "a", "channel": "chat", "turns": [{"role": "customer", "text": "Hi"}]}\n', encoding="utf-8"
    )
    with pytest.raises(InvalidInput, match="no trainee reply"):
        graded(empty, tmp_path / "out.jsonl", setup)


def test_the_command_goes_on_where_it_was_stopped(tmp_path: Path, transcripts: Path) -> None:
    whole, target = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run("grade", str(transcripts), "-o", str(whole))
    done = run("grade", str(transcripts), "-o", str(target), "--resume")
    assert done.returncode == 2
    assert target.read_bytes() == whole.read_bytes()
    assert "Name the output" in run("grade", str(transcripts), "--resume").stderr
