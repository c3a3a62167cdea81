"""Graders that do what a test tells them, and rated replies made of a few words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simcustomer.domain.assessment import Assessment, Evidence, Finding, Grade, Ungraded
from simcustomer.domain.rubric import LEVELS, Rubric
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.labels import read_labels
from simcustomer.roles import GradingCase


class ScriptedGrader:
    """Gives every technique the level that a rule reads off the reply; None is no occasion, and a reply 'broken' fails."""

    name = "scripted/1"

    def __init__(self, level: Callable[[str], int | None]) -> None:
        self._level = level

    async def grade(self, case: GradingCase) -> Grade:
        if case.reply == "broken":
            return Ungraded(reason="broken")
        return Assessment.of(case.rubric, case.reply, [self._finding(case, t) for t in case.rubric.ids])

    def _finding(self, case: GradingCase, technique: str) -> Finding:
        level = self._level(case.reply)
        if level is None:
            return Finding(technique=technique, occasion=False)
        sign = next(iter(case.rubric.technique(technique).indicators))
        evidence = (Evidence(technique=technique, indicator=sign, quote=case.reply),) if level else ()
        return Finding(technique=technique, occasion=True, evidence=evidence, estimate=LEVELS[level])


def by_last_digit(reply: str) -> int | None:
    """The level that a reply ends with; none where it ends with no digit."""
    return int(reply[-1]) if reply[-1].isdigit() else None


def digits() -> ScriptedGrader:
    return ScriptedGrader(by_last_digit)


Rater = dict[str, int | None]
Rated = Callable[[Sequence[tuple[str, Sequence[Rater]]]], tuple[RatedReply, ...]]


@pytest.fixture
def rated(tmp_path: Path, rubric: Rubric) -> Rated:
    """Rated replies, each in a conversation of its own, from texts and the levels of each rater ('overall' is one of them)."""

    def made(replies: Sequence[tuple[str, Sequence[Rater]]]) -> tuple[RatedReply, ...]:
        path = tmp_path / "labels.jsonl"
        path.write_text("\n".join(line(f"c{n:03}", *reply) for n, reply in enumerate(replies)), encoding="utf-8")
        return read_labels(path, rubric)

    return made


def line(name: str, text: str, raters: Sequence[Rater]) -> str:
    turns = [{"role": "customer", "text": "Where is it?"}, {"role": "trainee", "text": text}]
    ratings = [
        {"turn": 1, "levels": {key: level for key, level in rater.items() if key != "overall"}}
        | ({"overall": rater["overall"]} if "overall" in rater else {})
        for rater in raters
    ]
    return json.dumps({"id": name, "channel": "chat", "turns": turns, "ratings": ratings})
