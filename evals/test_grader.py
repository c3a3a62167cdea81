"""The suites of `simcustomer eval` as tests: `pytest evals` measures a grader and holds it against its pins."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.evaluation.measure import Measurement, measure
from simcustomer.evaluation.pins import differing, falls, pin_path
from simcustomer.evaluation.results import Results, read_results
from simcustomer.evaluation.suite_names import SUITES
from simcustomer.library import Library

EVALS = Path(__file__).parent


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--grader-engine"))


@pytest.fixture(scope="session")
def pinned(engine: str) -> Results:
    path = pin_path(EVALS, engine)
    assert path.exists(), f"{path}: there are no pins yet. Write them with: simcustomer eval run --pin"
    return read_results(path)


@pytest.fixture(scope="session")
def now(engine: str) -> Results:
    rubric = Library(EVALS.parent / "personas", EVALS.parent / "rubrics").rubric()
    return asyncio.run(measure(Measurement(engine, partial(wiring.grader, engine), rubric, EVALS)))


def test_the_pins_are_of_these_data_and_this_rubric(pinned: Results, now: Results) -> None:
    assert differing(pinned.provenance, now.provenance) == [], "pin anew: simcustomer eval run --pin"


@pytest.mark.parametrize("suite", SUITES)
def test_no_figure_is_below_its_pin_by_more_than_its_interval(suite: str, pinned: Results, now: Results) -> None:
    assert suite in pinned.suites
    assert [fall.sentence for fall in falls(pinned, now) if fall.suite == suite] == []
