from __future__ import annotations

import json
from pathlib import Path

import pytest

from simcustomer.errors import InvalidInput
from simcustomer.evaluation.figures import Figure, share
from simcustomer.evaluation.pins import changed, differing, falls, write_pin, write_reliability
from simcustomer.evaluation.provenance import Measured
from simcustomer.evaluation.reliability import pinned_words, word_of
from simcustomer.evaluation.results import Disagreement, Results, read_results

PROVENANCE = Measured(
    version="1",
    engine="embedded",
    grader="embedded-grader/2",
    rubric="r1",
    rubric_id="own",
    split="test",
    data={"golden": "g1", "contrasts": "c1"},
    code="e1",
    calibration="k1",
)


def results(*figures: Figure, **provenance: object) -> Results:
    return Results(
        provenance=PROVENANCE.model_copy(update=provenance),
        techniques={"empathy": "Empathy"},
        suites={"agreement": figures},
    )


def qwk(value: float | None, **fields: object) -> Figure:
    return Figure.model_validate({"name": "qwk.empathy", "value": value, "n": 100} | fields)


PINNED = qwk(0.7, low=0.6, high=0.8)
COUNTED = Figure(name="attacks_with_a_gain", value=2, n=10, better="lower")


@pytest.mark.parametrize(
    ("pinned", "now", "falls_by"),
    [
        (PINNED, qwk(0.95), 0),
        (PINNED, qwk(0.61), 0),
        (PINNED, qwk(0.59), 1),
        (PINNED, qwk(None), 1),
        (PINNED, None, 1),
        (qwk(1.0), qwk(0.999), 1),
        (COUNTED, COUNTED.model_copy(update={"value": 1}), 0),
        (COUNTED, COUNTED.model_copy(update={"value": 3}), 1),
        (qwk(0.7, better=None), qwk(0.1), 0),
        (qwk(0.7, of="length"), qwk(0.1, of="length"), 0),
        (qwk(None), None, 0),
    ],
)
def test_a_figure_falls_when_it_is_worse_by_more_than_its_interval(
    pinned: Figure, now: Figure | None, falls_by: int
) -> None:
    fallen = falls(results(pinned), results(*([now] if now else [])))
    assert len(fallen) == falls_by
    assert all(pinned.name in fall.sentence for fall in fallen)


def test_a_suite_that_was_not_run_falls_not() -> None:
    now = results().model_copy(update={"suites": {"evidence": ()}})
    assert falls(results(PINNED), now) == []


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"rubric": "r2"}, "rubric"),
        ({"split": "all"}, "split"),
        ({"data": {"golden": "g2"}}, "golden"),
    ],
)
def test_another_question_is_named(change: dict[str, object], names: str) -> None:
    (sentence,) = differing(PROVENANCE, PROVENANCE.model_copy(update=change))
    assert names in sentence


def test_another_engine_is_what_is_compared() -> None:
    other = PROVENANCE.model_copy(update={"code": "e2", "data": {"golden": "g1"}})
    assert differing(PROVENANCE, other) == []
    assert changed(PROVENANCE, other) == ["code e1 -> e2"]


def test_pins_can_be_read_again_and_hold_no_conversations(tmp_path: Path) -> None:
    found = Disagreement(id="c", turn=1, technique="empathy", rated=3, given=0, raters=(3,), quotes=())
    path = tmp_path / "baselines" / "embedded.json"
    write_pin(results(PINNED).model_copy(update={"disagreements": (found,)}), path)
    assert read_results(path) == results(PINNED)


def test_a_file_that_holds_no_results_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"suites": 3}', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"x\.json, field .*eval run"):
        read_results(path)


@pytest.mark.parametrize(
    ("figure", "word"),
    [
        (None, "not measured"),
        (qwk(None), "not measured"),
        (qwk(0.8, low=0.7, high=0.9), "good"),
        (qwk(0.8, low=0.5, high=0.9), "fair"),
        (qwk(0.8, low=0.7, high=0.9, n=20), "fair"),
        (qwk(0.7, low=0.65, high=0.8), "fair"),
        (qwk(0.7, low=0.3, high=0.8), "weak"),
        (qwk(0.5, low=0.45, high=0.6), "weak"),
    ],
)
def test_a_word_needs_the_figure_and_its_interval(figure: Figure | None, word: str) -> None:
    assert word_of(figure) == word


def test_words_of_a_new_version_take_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "reliability.json"
    write_reliability(results(PINNED), path)
    write_reliability(results(PINNED, grader="other/1"), path)
    write_reliability(results(PINNED, grader="embedded-grader/3"), path)
    kept = json.loads(path.read_text(encoding="utf-8"))["measured"]
    assert [(each["grader"], each["words"]) for each in kept] == [
        ("embedded-grader/3", {"empathy": "fair"}),
        ("other/1", {"empathy": "fair"}),
    ]


def test_nothing_is_said_of_a_grader_or_rubric_that_was_not_measured() -> None:
    assert pinned_words("embedded-grader/0", "0" * 16) == {}


def test_shares_have_the_interval_of_wilson() -> None:
    # Newcombe (1998), table I: 15 of 148 is .0624 to .1605.
    figure = share("x", [index < 15 for index in range(148)])
    assert (figure.low, figure.high) == (pytest.approx(0.0624, abs=1e-4), pytest.approx(0.1605, abs=1e-4))
