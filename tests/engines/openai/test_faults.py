"""Every kind of fault, in short; the long form writes docs/reliability.md."""

from __future__ import annotations

import asyncio

import pytest

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.library import Library
from tests.conftest import ROOT
from tests.engines.openai.extraction import extracted
from tests.engines.openai.reliability import measured
from tests.support.model_server import FAULTS, HELD

RECOVERS = [fault for fault in FAULTS if fault not in HELD and fault != "echo of the key"]


@pytest.mark.parametrize("role", ["customer", "grader"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_no_reply_and_makes_no_score(role: str, fault: str, dean: Persona, rubric: Rubric) -> None:
    tally = asyncio.run(measured(role, fault, times=None, runs=1, persona=dean, rubric=rubric))
    assert tally.unhandled == []
    assert (tally.lost, tally.invented, tally.foreign) == (0, 0, 0)
    # Time for which a busy machine had no CPU for this process is not the engine's.
    assert tally.overshoot - tally.starved <= 1.0


@pytest.mark.parametrize("role", ["customer", "grader"])
@pytest.mark.parametrize("fault", RECOVERS)
def test_a_fault_that_passes_is_borne(role: str, fault: str, dean: Persona, rubric: Rubric) -> None:
    tally = asyncio.run(measured(role, fault, times=1, runs=1, persona=dean, rubric=rubric))
    if fault == "refusal":
        assert set(tally.outcomes) <= {"answered", "try again", "ungraded"}
    else:
        assert dict(tally.outcomes) == {{"customer": "answered", "grader": "graded"}[role]: 1}
    assert (tally.unhandled, tally.foreign) == ([], 0)


def test_nothing_hidden_can_be_fished_for(library: Library) -> None:
    found = asyncio.run(extracted(library, messages=36))
    assert (found.facts, found.prompts, found.keys) == ([], [], [])
    assert found.answered >= 20


def test_the_page_of_measurements_lists_every_fault() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert [fault for fault in FAULTS if page.count(f"| {fault} |") != 2] == []
