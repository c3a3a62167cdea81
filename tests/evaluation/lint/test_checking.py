from __future__ import annotations

from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.lint import lint_file
from simcustomer.library import Library
from tests.conftest import ROOT
from tests.evaluation.lint.planting import DEAN, line_of, only, planted

SHIPPED = sorted(path.stem for path in (ROOT / "personas").glob("*.yaml"))


@pytest.mark.parametrize("persona_id", SHIPPED)
def test_the_shipped_personas_are_clean(persona_id: str, library: Library, rubric: Rubric) -> None:
    assert [str(finding) for finding in lint_file(library.persona_file(persona_id), rubric)] == []


def test_an_id_unlike_the_files_name_is_found_beside_other_faults(tmp_path: Path, rubric: Rubric) -> None:
    findings = planted(
        tmp_path, rubric, (f"id: {DEAN}", "id: someone-else"), ("misstep: empathy.hollow", "misstep: empathy.holow")
    )
    assert [finding.field for finding in findings] == ["id", "triggers.0.misstep"]
    assert (findings[0].line, findings[0].remedy) == (2, "make them agree")
    assert "'someone-else'" in findings[0].what


def test_a_file_that_cannot_be_loaded_gives_the_same_kind_of_finding(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, ("channel: phone", "channel: fax")))
    assert (found.file, found.line, found.field) == (
        str(tmp_path / f"{DEAN}.yaml"),
        line_of(tmp_path, "channel: fax"),
        "channel",
    )
    assert found.remedy
    broken = only(planted(tmp_path, rubric, ("voice:\n", "voice: [\n")))
    assert broken.line
    assert "check the indentation" in broken.remedy


@pytest.mark.parametrize("bound", ["anger_at_most: 12", "trust_at_least: -1"])
def test_a_threshold_outside_the_scale_is_found_on_loading(bound: str, tmp_path: Path, rubric: Rubric) -> None:
    field = bound.split(":", maxsplit=1)[0]
    old = {"anger_at_most": "anger_at_most: 4.2", "trust_at_least": "trust_at_least: 5.8"}[field]
    found = only(planted(tmp_path, rubric, (old, bound)))
    assert found.field == f"endings.resolved.{field}"
    assert found.line == line_of(tmp_path, bound)


def test_the_schema_comment_is_asked_for(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, ("# yaml-language-server: $schema=../docs/persona.schema.json\n", "")))
    assert found.line == 1
    assert "yaml-language-server" in found.remedy


def test_a_finding_reads_as_file_line_field_what_remedy(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, ("misstep: empathy.hollow", "misstep: empathy.holow")))
    line = line_of(tmp_path, "empathy.holow")
    assert str(found).startswith(
        f"{tmp_path / DEAN}.yaml, line {line}, field triggers.0.misstep: 'empathy.holow' is not"
    )
    assert str(found).endswith(f"; {found.remedy}")
    assert "empathy.hollow" in found.remedy
