"""Replies told anew keep the levels of the one they stand for, but for one technique."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simcustomer.errors import InvalidInput
from simcustomer.evaluation.golden import RatedReply, read_rated
from simcustomer.evaluation.retelling import read_retold

EVALS = Path(__file__).parents[2] / "evals"


@pytest.fixture(scope="module")
def rated() -> tuple[RatedReply, ...]:
    return read_rated(EVALS / "training" / "rated")


def written(tmp_path: Path, **fields: object) -> Path:
    path = tmp_path / "retold.jsonl"
    path.write_text(json.dumps({"kind": "paraphrase", "reply": "Said anew."} | fields) + "\n", encoding="utf-8")
    return path


def test_a_reply_told_anew_keeps_the_rating_of_the_one_it_stands_for(
    rated: tuple[RatedReply, ...], tmp_path: Path
) -> None:
    first = rated[0]
    ((group, told),) = read_retold(written(tmp_path, id=first.conversation, turn=first.rating.turn), rated)
    assert group == first.conversation
    assert told.reply == "Said anew."
    assert told.rating == first.rating
    assert told.record.turns[:-1] == first.record.turns[: first.rating.turn]


def test_one_technique_may_differ(rated: tuple[RatedReply, ...], tmp_path: Path) -> None:
    first = rated[0]
    path = written(tmp_path, id=first.conversation, turn=first.rating.turn, technique="empathy", level=3)
    ((_, told),) = read_retold(path, rated)
    assert told.rating.levels == first.rating.levels | {"empathy": 3}
    assert all(rater.levels["empathy"] == 3 for rater in told.rating.raters)


def test_a_place_without_a_rated_reply_is_named(rated: tuple[RatedReply, ...], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"line 1: turn 99 of 'n1-01' is no rated reply"):
        read_retold(written(tmp_path, id="n1-01", turn=99), rated)


@pytest.mark.parametrize("name", ["restated", "tricks", "variants"])
def test_what_is_kept_for_training_can_be_read(rated: tuple[RatedReply, ...], name: str) -> None:
    path = EVALS / "training" / "retold" / f"{name}.jsonl"
    assert len(read_retold(path, rated)) > 300
