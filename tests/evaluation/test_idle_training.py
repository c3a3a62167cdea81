"""The model of idle sentences is learnt from examples, and comes out the same each time."""

from __future__ import annotations

import json
from pathlib import Path

from simcustomer.domain.rubric import Rubric
from simcustomer.engines.embedded.idle_model import IdleModel, load_idle_model
from simcustomer.evaluation.golden import read_rated
from simcustomer.evaluation.idle_training import sentences, train, write
from simcustomer.evaluation.padding import read_junk, read_padding
from simcustomer.evaluation.retelling import read_tricks
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
    data = sentences(rated[:60], (), read_padding(TRAINING / "padding" / "sentences.txt"), tricks, rubric)
    write(train(data), tmp_path / "idle.json")
    held = json.loads((tmp_path / "idle.json").read_text(encoding="utf-8"))
    assert held == train(data)
    model = IdleModel(**held)
    idle = [model.score(one.marks) for one in data if one.idle]
    honest = [model.score(one.marks) for one in data if one.spoken_for and not one.idle]
    assert sum(score >= 0 for score in idle) > 0.6 * len(idle)
    assert sum(score >= 0 for score in honest) < 0.1 * len(honest)
    assert sum(score >= model.sure for score in idle) > 0.3 * len(idle)
    assert sum(score >= model.sure for score in honest) < 0.01 * len(honest)


def test_junk_is_left_out_though_it_holds_words_that_earn_levels(rubric: Rubric) -> None:
    junk = read_junk(TRAINING / "padding" / "junk.jsonl")
    assert len(junk) > 600
    assert len(set(junk)) == len(junk)
    rated = read_rated(TRAINING / "rated")[:60]
    data = sentences(rated, (), junk, (), rubric)
    model = load_idle_model()
    kept = [one for one in data if one.idle and one.spoken_for and model.score(one.marks) < 0]
    assert len(kept) < 0.1 * len(junk)
