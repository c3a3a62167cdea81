"""Trains the model of acts from labelled replies; the same data gives the same file, bit for bit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from simcustomer.domain.model import Frozen
from simcustomer.engines.embedded.act_model import SCALE
from simcustomer.engines.embedded.acts import ACTS, RULE_WEIGHT, marks_of
from simcustomer.engines.embedded.nlu import Text
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.evaluation.acts import read_act_replies
from simcustomer.evaluation.golden import read_models

FEWEST = 5
"""Sentences in which a symbol must stand to be learnt."""

STRENGTH = 0.1
"""Inverse of how strongly the weights are held small (scikit-learn's C); chosen by cross-validation."""

LEAST = 0.02
"""Weights below are left out: they are most of the file and next to nothing of what it knows."""

FOLDS = 4
PRECISION, RECALL = 0.9, 0.8
"""What is asked of every act; cuts balance what is missing of both on replies that were held out."""

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


class PiecedReply(Frozen):
    """A reply in its clauses, each with the acts that it performs."""

    id: str
    pieces: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to learn from. `acts` are those of its reply where `alone` is false and nobody said which sentence has them."""

    reply: int
    marks: dict[str, float]
    acts: frozenset[str]
    alone: bool


def read_sentences(folder: Path) -> list[Sentence]:
    """The sentences of a folder's labelled replies: `pieces-*.jsonl` by clause, `whole-*.jsonl` by reply. Raises InvalidInput."""
    found: list[Sentence] = []
    count = 0
    for path in sorted(folder.glob("pieces-*.jsonl")):
        for _, reply in read_models(path, PiecedReply):
            found += _of_pieces(count, reply)
            count += 1
    for path in sorted(folder.glob("whole-*.jsonl")):
        for reply in read_act_replies(path):
            sentences = _sentences(reply.text)
            alone = len(sentences) == 1
            found += [Sentence(count, _weighed(words), reply.acts, alone) for _, words in sentences]
            count += 1
    return found


def _of_pieces(number: int, reply: PiecedReply) -> list[Sentence]:
    text = ""
    places: list[tuple[Span, frozenset[str]]] = []
    for words, acts in reply.pieces:
        start = len(text) + bool(text)
        text = f"{text} {words}" if text else words
        places.append((Span(start, len(text)), acts))
    return [
        Sentence(
            number,
            _weighed(words),
            frozenset(
                act for place, acts in places if place.start < span.end and span.start < place.end for act in acts
            ),
            alone=True,
        )
        for span, words in _sentences(text)
    ]


def _sentences(text: str) -> list[tuple[Span, str]]:
    read = Text(text)
    return [(span, read.even[span.start : span.end]) for span in read.sentences]


def _weighed(sentence: str) -> dict[str, float]:
    return {mark: RULE_WEIGHT if mark.startswith("rule:") else 1.0 for mark in marks_of(sentence)}


def train(data: Sequence[Sentence], step: Callable[[str], None] = lambda _: None) -> dict[str, object]:
    """The model as plain numbers; `step` hears of each act."""
    seen = Counter(mark for sentence in data for mark in sentence.marks)
    names = sorted(mark for mark, times in seen.items() if times >= FEWEST)
    columns: Any = _columns(data, {name: place for place, name in enumerate(names)})
    fold = _folds(data)
    rows: list[Numbers] = []
    intercepts: list[float] = []
    cuts: list[float] = []
    for act in ACTS:
        step(act)
        there = np.array([act in sentence.acts for sentence in data])
        # Of a reply with the act, only a sentence that somebody marked is known to have it, or not.
        known = np.array([sentence.alone or act not in sentence.acts for sentence in data])
        held_out = np.zeros(len(data))
        for part in range(FOLDS):
            inside = known & (fold != part)
            held_out[fold == part] = _fit(columns[inside], there[inside]).decision_function(columns[fold == part])
        whole = _fit(columns[known], there[known])
        rows.append(np.asarray(whole.coef_[0], dtype=np.float64))
        intercepts.append(round(float(whole.intercept_[0]), 4))
        cuts.append(round(_cut(held_out, there, np.array([sentence.reply for sentence in data])), 4))
    return {"acts": list(ACTS), "intercepts": intercepts, "cuts": cuts, "symbols": _kept(names, np.vstack(rows))}


def _columns(data: Sequence[Sentence], places: dict[str, int]) -> object:
    marks = [[(places[m], w * 1.0) for m, w in sorted(s.marks.items()) if m in places] for s in data]
    ends = np.cumsum([0, *(len(row) for row in marks)], dtype=np.int32)
    index = np.array([place for row in marks for place, _ in row], dtype=np.int32)
    values = np.array([value for row in marks for _, value in row])
    return csr_matrix((values, index, ends), shape=(len(data), len(places)))


def _folds(data: Sequence[Sentence]) -> NDArray[np.int_]:
    replies = sorted({sentence.reply for sentence in data})
    fold = dict(zip(replies, np.random.default_rng(1).integers(0, FOLDS, len(replies)), strict=True))
    return np.array([fold[sentence.reply] for sentence in data])


class _Fitted(Protocol):
    """What is used of scikit-learn's fitted model."""

    coef_: Numbers
    intercept_: Numbers

    def decision_function(self, columns: object, /) -> Numbers: ...


def _fit(columns: object, there: Flags) -> _Fitted:
    model = LogisticRegression(C=STRENGTH, max_iter=300, solver="liblinear", random_state=0)
    return cast("_Fitted", model.fit(columns, there))  # pyright: ignore[reportArgumentType]


def _cut(scores: Numbers, there: Flags, reply: NDArray[np.int_]) -> float:
    """The score from which an act is heard in a reply, with what is missing of precision and of recall balanced."""
    count = int(reply.max()) + 1
    best = np.full(count, -np.inf)
    np.maximum.at(best, reply, scores)
    has = np.zeros(count, dtype=bool)
    np.logical_or.at(has, reply, there)
    order = np.argsort(-best, kind="stable")
    right = np.cumsum(has[order])
    precision, recall = right / np.arange(1, count + 1), right / has.sum()
    return float(best[order[int(np.argmax(np.minimum(precision - PRECISION, recall - RECALL)))]])


def _kept(names: Sequence[str], rows: Numbers) -> list[list[object]]:
    """Symbol, acts by number, weights in hundredths: a row for every symbol that has any."""
    kept: list[list[object]] = []
    for place, name in enumerate(names):
        acts = np.flatnonzero(np.abs(rows[:, place]) >= LEAST)
        if len(acts):
            scale = SCALE * (RULE_WEIGHT if name.startswith("rule:") else 1.0)
            kept.append([name, [int(a) for a in acts], [round(float(rows[a, place]) * scale) for a in acts]])
    return kept


def write(model: dict[str, object], path: Path) -> None:
    """The model as JSON, a line a symbol, so that a change can be read."""
    symbols = cast("list[object]", model["symbols"])
    head = {name: value for name, value in model.items() if name != "symbols"}
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    lines.append(' "symbols": [\n  ' + ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in symbols) + "\n ]")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
