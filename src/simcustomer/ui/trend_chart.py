"""The levels of a technique over time as a drawing, with a gap wherever they were made differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simcustomer.ui.chart import Point, Tick

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 32, 20, 18, 46
HIGHEST = 3
MOST_TICKS = 10


class Run(NamedTuple):
    """Points that a line joins."""

    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """The points as SVG wants them in a polyline."""
        return " ".join(f"{p.x:g},{p.y:g}" for p in self.points)


class TrendChart(NamedTuple):
    """The drawing, in a frame of `width` by `height`; `breaks` are where a vertical line parts two runs."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    runs: tuple[Run, ...]
    breaks: tuple[float, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]


def trend_chart(stretches: Sequence[Sequence[float]]) -> TrendChart:
    """The drawing of these levels (0-3), oldest first; a run for each stretch."""
    count = sum(len(stretch) for stretch in stretches)
    runs: list[Run] = []
    breaks: list[float] = []
    at = 0
    for stretch in stretches:
        if at:
            breaks.append(round((_x(at - 1, count) + _x(at, count)) / 2, 1))
        runs.append(Run(tuple(Point(_x(at + i, count), _y(level), level) for i, level in enumerate(stretch))))
        at += len(stretch)
    every = -(-count // MOST_TICKS) or 1
    return TrendChart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        runs=tuple(runs),
        breaks=tuple(breaks),
        columns=tuple(Tick(_x(i, count), i + 1) for i in range(0, count, every)),
        rows=tuple(Tick(_y(level), level) for level in range(HIGHEST + 1)),
    )


def _x(index: int, count: int) -> float:
    # A point's half width of room at both sides, so that a single one stands in the middle.
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (index + 0.5) / count, 1)


def _y(level: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - level / HIGHEST), 1)
