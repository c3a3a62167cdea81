from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from simcustomer.domain.rubric import Rubric, Technique

LEVELS = st.sampled_from([0, 1, 2, 3, None])


def technique(technique_id: str = "empathy", **changes: object) -> Technique:
    fields: dict[str, object] = {
        "id": technique_id,
        "name": "Empathy",
        "asks": "Show it.",
        "applies": "a feeling is shown",
        "indicators": {"names": "Names it.", "ties": "Ties it.", "first": "Comes first."},
        "missteps": {"dismisses": "Minimises it.", "hollow": "Stock phrase."},
        "anchors": {0: "none", 1: "some", 2: "good", 3: "model"},
        "levels": {1: ["names", "ties"], 2: ["names + ties"], 3: ["names + ties + first"]},
        "caps": {"dismisses": 0, "hollow": 1},
    }
    return Technique.model_validate(fields | changes)


def rubric(*techniques: Technique) -> Rubric:
    return Rubric(
        id="small",
        version=1,
        title="Small",
        scale={"min": 0, "max": 3},
        pass_mark=60,
        overall_from=(1.0, 2.0, 3.0),
        techniques=techniques or (technique(),),
    )


@pytest.mark.parametrize(
    ("occasion", "indicators", "missteps", "level"),
    [
        (False, [], [], None),
        (True, [], [], 0),
        (False, ["names"], [], None),
        (False, ["names", "ties"], [], 2),
        (False, ["names"], ["hollow"], 1),
        (False, [], ["dismisses"], 0),
        (True, ["names"], [], 1),
        (True, ["first"], [], 0),
        (True, ["names", "ties"], [], 2),
        (True, ["names", "ties", "first"], [], 3),
        (True, ["names", "ties", "first"], ["hollow"], 1),
        (True, ["names", "ties", "first"], ["hollow", "dismisses"], 0),
    ],
)
def test_level_follows_the_rules(occasion: bool, indicators: list[str], missteps: list[str], level: int | None) -> None:
    assert technique().level(occasion=occasion, indicators=indicators, missteps=missteps) == level


def test_always_needs_no_indicator() -> None:
    always = technique(levels={1: ["always"], 2: ["names"]})
    assert always.level(occasion=True, indicators=[], missteps=[]) == 1


@given(st.sets(st.sampled_from(["names", "ties", "first"])), st.sets(st.sampled_from(["dismisses", "hollow"])))
def test_a_misstep_never_raises_and_an_indicator_never_lowers(shown: set[str], wrong: set[str]) -> None:
    one = technique()
    level = one.level(occasion=True, indicators=shown, missteps=wrong)
    assert level is not None
    for more in ("names", "ties", "first"):
        assert one.level(occasion=True, indicators=shown | {more}, missteps=wrong) >= level  # type: ignore[operator]
    for more in ("dismisses", "hollow"):
        assert one.level(occasion=True, indicators=shown, missteps=wrong | {more}) <= level  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"levels": {1: ["nmes"]}}, "not an indicator"),
        ({"caps": {"dismisses": 0}}, "missing: hollow"),
        ({"caps": {"dismisses": 0, "hollow": 1, "other": 0}}, "not a misstep"),
        ({"whole": ["nmes"]}, "neither an indicator nor a misstep"),
        ({"absent": ["names"]}, "not a misstep"),
        ({"anchors": {0: "a", 1: "b", 2: "c"}}, "missing: 3"),
    ],
)
def test_a_rule_that_names_nothing_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        technique(**change)


def test_means_leave_null_out_and_keep_zero_in() -> None:
    both = rubric(technique("one"), technique("two"))
    assert both.mean_level({"one": 3, "two": None}) == 3
    assert both.mean_level({"one": 3, "two": 0}) == 1.5
    assert both.mean_level({"one": None, "two": None}) is None
    assert both.overall({"one": None, "two": None}) is None
    assert both.overall({"one": 0, "two": 0}) == 0
    assert rubric().overall({"empathy": 2}) == 2


@given(
    st.dictionaries(st.sampled_from(["one", "two", "six"]), LEVELS),
    st.lists(st.floats(0.1, 10), min_size=3, max_size=3),
)
def test_mean_lies_between_the_lowest_and_the_highest_level(
    levels: dict[str, int | None], weights: list[float]
) -> None:
    named = zip(("one", "two", "six"), weights, strict=True)
    given_rubric = rubric(*(technique(name, weight=weight) for name, weight in named))
    known = [level for level in levels.values() if level is not None]
    mean = given_rubric.mean_level(levels)
    if not known:
        assert mean is None
    else:
        assert mean is not None
        assert min(known) <= mean <= max(known)


@given(st.sampled_from([0, 1, 2, 3]), st.lists(st.floats(0.1, 10), min_size=1, max_size=6))
def test_mean_of_equal_levels_is_that_level(level: int, weights: list[float]) -> None:
    names = [f"t{i}" for i in range(len(weights))]
    equal = rubric(*(technique(name, weight=weight) for name, weight in zip(names, weights, strict=True)))
    assert equal.mean_level(dict.fromkeys(names, level)) == level


def test_shipped_rubric_keeps_its_fourteen_techniques(rubric: Rubric) -> None:
    assert rubric.ids == (
        "empathy", "active_listening", "discovery", "composure", "positive_language", "problem_solving", "common_ground",
        "expectations", "ownership", "boundaries", "recovery", "escalation", "closing", "channel_craft",
    )  # fmt: skip


def test_marks_that_a_rubric_does_not_use_change_nothing_of_it() -> None:
    plain, marked = rubric(), rubric(technique(whole=["first", "hollow"], absent=["dismisses"]))
    assert "whole" not in plain.model_dump_json()
    assert "absent" not in plain.model_dump_json()
    assert Rubric.model_validate_json(marked.model_dump_json()) == marked
