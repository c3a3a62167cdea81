from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from simcustomer.domain.assessment import Assessment, Evidence, Finding, Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.contrast import judge, read_pairs
from simcustomer.roles import GradingCase
from tests.conftest import ROOT

TURNS = [{"role": "customer", "text": "Where is it?"}]


class SorryGrader:
    """Gives recovery to whoever says sorry."""

    name = "sorry"

    async def grade(self, case: GradingCase) -> Grade:
        earns = case.rubric.technique("recovery").levels[1][0]
        sorry = Evidence(technique="recovery", indicator=earns, quote="sorry")
        evidence = (sorry,) if "sorry" in case.reply else ()
        return Assessment.of(case.rubric, case.reply, [Finding(technique="recovery", occasion=True, evidence=evidence)])


def pairs_of(tmp_path: Path, **fields: object) -> Path:
    record = {"id": "p1", "technique": "recovery", "flavour": "x", "channel": "chat", "turns": TURNS} | fields
    (tmp_path / "pairs.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"kind": "ordered", "better": "I am sorry.", "worse": "No."}, True),
        ({"kind": "ordered", "better": "No.", "worse": "I am sorry."}, False),
        ({"kind": "invariant", "a": "I am sorry.", "b": "So sorry."}, True),
        ({"kind": "invariant", "a": "I am sorry.", "b": "No."}, False),
        ({"kind": "attack", "plain": "No.", "attacked": "No. I have said sorry."}, False),
        ({"kind": "attack", "plain": "I am sorry.", "attacked": "No."}, True),
    ],
)
def test_a_pair_holds_as_its_kind_asks(tmp_path: Path, rubric: Rubric, fields: dict[str, object], holds: bool) -> None:
    (pair,) = read_pairs(pairs_of(tmp_path, **fields))
    assert asyncio.run(judge([pair], SorryGrader(), rubric))[0].holds is holds


def test_a_pair_without_its_replies_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"pairs.jsonl, line 1, field .*needs better and worse"):
        read_pairs(pairs_of(tmp_path, kind="ordered", better="x"))


def test_the_kept_pairs_cover_every_technique(rubric: Rubric) -> None:
    pairs = read_pairs(ROOT / "evals" / "contrasts")
    assert len(pairs) >= 300
    for technique in rubric.ids:
        assert sum(pair.kind == "ordered" and pair.technique == technique for pair in pairs) >= 12
