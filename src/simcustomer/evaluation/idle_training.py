"""Trains the model of idle sentences; the same data gives the same file, bit for bit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.detectors.idle import is_spoken_for, marks_of, with_cues
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.engines.embedded.idle_model import SCALE
from simcustomer.evaluation.fitting import Numbers
from simcustomer.evaluation.golden import RatedReply

FEWEST = 3
"""Sentences in which a mark must stand to be learnt."""

STRENGTH = 0.1
"""Inverse of how strongly the weights are held small (scikit-learn's C); chosen by cross-validation."""

RARE = 5
"""Weight of an idle sentence beside 1 for another: there are far fewer to learn from."""

SPARED = 0.94
"""Share of the rated replies' sentences that are not taken for idle, where a cue or the case speaks for them."""

SURELY_SPARED = 0.996
"""Share of them that are not taken for surely idle, which no cue makes up for."""

APART = 3
"""How far from each other the rated replies stand beside which sentences of padding are read."""

ALIKE = 0.5
"""Share of its words in a sentence of the plain reply from which one of a reply with a trick is not the trick's."""

REPETITION = "repetition"
"""The kind of trick that says again what does something."""


class Sentence(NamedTuple):
    """A sentence to learn from: its words and marks, whether its signs speak for it, and whether it is idle for all that."""

    words: frozenset[str]
    marks: frozenset[str]
    spoken_for: bool
    idle: bool = False


def sentences(
    rated: Sequence[RatedReply],
    written: Sequence[RatedReply],
    padding: Sequence[str],
    tricks: Sequence[tuple[str, RatedReply]],
    rubric: Rubric,
) -> list[Sentence]:
    """The sentences of rated and of written replies, those of padding, and what tricks (kind and reply) add to rated ones."""
    grader = EmbeddedGrader()

    def read(reply: RatedReply) -> list[Sentence]:
        moment = grader.whole(reply.case(rubric))
        return [
            Sentence(frozenset(held.words), marks_of(moment, held, cues), is_spoken_for(moment, held, cues))
            for held, cues in with_cues(moment)
        ]

    plain = {(reply.conversation, reply.rating.turn): read(reply) for reply in rated}
    found = [sentence for held in plain.values() for sentence in held]
    found += [sentence for reply in written for sentence in read(reply)]
    for number, line in enumerate(padding):
        found += [held._replace(idle=True) for held in read(_saying(rated[number * APART % len(rated)], line))]
    for kind, reply in tricks:
        told = plain[reply.conversation, reply.rating.turn]
        found += [
            held._replace(idle=True)
            for held in read(reply)
            if kind != REPETITION and not any(len(held.words & one.words) >= ALIKE * len(held.words) for one in told)
        ]
    return found


def _saying(reply: RatedReply, line: str) -> RatedReply:
    turns = reply.record.turns[: reply.rating.turn]
    last = reply.record.turns[reply.rating.turn].model_copy(update={"role": Speaker.TRAINEE, "text": line})
    return RatedReply(reply.record.model_copy(update={"turns": (*turns, last)}), reply.rating)


class _Fitted(Protocol):
    """What is used of scikit-learn's fitted model."""

    coef_: Numbers


def train(data: Sequence[Sentence]) -> dict[str, object]:
    """The model as plain numbers."""
    seen = Counter(mark for sentence in data for mark in sentence.marks)
    names = sorted(mark for mark, times in seen.items() if times >= FEWEST)
    places = {name: place for place, name in enumerate(names)}
    rows = [sorted(places[mark] for mark in sentence.marks if mark in places) for sentence in data]
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    index = np.array([place for row in rows for place in row], dtype=np.int32)
    columns: Any = csr_matrix((np.ones(len(index)), index, ends), shape=(len(rows), len(names)))
    idle = np.array([sentence.idle for sentence in data])
    honest = np.array([sentence.spoken_for and not sentence.idle for sentence in data])
    model = LogisticRegression(
        C=STRENGTH, max_iter=500, solver="liblinear", random_state=0, class_weight={False: 1, True: RARE}
    )
    fitted = cast("_Fitted", model.fit(columns, idle))
    weights: list[int] = [round(float(weight) * SCALE) for weight in fitted.coef_[0]]
    scores: Numbers = np.asarray(columns @ np.array(weights), dtype=np.float64)[honest]
    bound = int(np.quantile(scores, SPARED))
    return {
        "intercept": -bound,
        "sure": int(np.quantile(scores, SURELY_SPARED)) - bound,
        "weights": {name: weight for name, weight in zip(names, weights, strict=True) if weight},
    }


def write(model: Mapping[str, object], path: Path) -> None:
    """The model as JSON, a line a weight, so that a change can be read."""
    path.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
