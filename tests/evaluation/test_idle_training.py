"""The model of idle sentences is learnt from examples, and comes out the same each time."""

from __future__ import annotations

import json
from pathlib import Path

from simcustomer.domain.rubric import Rubric
from simcustomer.engines.embedded.idle_model import IdleModel
from simcustomer.evaluation.golden import read_rated
from simcustomer.evaluation.idle_training import sentences, train, write
from simcustomer.evaluation.retelling import read_tricks
from simcustomer.evaluation.training import read_padding
from tests.conftest import ROOT

TRAINING = ROOT / "evals" / "training"


def test_what_is_learnt_tells_padding_from_what_rated_replies_say(rubric: Rubric, tmp_path: Path) -> None:
    rated = read_rated(TRAINING / "rated")
    told = {(one.conversation, one.rating.turn) for one in rated[:60]}
    everywhere = (*rated, *read_rated(ROOT / "evals" / "golden", "development"))
    tricks = [
        (kind, reply)
        for kind, reply in read_tricks(TRAINING / "retold" / "tricks.jsonl", everywhere)
        if (reply.conversation, reply.rating.turn) in told
    ]
    data = sentences(rated[:60], (), read_padding(TRAINING / "padding.txt"), tricks, rubric)
    write(train(data), tmp_path / "idle.json")
    held = json.loads((tmp_path / "idle.json").read_text(encoding="utf-8"))
    assert held == train(data)
    model = IdleModel(held["intercept"], held["weights"])
    idle = [model.is_idle(one.marks) for one in data if one.idle]
    honest = [model.is_idle(one.marks) for one in data if one.spoken_for and not one.idle]
    assert sum(idle) > 0.6 * len(idle)
    assert sum(honest) < 0.1 * len(honest)
