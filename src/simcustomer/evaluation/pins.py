"""Pins: figures of a grader that are kept, so that a change which makes it worse is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from simcustomer.evaluation.figures import GRADER, Figure
from simcustomer.evaluation.files import written
from simcustomer.evaluation.provenance import Measured
from simcustomer.evaluation.reliability import Kept, Reliability, Word, word_of
from simcustomer.evaluation.results import Results, write_results

FOLDER = "baselines"

ROUNDING = 1e-6
"""Sums in another order may differ in their last digits."""


class Fall(NamedTuple):
    """A figure that is worse than its pin by more than its interval; `now` is None where it was not measured."""

    suite: str
    pinned: Figure
    now: Figure | None

    @property
    def bound(self) -> float | None:
        """How far it might have fallen."""
        return _bound(self.pinned)

    @property
    def sentence(self) -> str:
        """What fell, and how far it might have."""
        figure, now, bound = self.pinned, self.now.value if self.now else None, self.bound
        least = "at least" if figure.better == "higher" else "at most"
        was = f"pinned {figure.value:.3f}, {least} {bound:.3f} must be kept" if bound is not None else "pinned"
        return f"{self.suite} {figure.name}: {'not measured' if now is None else f'{now:.3f}'} ({was})"


def pin_path(evals: Path, engine: str) -> Path:
    """Where an engine's pins are kept."""
    return evals / FOLDER / f"{engine}.json"


def write_pin(results: Results, path: Path) -> None:
    """Keep the figures; what there is to read belongs in the report, not in the pins. Raises InvalidInput."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_results(results.model_copy(update={"disagreements": (), "conversations": ()}), path)


def falls(pinned: Results, now: Results) -> list[Fall]:
    """The grader's figures that fell, in suites that were measured now."""
    return [
        Fall(suite, figure, found)
        for suite, figures in pinned.suites.items()
        if suite in now.suites
        for figure in figures
        if figure.of == GRADER and figure.better is not None and figure.value is not None
        if fell(figure, found := now.figure(suite, figure.name))
    ]


def fell(pinned: Figure, now: Figure | None) -> bool:
    """Whether a figure with a good direction is worse than this one by more than its interval; one not measured is."""
    bound = _bound(pinned)
    if now is None or now.value is None or bound is None:
        return True
    if pinned.better == "lower":
        return now.value > bound + ROUNDING
    return now.value < bound - ROUNDING


def _bound(figure: Figure) -> float | None:
    """The worst value that is still within the pin's interval; the pin itself where it has none."""
    edge = figure.high if figure.better == "lower" else figure.low
    return figure.value if edge is None else edge


def differing(pinned: Measured, now: Measured) -> list[str]:
    """What makes two measurements answer different questions, as a sentence each: the data, the split, the rubric."""
    return list(_differing(pinned, now))


def _differing(pinned: Measured, now: Measured) -> Iterator[str]:
    if (pinned.rubric_id, pinned.rubric) != (now.rubric_id, now.rubric):
        yield f"the rubric was {pinned.rubric_id} ({pinned.rubric}) and is {now.rubric_id} ({now.rubric})"
    if pinned.split != now.split:
        yield f"the golden split was {pinned.split} and is {now.split}"
    for part, digest in now.data.items():
        if part in pinned.data and pinned.data[part] != digest:
            yield f"the data in {part} was {pinned.data[part]} and is {digest}"


def changed(pinned: Measured, now: Measured) -> list[str]:
    """What a comparison is there to judge: the engine's parts that differ from the pinned ones."""
    return [
        f"{what} {one} -> {other}"
        for what, one, other in (
            ("grader", pinned.grader, now.grader),
            ("code", pinned.code, now.code),
            ("calibration", pinned.calibration, now.calibration),
        )
        if one != other
    ]


def write_reliability(results: Results, path: Path) -> None:
    """Put a run's words into the packaged file, in place of the same grader's. Raises InvalidInput."""
    words: dict[str, Word] = {name: word_of(results.figure("agreement", f"qwk.{name}")) for name in results.techniques}
    new = Reliability(grader=results.provenance.grader, rubric=results.provenance.rubric, words=words)
    held = Kept.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else Kept()
    # A version is the part of a grader's name after the slash; only the newest one is ever asked for.
    family = new.grader.partition("/")[0]
    others = [each for each in held.measured if each.grader.partition("/")[0] != family]
    kept = Kept(measured=tuple(sorted([*others, new], key=lambda each: each.grader)))
    with written(path) as stream:
        stream.write(kept.model_dump_json(indent=1) + "\n")
