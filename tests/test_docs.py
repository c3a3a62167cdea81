"""What is generated must be what is in the repository."""

from __future__ import annotations

import json
import re

from simcustomer import wiring
from simcustomer.cli.reference import reference
from simcustomer.domain.persona import Act, Brief, Cause, Kind, Persona, Remedy, Voice
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.sway import Consequence, Deed
from simcustomer.domain.transcript import Channel
from simcustomer.evaluation.coverage import coverage, gaps
from simcustomer.evaluation.explain import explained
from simcustomer.evaluation.lint import lint_file
from simcustomer.evaluation.pins import pin_path
from simcustomer.evaluation.provenance import measured
from simcustomer.evaluation.reliability import pinned_words, word_of
from simcustomer.evaluation.results import read_results
from simcustomer.library import Library
from tests.conftest import ROOT


def test_the_command_line_reference_is_current() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference(), (
        "run: python -m simcustomer.cli.reference > docs/cli.md"
    )


def test_the_persona_schema_is_current() -> None:
    kept = json.loads((ROOT / "docs" / "persona.schema.json").read_text(encoding="utf-8"))
    assert kept == Persona.model_json_schema(), "run: simcustomer personas schema > docs/persona.schema.json"


def test_the_drawing_of_the_graph_is_current() -> None:
    drawn = wiring.studio_graph().get_graph().draw_mermaid().strip()
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert drawn in text


EXAMPLE = ROOT / "docs" / "examples" / "the-book-i-returned.yaml"


def test_the_guides_worked_example_is_clean_and_every_piece_of_it_is_from_there(rubric: Rubric) -> None:
    assert [str(finding) for finding in lint_file(EXAMPLE, rubric)] == []
    example = EXAMPLE.read_text(encoding="utf-8").splitlines()
    guide = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 10
    lines = {line for block in blocks for line in block.splitlines() if "yaml-language-server" not in line}
    assert sorted(lines - set(example)) == []


def test_the_guide_names_all_that_an_author_can_choose_from(rubric: Rubric) -> None:
    guide = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    choices = [*Act, *Kind, *Cause, *Remedy, *Deed, *Consequence, *Channel]
    named = {*rubric.ids, *Persona.model_fields, *Voice.model_fields, *Brief.model_fields, *(c.value for c in choices)}
    assert sorted(name for name in named if not re.search(rf"\b{name}\b", guide)) == []


def test_every_link_in_the_documents_leads_somewhere() -> None:
    missing = [
        f"{document.name}: {target}"
        for document in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert missing == []


def test_studio_can_build_and_run_the_graph() -> None:
    config = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))
    file, function = config["graphs"]["exchange"].split(":")
    assert (ROOT / file).is_file()
    assert set(getattr(wiring, function)().get_graph().nodes) >= {"customer", "grade", "settle", "debrief"}


def test_the_coverage_map_is_current_and_has_no_gap(library: Library) -> None:
    made = coverage(library.personas(), library.rubric(), ROOT / "evals" / "contrasts")
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == made, (
        "run: simcustomer personas coverage > docs/coverage.md"
    )
    assert "**none**" not in made
    assert list(gaps(library.personas())) == []


def test_the_guide_to_the_grader_is_that_of_the_pins() -> None:
    pins = read_results(pin_path(ROOT / "evals", "embedded"))
    assert (ROOT / "docs" / "grader.md").read_text(encoding="utf-8") == explained(pins), (
        "run: simcustomer eval explain > docs/grader.md"
    )


def test_debriefs_say_what_the_pins_say() -> None:
    pins = read_results(pin_path(ROOT / "evals", "embedded"))
    assert pinned_words(pins.provenance.grader, pins.provenance.rubric) == {
        name: word_of(pins.figure("agreement", f"qwk.{name}")) for name in pins.techniques
    }, "run: simcustomer eval run --pin"


def test_the_pins_are_of_the_grader_and_the_rubric_that_are_here(library: Library) -> None:
    kept = read_results(pin_path(ROOT / "evals", "embedded")).provenance
    here = measured(
        engine="embedded", grader=wiring.grader().name, rubric=library.rubric(), split=kept.split, data=kept.data
    )
    for what in ("grader", "calibration", "rubric"):
        assert getattr(kept, what) == getattr(here, what), (
            f"the {what} changed: run simcustomer eval compare, then simcustomer eval run --pin"
        )
