"""Trains the embedded grader's calibration from rated replies; the same data gives the same file, bit for bit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel, Scenario, Turn
from simcustomer.engines.embedded.calibration import CLIP, terms_of
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.evaluation.agreement import quadratic_weighted_kappa
from simcustomer.evaluation.golden import RatedReply, RatedTurn, read_models
from simcustomer.evaluation.grading import TranscriptRecord

Numbers = NDArray[np.float64]

WRITTEN_WEIGHT = 0.5
"""Weight of a reply that was written for training, beside 1 for one of the rated golden conversations."""

OCCASION_WEIGHT = 0.1
"""Weight of a written reply for whether there is occasion: the raters of golden replies saw it more often than the writers."""

SIGNAL_SHARE, TERM_SHARE, RIDGE = 0.25, 2.5, 20.0
"""How signals and terms are scaled against each other, and how strongly all weights are held small; chosen on development data."""

ALWAYS_CUT = -9.0
"""A cut that every score is above, for techniques that always apply."""

FOLDS = 6
FEWEST = 4
"""Replies in which a term must stand to be learnt."""

DIGITS = 4


class WrittenReply(Frozen):
    """A reply written and rated for training: its conversation through the reply, and levels."""

    model_config = Frozen.model_config | {"extra": "ignore"}

    id: str
    conversation: str | None = None
    channel: Channel
    scenario: Scenario = Scenario()
    turns: tuple[Turn, ...]
    levels: dict[str, int | None]
    overall: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A rated reply as the model sees it; `group` keeps alternatives to one moment in one fold."""

    group: str
    weight: float
    signals: dict[str, float]
    text: str
    levels: dict[str, int | None]


def read_written(folder: Path) -> list[tuple[str, RatedReply]]:
    """The written replies of a folder's *.jsonl files, each with its group. Raises InvalidInput."""
    found: list[tuple[str, RatedReply]] = []
    for path in sorted(folder.glob("*.jsonl")):
        for _, written in read_models(path, WrittenReply):
            group = written.conversation or f"{path.stem}:{written.turns[0].text}"
            record = TranscriptRecord(
                id=written.id, channel=written.channel, scenario=written.scenario, turns=written.turns
            )
            rated = RatedTurn.model_validate(
                {"id": written.id, "turn": len(written.turns) - 1, "levels": written.levels, "overall": written.overall}
            )
            found.append((group, RatedReply(record, rated)))
    return found


def examples(golden: Sequence[RatedReply], written: Sequence[tuple[str, RatedReply]], rubric: Rubric) -> list[Example]:
    """All rated replies with their signals."""
    grader = EmbeddedGrader()
    rated = [(reply.conversation, 1.0, reply) for reply in golden]
    rated += [(group, WRITTEN_WEIGHT, reply) for group, reply in written]
    made: list[Example] = []
    for group, weight, reply in rated:
        signals, text = grader.observed(reply.case(rubric))
        made.append(Example(group, weight, signals, text, dict(reply.rating.levels)))
    return made


def train(
    data: Sequence[Example], techniques: Sequence[str], step: Callable[[str], None] = lambda _: None
) -> dict[str, object]:
    """The model as plain numbers; `step` hears of each technique."""
    space = _Space.of(data)
    columns = space.columns(data)
    strengths = [_fit_strength(technique, data, columns, step) for technique in techniques]
    occasions = [_fit_occasion(technique, data, columns) for technique in techniques]
    rows = [*strengths, *occasions]
    count = len(space.signals)
    return {
        "signals": list(space.signals),
        "means": _plain(space.means),
        "scales": _plain(space.scales),
        "terms": list(space.terms),
        "idf": _plain(space.idf),
        "techniques": list(techniques),
        "intercepts": _plain(np.array([row.intercept for row in rows])),
        "signal_weights": [_plain(row.weights[:count] * SIGNAL_SHARE) for row in rows],
        "term_weights": [_plain(row.weights[count:] * TERM_SHARE) for row in rows],
        "cuts": [_plain(row.cuts) for row in strengths],
        "occasion_cuts": _plain(np.array([row.cuts[0] for row in occasions])),
    }


def write(model: dict[str, object], path: Path) -> None:
    """The model as JSON, a line a row, so that a change can be read."""
    lines = [f" {json.dumps(name)}: {_lines(value)}" for name, value in model.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _lines(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n  " + ",\n  ".join(json.dumps(row) for row in cast("list[object]", value)) + "\n ]"
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Space:
    """What the columns of the model mean."""

    signals: tuple[str, ...]
    means: Numbers
    scales: Numbers
    terms: tuple[str, ...]
    idf: Numbers

    @classmethod
    def of(cls, data: Sequence[Example]) -> _Space:
        signals = tuple(data[0].signals)
        values = np.array([[example.signals[name] for name in signals] for example in data])
        scales = values.std(axis=0)
        seen = Counter(term for example in data for term in set(terms_of(example.text)))
        terms = tuple(sorted(term for term, times in seen.items() if times >= FEWEST))
        idf = np.array([log((1 + len(data)) / (1 + seen[term])) + 1 for term in terms])
        return cls(
            signals,
            values.mean(axis=0).round(DIGITS),
            np.where(scales > 0, scales, 1).round(DIGITS),
            terms,
            idf.round(DIGITS),
        )

    def columns(self, data: Sequence[Example]) -> Numbers:
        """Signals and terms of the examples, scaled against each other: one row an example."""
        values = np.array([[example.signals[name] for name in self.signals] for example in data])
        standard = np.clip((values - self.means) / self.scales, -CLIP, CLIP)
        place = {term: index for index, term in enumerate(self.terms)}
        words = np.zeros((len(data), len(self.terms)))
        for row, example in enumerate(data):
            for term, times in Counter(term for term in terms_of(example.text) if term in place).items():
                words[row, place[term]] = (1 + log(times)) * self.idf[place[term]]
        lengths = np.sqrt((words**2).sum(axis=1, keepdims=True))
        return np.hstack([standard * SIGNAL_SHARE, words / np.where(lengths > 0, lengths, 1) * TERM_SHARE])


@dataclass(frozen=True, slots=True)
class _Fitted:
    weights: Numbers
    intercept: float
    cuts: Numbers


def _fit_strength(technique: str, data: Sequence[Example], columns: Numbers, step: Callable[[str], None]) -> _Fitted:
    step(technique)
    taught = [index for index, example in enumerate(data) if example.levels.get(technique) is not None]
    levels = np.array([float(data[index].levels[technique] or 0) for index in taught])
    weights = np.array([data[index].weight for index in taught])
    fitted = _ridge(columns[taught], levels, weights)
    held_out = np.zeros(len(taught))
    folds = _folds([data[index].group for index in taught])
    for fold in range(FOLDS):
        inside = folds != fold
        part = _ridge(columns[taught][inside], levels[inside], weights[inside])
        held_out[~inside] = columns[taught][~inside] @ part[0] + part[1]
    return _Fitted(fitted[0], fitted[1], _cuts(held_out, levels, weights))


def _fit_occasion(technique: str, data: Sequence[Example], columns: Numbers) -> _Fitted:
    """A score of whether there is occasion, and the cut that tells best, both ways alike, on golden replies held out."""
    present = np.array([float(example.levels.get(technique) is not None) for example in data])
    golden = np.array([example.weight == 1 for example in data])
    weights = np.where(golden, 1.0, OCCASION_WEIGHT)
    slope, intercept = _ridge(columns, present, weights)
    if present[golden].all():
        return _Fitted(slope, intercept, np.full(3, ALWAYS_CUT))
    held_out = np.zeros(len(data))
    folds = _folds([example.group for example in data])
    for fold in range(FOLDS):
        inside = folds != fold
        part = _ridge(columns[inside], present[inside], weights[inside])
        held_out[~inside] = columns[~inside] @ part[0] + part[1]
    scores, there = held_out[golden], present[golden] == 1
    tried = sorted(scores)
    balanced = [(scores[there] >= cut).mean() + (scores[~there] < cut).mean() for cut in tried]
    return _Fitted(slope, intercept, np.full(3, tried[int(np.argmax(balanced))]))


def _ridge(columns: Numbers, levels: Numbers, weights: Numbers) -> tuple[Numbers, float]:
    """Weighted ridge regression in its dual form: there are more columns than replies."""
    share = weights / weights.sum()
    middle, mean = share @ columns, float(share @ levels)
    root = np.sqrt(weights)[:, None]
    centred = (columns - middle) * root
    target = (levels - mean) * root[:, 0]
    kernel: Numbers = centred @ centred.T + RIDGE * np.eye(len(levels))
    dual: Numbers = np.asarray(np.linalg.solve(kernel, target), dtype=np.float64)
    slope: Numbers = np.asarray(centred.T @ dual, dtype=np.float64)
    return slope, mean - float(middle @ slope)


def _folds(groups: Sequence[str]) -> NDArray[np.int_]:
    order = {group: index for index, group in enumerate(sorted(set(groups)))}
    return np.array([order[group] % FOLDS for group in groups])


def _cuts(scores: Numbers, levels: Numbers, weights: Numbers) -> Numbers:
    """The three cuts with the best weighted kappa on scores of replies that were held out."""
    shares = [float(weights[levels <= level].sum() / weights.sum()) for level in range(3)]
    cuts = np.quantile(scores, shares)
    best = _kappa(scores, levels, weights, cuts)
    for width in (0.3, 0.15, 0.05):
        for place in range(3):
            for move in np.linspace(-width, width, 13):
                tried = cuts.copy()
                tried[place] += move
                value = _kappa(scores, levels, weights, np.sort(tried))
                if value > best + 1e-9:
                    best, cuts = value, np.sort(tried)
    return cuts


def _kappa(scores: Numbers, levels: Numbers, weights: Numbers, cuts: Numbers) -> float:
    table = np.zeros((4, 4))
    np.add.at(table, (levels.astype(int), np.searchsorted(cuts, scores, side="right")), weights)
    return float(quadratic_weighted_kappa(table))


def _plain(values: Numbers) -> list[float]:
    return [round(float(value), DIGITS) + 0.0 for value in values]
