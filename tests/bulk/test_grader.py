"""That a grader whose work is shared out gives the figures of the grader itself."""

from __future__ import annotations

import asyncio

import pytest

from simcustomer import wiring
from simcustomer.bulk import grader as bulk_grader
from simcustomer.bulk.grader import SpreadGrader
from simcustomer.bulk.grading import here
from simcustomer.bulk.work import Setup
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.contrast import judge, read_pairs
from simcustomer.evaluation.golden import read_rated
from simcustomer.evaluation.step import CountedMany, Step
from simcustomer.evaluation.suites import agreement_suite, evidence_suite
from simcustomer.settings import load_settings
from tests.conftest import ROOT


def test_the_figures_are_the_same(rubric: Rubric, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_grader, "CHUNK", 5)
    alone, steps = wiring.grader(), list[Step]()
    spread = SpreadGrader(Setup.of("embedded", load_settings(), rubric), here)
    counted = CountedMany(spread, spread, steps.append, "agreement", 12)
    replies = read_rated(ROOT / "evals" / "golden", "development")[:12]
    pairs = read_pairs(ROOT / "evals" / "contrasts")[:4]

    async def same() -> None:
        assert await agreement_suite(replies, counted, rubric) == await agreement_suite(replies, alone, rubric)
        assert await evidence_suite(replies, spread, rubric) == await evidence_suite(replies, alone, rubric)
        assert await judge(pairs, spread, rubric) == await judge(pairs, alone, rubric)
        assert await spread.grade(replies[0].case(rubric)) == await alone.grade(replies[0].case(rubric))

    asyncio.run(same())
    assert spread.name == alone.name
    assert [step.done for step in steps] == [0, 12]
