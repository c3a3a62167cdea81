from __future__ import annotations

import pytest

from simcustomer.evaluation.comparison import comparison, incomparable
from simcustomer.evaluation.figures import Figure
from simcustomer.evaluation.provenance import Measured
from simcustomer.evaluation.results import Results

PROVENANCE = Measured(
    version="1",
    engine="embedded",
    grader="embedded-grader/3",
    rubric="r1",
    rubric_id="own",
    split="test",
    data={"golden": "g1"},
    code="e1",
    calibration="k1",
)


def results(figure: Figure | None, suite: str = "agreement", **provenance: object) -> Results:
    return Results(
        provenance=PROVENANCE.model_copy(update=provenance), techniques={}, suites={suite: (figure,) if figure else ()}
    )


def qwk(value: float | None, **fields: object) -> Figure:
    return Figure.model_validate({"name": "qwk.empathy", "value": value, "n": 100} | fields)


BEFORE = qwk(0.7, low=0.6, high=0.8)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (BEFORE, qwk(0.81), "better"),
        (BEFORE, qwk(0.79), "same"),
        (BEFORE, qwk(0.61), "same"),
        (BEFORE, qwk(0.59), "worse"),
        (BEFORE, None, "missing"),
        (None, BEFORE, "missing"),
        (BEFORE, qwk(None), "missing"),
        (qwk(3, better="lower"), qwk(2, better="lower"), "better"),
        (qwk(3, better="lower"), qwk(4, better="lower"), "worse"),
        (qwk(1.0), qwk(1.0), "same"),
        (qwk(0.5, better=None), qwk(0.1, better=None), "unjudged"),
    ],
)
def test_a_figure_is_judged_by_the_interval_of_before(
    before: Figure | None, after: Figure | None, verdict: str
) -> None:
    (change,) = comparison(results(before), results(after))
    assert change.verdict == verdict
    assert (change.by is None) == (verdict == "missing")


def test_baselines_and_suites_of_one_run_alone_are_left_out() -> None:
    assert comparison(results(qwk(0.7, of="length")), results(qwk(0.1, of="length"))) == []
    assert comparison(results(BEFORE), results(BEFORE, suite="contrast")) == []


@pytest.mark.parametrize(
    ("provenance", "suite", "says"),
    [
        ({"rubric": "r2"}, "agreement", "rubric"),
        ({"split": "development"}, "agreement", "split"),
        ({"data": {"golden": "g2"}}, "agreement", "golden"),
        ({}, "contrast", "the one measured agreement, the other contrast"),
    ],
)
def test_runs_that_answer_different_questions_are_not_compared(
    provenance: dict[str, object], suite: str, says: str
) -> None:
    (reason,) = incomparable(results(BEFORE), results(BEFORE, suite, **provenance))
    assert says in reason


def test_another_engine_is_what_a_comparison_is_for() -> None:
    assert incomparable(results(BEFORE), results(BEFORE, engine="openai", grader="openai/x", code="other")) == []
