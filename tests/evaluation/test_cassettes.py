"""A model-backed grader measured offline, from recorded calls."""

from __future__ import annotations

import asyncio
import json

from simcustomer import wiring
from simcustomer.domain.assessment import Assessment
from simcustomer.domain.rubric import Rubric
from simcustomer.engines.openai.guards import parts, patterns
from simcustomer.evaluation.agreement import agreement
from simcustomer.evaluation.golden import read_rated
from simcustomer.settings import Settings
from tests.conftest import ROOT

RECORDED = 40
LEAST_OVERALL, LEAST_QUOTED = 0.88, 0.98


def test_recorded_gradings_replay_and_agree_with_raters(rubric: Rubric) -> None:
    settings = Settings(openai_model="relay")
    grader = wiring.grader("openai", wiring.Models(settings, replay=ROOT / "evals" / "cassettes" / "relay"))

    async def graded() -> list[tuple[int, int, int, int]]:
        found: list[tuple[int, int, int, int]] = []
        for reply in read_rated(ROOT / "evals" / "golden", "development"):
            grade = await grader.grade(reply.case(rubric))
            if isinstance(grade, Assessment) and grade.overall is not None and reply.rating.overall is not None:
                found.append((reply.rating.overall, grade.overall, len(grade.evidence), len(grade.unverified)))
        return found

    found = asyncio.run(graded())
    assert len(found) == RECORDED
    figures = agreement(
        [rated for rated, *_ in found], [given for _, given, *_ in found], [str(n) for n in range(RECORDED)]
    )
    assert (figures.qwk.value or 0) >= LEAST_OVERALL
    quoted, unverified = sum(quotes for *_, quotes, _ in found), sum(lost for *_, lost in found)
    assert quoted / (quoted + unverified) >= LEAST_QUOTED


def test_recorded_customers_stay_in_character() -> None:
    answers = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "evals" / "cassettes").glob("practices*/customer-*.json"))
    ]
    spoken = [answer["text"].split("\n\n", 1)[-1] for answer in answers if answer["whole"]]
    assert len(spoken) > 30
    for text in spoken:
        for sentence in parts(text):
            assert not any(patterns(name).search(sentence) for name in ("assistant", "company", "direction")), sentence
