"""A measured number, and how sure it is."""

from __future__ import annotations

from math import sqrt
from typing import Literal

from simcustomer.domain.model import Frozen

GRADER = "grader"
RATERS = "raters"

OVERALL = "overall"
"""The reply as a whole, among the techniques."""

BANDS = ("short", "middle", "long")
"""Thirds of the replies by length."""

_Z = 1.959964


class Figure(Frozen):
    """One measured number with the `n` that it was measured on; `low` and `high` bound its 95 % interval where it has one.

    `of` is who was measured: the grader, a baseline, or the raters among themselves. `better` says which way is good, None
    where neither is (a bias) or where the figure only describes.
    """

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    of: str = GRADER
    better: Literal["higher", "lower"] | None = "higher"


def share(name: str, hits: list[bool]) -> Figure:
    """Share of hits with its interval after Wilson (1927); no value where there is nothing to count."""
    n = len(hits)
    if not n:
        return Figure(name=name, value=None, n=0)
    p = sum(hits) / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return Figure(name=name, value=p, n=n, low=max(0.0, middle - half), high=min(1.0, middle + half))


def certain(name: str, hits: list[bool]) -> Figure:
    """Share of hits of which none may miss, so without an interval that would excuse some."""
    return Figure(name=name, value=sum(hits) / len(hits) if hits else None, n=len(hits))
