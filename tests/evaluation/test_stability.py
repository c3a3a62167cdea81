from __future__ import annotations

import asyncio
from itertools import count
from multiprocessing import parent_process

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.stability import Stability, stability
from tests.evaluation.conftest import Rated, ScriptedGrader, digits

REPLIES = [(f"reply {n % 4}", [{"empathy": 1}]) for n in range(6)]


def restless() -> ScriptedGrader:
    """Another level each time."""
    turn = count()
    return ScriptedGrader(lambda _: min(3, next(turn) % 5))


def other_elsewhere() -> ScriptedGrader:
    """Another level in another process."""
    return ScriptedGrader(lambda _: 1 if parent_process() is None else 2)


def test_a_grader_that_reads_the_reply_alone_is_stable_in_every_way(rated: Rated, rubric: Rubric) -> None:
    found = asyncio.run(stability(rated(REPLIES), digits, rubric))
    assert found == Stability(
        verdicts=6 * len(rubric.ids),
        exact=1.0,
        by_way={"again": 1.0, "other_order": 1.0, "in_parallel": 1.0, "after_restart": 1.0},
        icc=1.0,
    )


def test_levels_that_change_from_time_to_time_are_seen(rated: Rated, rubric: Rubric) -> None:
    found = asyncio.run(stability(rated(REPLIES), restless, rubric))
    assert found.by_way["again"] < 0.5
    assert found.exact < 0.5


def test_levels_that_change_after_a_restart_are_seen(rated: Rated, rubric: Rubric) -> None:
    found = asyncio.run(stability(rated(REPLIES), other_elsewhere, rubric))
    assert found.by_way == {"again": 1.0, "other_order": 1.0, "in_parallel": 1.0, "after_restart": 0.0}
    assert found.exact == 0
