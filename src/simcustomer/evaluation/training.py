"""Trains the embedded grader's calibration from rated replies; the same data gives the same file, bit for bit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel, Scenario, Turn
from simcustomer.engines.embedded.calibration import SCALE, VOCABULARIES
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.evaluation.fitting import (
    DIGITS,
    FEWEST,
    SHARES,
    Fitted,
    Flags,
    Forest,
    Numbers,
    Ridge,
    folds,
    grow,
    level_cuts,
    occasion_cut,
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
    signals: dict[str, float]
    text: str
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
        signals, text = grader.observed(reply.case(rubric))
        made.append(Example(group, alone, signals, text, {name: _mean_level(reply, name) for name in rubric.ids}))
    return made


def _mean_level(reply: RatedReply, technique: str) -> float | None:
    given = [rater.levels.get(technique) for rater in reply.rating.raters] or [reply.rating.levels.get(technique)]
    levels = [level for level in given if level is not None]
    return sum(levels) / len(levels) if levels and 2 * len(levels) >= len(given) else None


def train(
    data: Sequence[Example], techniques: Sequence[str], step: Callable[[str], None] = lambda _: None
) -> dict[str, object]:
    """The model as plain numbers; `step` hears of each technique."""
    values = np.array([list(example.signals.values()) for example in data])
    scaled = scaling(values)
    words = {
        name: vocabulary([counted(example.text) for example in data], FEWEST[name])
        for name, counted in VOCABULARIES.items()
    }
    fold = folds([example.group for example in data])
    columns = [scaled.standard * SHARES["signals"], *(words[name].columns * SHARES[name] for name in words)]
    ridge = Ridge(np.hstack(columns), fold)
    written = np.array([example.written for example in data])
    levels = {name: np.array([_or_nan(example.levels[name]) for example in data]) for name in techniques}
    strengths = [ridge.fit(levels[name], np.where(written, WRITTEN_WEIGHT, 1.0)) for name in techniques]
    occasions = [
        ridge.fit((~np.isnan(levels[name])).astype(float), np.where(written, OCCASION_WEIGHT, 1.0))
        for name in techniques
    ]
    seen_by_trees = np.hstack([values, np.stack([fitted.held_out for fitted in strengths], axis=1)])
    forests: list[Forest] = []
    cuts: list[Numbers] = []
    occasion_cuts: list[float] = []
    for name, occasion in zip(techniques, occasions, strict=True):
        step(name)
        forest = grow(seen_by_trees, levels[name], np.where(written, WRITTEN_WEIGHT, 1.0), fold)
        forests.append(forest)
        cuts.append(_cuts(forest, levels[name], written))
        occasion_cuts.append(_occasion_cut(forest, occasion, levels[name], written, cuts[-1]))
    rows = np.stack([fitted.weights for fitted in (*strengths, *occasions)])
    model: dict[str, object] = {
        "signals": list(data[0].signals),
        "means": _plain(scaled.means),
        "scales": _plain(scaled.scales),
        "techniques": list(techniques),
        "intercepts": _plain(np.array([fitted.intercept for fitted in (*strengths, *occasions)])),
        "cuts": [_plain(row) for row in cuts],
        "occasion_cuts": [round(cut, DIGITS) for cut in occasion_cuts],
        "signal_weights": [_plain(row[: values.shape[1]] * SHARES["signals"]) for row in rows],
        "tree_starts": [round(forest.start, DIGITS) for forest in forests],
        "tree_techniques": [place for place, forest in enumerate(forests) for _ in forest.trees],
        "tree_columns": [tree.columns for forest in forests for tree in forest.trees],
        "tree_bounds": [tree.bounds for forest in forests for tree in forest.trees],
        "tree_answers": [tree.answers for forest in forests for tree in forest.trees],
    }
    start = values.shape[1]
    for name, held in words.items():
        weights = rows[:, start : start + len(held.words)] * SHARES[name] * SCALE
        model[name] = list(held.words)
        model[f"{name}_idf"] = _plain(held.idf)
        model[f"{name}_weights"] = [[round(float(weight)) for weight in row] for row in weights.T]
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
    return occasion_cut(occasion.held_out[whole], present, _whole(levels[whole]), given)


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
