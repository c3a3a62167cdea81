"""Trains the embedded grader's calibration from rated replies; the same data gives the same file, bit for bit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel, Scenario, Turn
from simcustomer.engines.embedded.calibration import LEAN, SCALE, VOCABULARIES, Observed
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.evaluation.cuts import Flags, level_cuts, occasion_cut
from simcustomer.evaluation.fitting import (
    DIGITS,
    FEWEST,
    SHARES,
    Fitted,
    Forest,
    Numbers,
    Ridge,
    Scaling,
    Vocabulary,
    folds,
    grow,
    scaling,
    vocabulary,
)
from simcustomer.evaluation.golden import RatedReply, RatedTurn, read_models
from simcustomer.evaluation.grading import TranscriptRecord

WRITTEN_WEIGHT = 0.5
"""Weight of a reply that was written for training alone, beside 1 for one of a whole rated conversation."""

OCCASION_WEIGHT = 0.1
"""Weight of such a reply for whether there is occasion: raters of whole conversations saw it more often than its writers."""

CUT_WEIGHT = 0.1
"""Weight of such a reply for where the levels' cuts are: its levels are spread evenly, as those of conversations are not."""

LEAST = 60
"""Weight in thousandths below which, for every technique, a word is left out: one level in a hundred changes."""

ALWAYS_CUT = -9.0
"""A cut that every score is above, for techniques that always apply."""


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
    """A rated reply as the model sees it; `group` keeps alternatives to one moment in one fold.

    `written` is whether it was written for training alone. Levels are the mean of their raters, None where most saw no occasion.
    """

    group: str
    written: bool
    observed: Observed
    levels: dict[str, float | None]


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


def examples(rated: Sequence[RatedReply], written: Sequence[tuple[str, RatedReply]], rubric: Rubric) -> list[Example]:
    """All rated replies with their signals: those of whole conversations, then those written for training alone."""
    grader = EmbeddedGrader()
    made: list[Example] = []
    for group, alone, reply in (*((r.conversation, False, r) for r in rated), *((g, True, r) for g, r in written)):
        observed = grader.observed(reply.case(rubric))
        made.append(Example(group, alone, observed, {name: _mean_level(reply, name) for name in rubric.ids}))
    return made


def _mean_level(reply: RatedReply, technique: str) -> float | None:
    given = [rater.levels.get(technique) for rater in reply.rating.raters] or [reply.rating.levels.get(technique)]
    levels = [level for level in given if level is not None]
    return sum(levels) / len(levels) if levels and 2 * len(levels) >= len(given) else None


class _Space(NamedTuple):
    """The examples as columns: signals as they are and scaled, and the words of each vocabulary."""

    values: Numbers
    scaled: Scaling
    words: dict[str, Vocabulary]
    fold: NDArray[np.int_]
    written: Flags

    @classmethod
    def of(cls, data: Sequence[Example]) -> Self:
        values = np.array([list(example.observed.signals.values()) for example in data])
        words = {
            name: vocabulary([counted(example.observed) for example in data], FEWEST[name])
            for name, counted in VOCABULARIES.items()
        }
        written = np.array([example.written for example in data])
        return cls(values, scaling(values), words, folds([example.group for example in data]), written)

    def weights(self, of_written: float) -> Numbers:
        return np.where(self.written, of_written, 1.0)


class _Learnt(NamedTuple):
    """What is known of one technique once it is fitted."""

    strength: Fitted
    occasion: Fitted
    forest: Forest
    cuts: Numbers
    occasion_cut: float


def train(
    data: Sequence[Example], techniques: Sequence[str], step: Callable[[str], None] = lambda _: None
) -> dict[str, object]:
    """The model as plain numbers; `step` hears of each technique."""
    space = _Space.of(data)
    blocks = [space.scaled.standard * SHARES["signals"], *(held.scaled(SHARES[n]) for n, held in space.words.items())]
    # The words of the message answered come last; they tell of the occasion, not of how well it was met.
    ridge, knowing = Ridge(blocks[:-1], space.fold), Ridge(blocks, space.fold)
    levels = {name: np.array([_or_nan(example.levels[name]) for example in data]) for name in techniques}
    fitted = ridge.fit([levels[name] for name in techniques], space.weights(WRITTEN_WEIGHT))
    strengths = dict(zip(techniques, fitted, strict=True))
    columns = np.hstack([space.values, np.stack([fitted.held_out for fitted in strengths.values()], axis=1)])
    learnt: list[_Learnt] = []
    present = [(~np.isnan(levels[name])).astype(float) for name in techniques]
    occasions = knowing.fit(present, space.weights(OCCASION_WEIGHT))
    for name, occasion in zip(techniques, occasions, strict=True):
        step(name)
        forest = grow(columns, levels[name], space.weights(WRITTEN_WEIGHT), space.fold)
        cuts = _cuts(forest, levels[name], space.written)
        occasion_cut = _occasion_cut(forest, occasion, levels[name], space.written, cuts)
        learnt.append(_Learnt(strengths[name], occasion, forest, cuts, occasion_cut))
    return {"techniques": list(techniques), "signals": list(data[0].observed.signals), **_numbers(space, learnt)}


def _numbers(space: _Space, learnt: Sequence[_Learnt]) -> dict[str, object]:
    fitted = [*(one.strength for one in learnt), *(one.occasion for one in learnt)]
    width = len(learnt[0].occasion.weights)
    rows = np.stack([np.pad(each.weights, (0, width - len(each.weights))) for each in fitted])
    start = space.values.shape[1]
    trees = [(place, tree) for place, one in enumerate(learnt) for tree in one.forest.trees]
    model: dict[str, object] = {
        "means": _plain(space.scaled.means),
        "scales": _plain(space.scaled.scales),
        "intercepts": _plain(np.array([each.intercept for each in fitted])),
        "cuts": [_plain(one.cuts) for one in learnt],
        "occasion_cuts": [round(one.occasion_cut, DIGITS) for one in learnt],
        "signal_weights": [_plain(row[:start] * SHARES["signals"]) for row in rows],
        "tree_starts": [round(one.forest.start, DIGITS) for one in learnt],
        "tree_techniques": [place for place, _ in trees],
        "tree_columns": [tree.columns for _, tree in trees],
        "tree_bounds": [tree.bounds for _, tree in trees],
        "tree_answers": [tree.answers for _, tree in trees],
    }
    for name, held in space.words.items():
        weights = np.round(rows[:, start : start + len(held.words)] * SHARES[name] * SCALE).astype(int)
        kept = np.flatnonzero(np.abs(weights).max(axis=0) >= LEAST)
        model[name] = [held.words[place] for place in kept]
        model[f"{name}_idf"] = _plain(held.idf[kept])
        model[f"{name}_weights"] = weights.T[kept].tolist()
        start += len(held.words)
    return model


def _or_nan(level: float | None) -> float:
    return float("nan") if level is None else level


def _whole(levels: Numbers) -> Numbers:
    """Means of raters as levels, halves upwards."""
    return np.floor(levels + 0.5)


def _cuts(forest: Forest, levels: Numbers, written: Flags) -> Numbers:
    rated = ~np.isnan(levels)
    return level_cuts(forest.held_out[rated], _whole(levels[rated]), np.where(written, CUT_WEIGHT, 1.0)[rated])


def _occasion_cut(forest: Forest, occasion: Fitted, levels: Numbers, written: Flags, cuts: Numbers) -> float:
    whole = ~written
    present = ~np.isnan(levels[whole])
    if present.all():
        return ALWAYS_CUT
    given = np.searchsorted(cuts, forest.held_out[whole], side="right").astype(np.float64)
    scores = occasion.held_out + LEAN * forest.held_out
    return occasion_cut(scores[whole], present, _whole(levels[whole]), given)


def write(model: Mapping[str, object], path: Path) -> None:
    """The model as JSON, a line a row, so that a change can be read."""
    lines = [f" {json.dumps(name)}: {_lines(value)}" for name, value in model.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _lines(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        rows = cast("list[object]", value)
        return "[\n  " + ",\n  ".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n ]"
    return json.dumps(value, ensure_ascii=False)


def _plain(values: Numbers) -> list[float]:
    return [round(float(value), DIGITS) + 0.0 for value in values]
