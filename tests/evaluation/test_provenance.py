from __future__ import annotations

from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.provenance import folder_hash, measured


def test_a_hash_follows_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "contrasts"
    folder.mkdir()
    (folder / "a.jsonl").write_text("1", encoding="utf-8")
    first = folder_hash(tmp_path, "contrasts")
    (folder / "README.md").write_text("words", encoding="utf-8")
    assert folder_hash(tmp_path, "contrasts") == first
    (folder / "a.jsonl").rename(folder / "b.jsonl")
    moved = folder_hash(tmp_path, "contrasts")
    (folder / "b.jsonl").write_text("2", encoding="utf-8")
    assert len({first, moved, folder_hash(tmp_path, "contrasts")}) == 3


def test_data_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"golden: holds no data .*--evals"):
        folder_hash(tmp_path, "golden")


def test_the_embedded_engine_has_code_and_calibration_and_another_has_none(rubric: Rubric) -> None:
    embedded = measured(engine="embedded", grader="g", rubric=rubric, split="test", data={})
    assert len(embedded.code) == 16
    assert embedded.calibration is not None
    other = measured(engine="elsewhere", grader="g", rubric=rubric, split="test", data={})
    assert other.calibration is None
    assert other.code != embedded.code
