from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simcustomer.domain import progress
from simcustomer.domain.persona import Outcome
from simcustomer.domain.progress import Attempt
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Origin, Provenance, Scorecard
from simcustomer.library import Library

START = datetime(2026, 1, 1, tzinfo=UTC)
MADE = Provenance(persona="p", rubric="r", customer="c", grader="g", coach="k", version="1")


def attempt(
    day: int,
    levels: dict[str, float | None] | None = None,
    *,
    persona: str = "no-heat-third-visit",
    score: float | None = 50,
    again_from: int | None = None,
    **made: str,
) -> Attempt:
    card = Scorecard(levels=levels or {}, overall=score, passed=None, graded=1, ungraded=0)
    return Attempt(
        session=f"s{day}",
        persona=persona,
        title="A title",
        name="A name",
        started_at=START + timedelta(days=day),
        outcome=Outcome.RESOLVED,
        scorecard=card,
        own=card,
        provenance=MADE.model_copy(update=made),
        origin=Origin(session="s0", reply=again_from) if again_from else None,
    )


def levels(stretch: progress.Stretch) -> list[float]:
    return [point.level for point in stretch.points]


def test_a_trend_runs_from_the_oldest_and_leaves_out_what_had_no_occasion() -> None:
    found = progress.trend(
        [attempt(3, {"empathy": 2}), attempt(1, {"empathy": 1}), attempt(2, {"empathy": None})], "empathy"
    )
    assert [levels(stretch) for stretch in found] == [[1, 2]]
    assert found[0].changed == ()
    assert progress.trend([attempt(1)], "empathy") == ()


@pytest.mark.parametrize("part", ["rubric", "grader", "customer"])
def test_a_trend_breaks_where_levels_were_made_differently(part: str) -> None:
    attempts = [attempt(1, {"empathy": 1}), attempt(2, {"empathy": 2}, **{part: "new"}), attempt(3, {"empathy": 3})]
    found = progress.trend(attempts, "empathy")
    assert [levels(stretch) for stretch in found] == [[1], [2], [3]]
    assert [stretch.changed for stretch in found] == [(), (part,), (part,)]


def test_another_persona_or_coach_is_no_break() -> None:
    attempts = [attempt(1, {"empathy": 1}), attempt(2, {"empathy": 2}, persona="other", coach="new", version="2")]
    assert len(progress.trend(attempts, "empathy")) == 1


def test_lately_is_the_mean_of_the_last_five_that_were_made_alike(rubric: Rubric) -> None:
    attempts = [attempt(n, {"empathy": level}) for n, level in enumerate((0, 3, 3, 2, 2, 2), start=1)]
    found = progress.lately(attempts, rubric)
    assert found["empathy"].level == 2.4
    assert found["empathy"].sessions == 5
    newer = [*attempts, attempt(9, {"empathy": 1}, grader="new")]
    assert progress.lately(newer, rubric)["empathy"].level == 1
    assert "closing" not in found
    assert progress.lately([], rubric) == {}


def test_the_best_is_of_whole_conversations_made_like_the_newest() -> None:
    found = progress.best(
        [
            attempt(1, score=99, grader="old"),
            attempt(2, score=60),
            attempt(3, score=90, again_from=3),
            attempt(4, score=70, again_from=1),
            attempt(5, score=None),
            attempt(6, score=20, persona="other"),
            attempt(7, score=40),
        ]
    )
    assert {persona: best.session for persona, best in found.items()} == {"no-heat-third-visit": "s4", "other": "s6"}


def test_an_older_version_of_a_persona_holds_no_best_result() -> None:
    other = MADE.model_copy(update={"persona": "p2"})
    found = progress.best([attempt(1, score=90), attempt(2, score=30).model_copy(update={"provenance": other})])
    assert found["no-heat-third-visit"].session == "s2"


def test_advice_names_the_weakest_technique_and_who_trains_it(library: Library, rubric: Rubric) -> None:
    personas = library.personas()
    training = [p for p in personas if "empathy" in p.trains]
    met = training[0]
    attempts = [attempt(1, {"empathy": 1, "closing": 2}, persona=met.id, score=80)]
    found = progress.advice(attempts, personas, rubric)
    assert found is not None
    assert (found.weakest.technique, found.weakest.level) == ("empathy", 1)
    assert set(found.personas) == {p.id for p in training}
    assert found.personas[-1] == met.id
    difficulty = {p.id: p.difficulty for p in training}
    unmet = [("easy", "medium", "hard").index(difficulty[p]) for p in found.personas[:-1]]
    assert unmet == sorted(unmet)


def test_a_technique_that_nobody_trains_is_passed_over(library: Library, rubric: Rubric) -> None:
    personas = [p.model_copy(update={"trains": ("closing",)}) for p in library.personas()]
    found = progress.advice([attempt(1, {"empathy": 0, "closing": 2})], personas, rubric)
    assert found is not None
    assert found.weakest.technique == "closing"
    assert progress.advice([attempt(1, {"empathy": 0})], personas, rubric) is None
    assert progress.advice([], library.personas(), rubric) is None


def test_ones_usual_level_is_that_of_the_sessions_before_that_were_made_alike() -> None:
    now = attempt(5, {"empathy": 3})
    earlier = [
        attempt(1, {"empathy": 1, "closing": None}),
        attempt(2, {"empathy": 2}, grader="another"),
        attempt(3, {"empathy": 2}, again_from=2),
        attempt(6, {"empathy": 0}),
    ]
    assert progress.usual([*earlier, now], now) == {"empathy": 1.5}
    assert progress.usual([now], now) == {}


def test_a_session_with_hints_is_no_best_result_and_no_pass() -> None:
    card = attempt(1, score=90).scorecard.model_copy(update={"passed": True})
    helped = attempt(1, score=90).model_copy(update={"scorecard": card, "hints": 1})
    assert progress.best([helped, attempt(2, score=50)])["no-heat-third-visit"].scorecard.overall == 50
    assert helped.passed is False
    assert helped.model_copy(update={"hints": 0}).passed is True
