"""The mood over a conversation as a drawing: points, lines and labels in the units of its own frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simcustomer.domain.mood import MOST, Mood

WIDTH, HEIGHT = 480, 270
LEFT, RIGHT, TOP, BOTTOM = 32, 128, 14, 50
LABEL_GAP = 20.0
"""Least distance between two labels at the lines' ends, in units of the frame."""

NAMES = ("anger", "trust", "patience")


class Point(NamedTuple):
    """A value (0-10) and where it is drawn."""

    x: float
    y: float
    value: float


class Line(NamedTuple):
    """One part of the mood over the conversation; its label stands at `label_y`, beside the last point."""

    name: str
    points: tuple[Point, ...]
    label_y: float

    @property
    def path(self) -> str:
        """The points as SVG wants them in a polyline."""
        return " ".join(f"{p.x:g},{p.y:g}" for p in self.points)


class Tick(NamedTuple):
    """A mark on an axis; `value` 0 on the horizontal one is the state before the first reply."""

    at: float
    value: int


class Chart(NamedTuple):
    """The drawing, in a frame of `width` by `height`."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    lines: tuple[Line, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]


def mood_chart(moods: Sequence[Mood]) -> Chart:
    """The drawing of these moods, the one before the first reply first."""
    series = {name: _points([getattr(mood, name) for mood in moods]) for name in NAMES}
    labels = _apart({name: points[-1].y for name, points in series.items()})
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        lines=tuple(Line(name, points, labels[name]) for name, points in series.items()),
        columns=tuple(Tick(_x(i, len(moods)), i) for i in range(len(moods))),
        rows=tuple(Tick(_y(value), value) for value in (0, 5, 10)),
    )


def _points(values: Sequence[float]) -> tuple[Point, ...]:
    return tuple(Point(_x(i, len(values)), _y(value), value) for i, value in enumerate(values))


def _x(index: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * index / max(1, count - 1), 1)


def _y(value: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / MOST), 1)


def _apart(wanted: dict[str, float]) -> dict[str, float]:
    """The labels' heights, moved down, then up from the floor, until none covers another."""
    placed: dict[str, float] = {}
    floor = HEIGHT - BOTTOM + LABEL_GAP / 2
    last = float("-inf")
    for name in sorted(wanted, key=wanted.__getitem__):
        last = placed[name] = max(wanted[name], last + LABEL_GAP)
    ceiling = floor
    for name in sorted(placed, key=placed.__getitem__, reverse=True):
        placed[name] = min(placed[name], ceiling)
        ceiling = placed[name] - LABEL_GAP
    return placed
