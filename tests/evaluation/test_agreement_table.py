from __future__ import annotations

import asyncio

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.agreement_table import ceiling
from simcustomer.evaluation.figures import Figure
from simcustomer.evaluation.golden import RatedReply, read_rated
from simcustomer.evaluation.suites import agreement_suite
from tests.conftest import ROOT
from tests.evaluation.conftest import Rated, ScriptedGrader, digits


def figures(
    replies: tuple[RatedReply, ...], rubric: Rubric, **baselines: dict[str, list[int | None]]
) -> dict[str, Figure]:
    found = asyncio.run(agreement_suite(replies, digits(), rubric, baselines))
    return {f"{figure.of}/{figure.name}": figure for figure in found.figures}


def test_a_grader_that_says_what_raters_say_agrees_fully(rated: Rated, rubric: Rubric) -> None:
    found = figures(rated([(f"reply {n % 4}", [{"empathy": n % 4}]) for n in range(8)]), rubric)
    assert found["grader/qwk.empathy"].value == 1
    assert (found["grader/qwk.mean"].value, found["grader/qwk.mean"].n) == (1, 1)
    assert found["grader/qwk.closing"].value is None


def test_a_missing_level_counts_as_nought_and_a_failed_grade_is_told_and_left_out(rated: Rated, rubric: Rubric) -> None:
    replies = rated([("broken", [{"empathy": 3}]), ("none", [{"empathy": 3}]), ("so 0", [{"empathy": 0}])])
    found = figures(replies, rubric)
    assert found["grader/exact.empathy"].value == pytest.approx(1 / 2)
    assert found["grader/bias.empathy"].value == -1.5
    assert (found["grader/ungraded"].value, found["grader/ungraded"].n) == (1, 3)


def test_null_is_rated_and_what_was_not_rated_counts_nowhere(rated: Rated, rubric: Rubric) -> None:
    replies = rated([("no", [{"empathy": None}]), ("so 2", [{"empathy": None}]), ("so 3", [{"closing": 3}])])
    found = figures(replies, rubric)
    assert found["grader/qwk.empathy"].n == 0
    assert found["grader/presence.empathy"].value == 0.5
    assert found["grader/presence.closing"].value == 1


def test_baselines_stand_in_the_same_table(rated: Rated, rubric: Rubric) -> None:
    replies = rated([(f"reply {n % 4}", [{"empathy": n % 4}]) for n in range(8)])
    inverse: list[int | None] = [3 - n % 4 for n in range(8)]
    found = figures(replies, rubric, upside_down={"empathy": inverse, "overall": [None] * 8})
    assert found["upside_down/qwk.empathy"].value == pytest.approx(-1)


def test_within_bands_of_length_length_explains_little(rubric: Rubric) -> None:
    replies = read_rated(ROOT / "evals" / "golden", "test")
    # Longer is better, by fixed steps: good over all replies, and of little use among replies of like length.
    long = ScriptedGrader(lambda reply: min(3, len(reply.split()) // 20))
    found = asyncio.run(agreement_suite(replies, long, rubric)).figures
    value = {figure.name: figure.value or 0.0 for figure in found if figure.of == "grader"}
    assert value["qwk.mean"] > 0.4
    assert all(value[f"qwk.band_{band}"] < value["qwk.mean"] - 0.1 for band in ("short", "middle", "long"))


def test_the_ceiling_is_the_raters_own_agreement(rated: Rated) -> None:
    same = rated([("x", [{"empathy": n % 4}, {"empathy": n % 4}]) for n in range(8)])
    found = {figure.name: figure for figure in ceiling(same, ["empathy"])}
    assert found["qwk.empathy"].value == 1
    assert found["alpha.empathy"].value == pytest.approx(1)
    assert {figure.of for figure in found.values()} == {"raters"}

    apart = rated([("x", [{"empathy": n % 4}, {"empathy": 3 - n % 4}]) for n in range(8)])
    assert next(f for f in ceiling(apart, ["empathy"]) if f.name == "qwk.empathy").value == pytest.approx(-1)


def test_a_rater_who_was_not_asked_lowers_no_ceiling(rated: Rated) -> None:
    replies = rated(
        [("x", [{"empathy": n % 4}, {"empathy": n % 4}]) for n in range(8)] + [("x", [{"empathy": 3}, {"closing": 0}])]
    )
    assert next(f for f in ceiling(replies, ["empathy"]) if f.name == "qwk.empathy").value == 1


def test_one_rater_has_no_ceiling(rated: Rated) -> None:
    assert ceiling(rated([("x", [{"empathy": 1}])]), ["empathy"]) == []
