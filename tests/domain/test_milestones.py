from __future__ import annotations

from datetime import timedelta

from simcustomer.domain.milestones import Milestone, milestones
from simcustomer.domain.progress import Attempt
from simcustomer.domain.rubric import Rubric
from simcustomer.library import Library
from tests.domain.test_progress import START, attempt


def passed(found: Attempt, **changed: object) -> Attempt:
    card = found.scorecard.model_copy(update={"passed": True})
    return found.model_copy(update={"scorecard": card, **changed})


def reached(found: tuple[Milestone, ...]) -> dict[str, Milestone]:
    return {milestone.goal: milestone for milestone in found}


def test_nothing_is_reached_without_practice(library: Library, rubric: Rubric) -> None:
    found = milestones((), library.personas(), rubric)
    assert [(m.reached, m.done) for m in found] == [(None, 0)] * 5
    assert reached(found)["steady"].of == len(rubric.ids)


def test_a_first_practice_and_a_first_pass_have_their_days(library: Library, rubric: Rubric) -> None:
    found = reached(milestones([passed(attempt(3)), attempt(1), passed(attempt(2))], library.personas(), rubric))
    assert found["first_practice"].reached == START + timedelta(days=1)
    assert found["first_pass"].reached == START + timedelta(days=2)


def test_what_was_helped_or_rewound_is_no_pass_and_what_was_coached_no_exam(library: Library, rubric: Rubric) -> None:
    helped = [passed(attempt(1), hints=1), passed(attempt(2, again_from=2)), passed(attempt(3), coached=True)]
    found = reached(milestones(helped, library.personas(), rubric))
    assert found["first_pass"].reached == START + timedelta(days=3)
    assert found["exam_pass"].reached is None


def test_kinds_are_those_of_the_customers_passed(library: Library, rubric: Rubric) -> None:
    dean = library.persona("no-heat-third-visit")
    found = reached(milestones([passed(attempt(1))], [dean], rubric))["kinds"]
    assert (found.done, found.of, found.reached) == (len(dean.kinds), len(dean.kinds), START + timedelta(days=1))
    assert set(found.about) == set(dean.kinds)
    assert reached(milestones([passed(attempt(1))], library.personas(), rubric))["kinds"].reached is None


def test_a_technique_is_steady_over_five_sessions_alike(library: Library, rubric: Rubric) -> None:
    four = [attempt(day, {"empathy": 2}) for day in range(1, 5)]
    assert reached(milestones(four, (), rubric))["steady"].reached is None
    other = attempt(5, {"empathy": 2}, grader="another")
    assert reached(milestones([*four, other], (), rubric))["steady"].reached is None
    five = [*four, attempt(5, {"empathy": 1}), attempt(6, {"empathy": 3})]
    found = reached(milestones(five, (), rubric))["steady"]
    assert (found.reached, found.about, found.done) == (START + timedelta(days=6), ("empathy",), 1)
