"""The model server fails in every way that servers do, for the customer and for the grader."""

from __future__ import annotations

import asyncio

import pytest

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.library import Library
from tests.engines.openai.extraction import extracted
from tests.faults.model_faults import CROWD, DEADLINE, crowded, measured, model_faults
from tests.faults.row import Row
from tests.support.model_server import FAULTS, HELD

ROW = Row(
    number=5,
    title="The model server fails",
    method=f"""
A server on loopback fails in one way, while a trainee sends one reply through `practice.respond`: so many runs in which only the first
call fails ("once") and as many in which every call does ("every time"), for the customer and for the grader, with a deadline of
{DEADLINE:g} s for all calls of one answer. "Answered" and "graded" mean that the exchange was settled with a real answer or grade; "try
again" that the trainee is told that the customer cannot be reached while the reply stays stored; "ungraded" that the answer stands and the
grade is missing with its reason (`simcustomer regrade` gives it later). Then {CROWD} practices at once on one store, whose first calls
fail, for every kind of fault. Then messages that ask for hidden facts, the prompt or the key, to the shipped personas in turn, against a
model that repeats its whole prompt and the key it was called with (as it is, behind a valid head, with its lines shuffled, and with
every entry reported as met); a piece of the prompt is six words in a row, a heading, a code or a boundary.

- unhandled: exceptions other than our own errors
- lost replies: replies that are not in the store after the failure
- invented scores: grades where the model gave none that could be read, or levels without a verified quote
- shown or logged: the key, the words of another role, or the reply in a log
- most over the deadline: of the whole exchange, our own work and waiting for a CPU included
""",
    full=50,
    measure=model_faults,
)

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


def test_fifty_practices_bear_a_failing_server(dean: Persona, rubric: Rubric) -> None:
    crowd = asyncio.run(crowded("internal error (500)", sessions=CROWD, persona=dean, rubric=rubric))
    assert (crowd.exchanges, crowd.unhandled, crowd.lost) == (CROWD, [], [])


def test_nothing_hidden_can_be_fished_for(library: Library) -> None:
    found = asyncio.run(extracted(library, messages=36))
    assert (found.facts, found.prompts, found.keys) == ([], [], [])
    assert found.answered >= 20
