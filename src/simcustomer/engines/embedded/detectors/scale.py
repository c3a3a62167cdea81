"""How strongly a reply does what a technique asks: signals counted in points, and points read off as a level.

The points stand beside the cues in `lexicon/grading.toml`. `[scales.merit]` counts for every technique: what any good
reply does, and what spoils any reply. A technique's own table adds to it and says from how many points levels 1, 2 and
3 begin.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from simcustomer.engines.embedded.detectors import traits
from simcustomer.engines.embedded.detectors.moment import Moment

Points = tuple[tuple[str, float, float], ...]
"""Signal, points for each, and the most that are counted."""

STRUCTURE: dict[str, Callable[[Moment], float]] = {
    "grip": lambda m: m.grip,
    "density": lambda m: m.grip / max(m.size, 1),
    "words": lambda m: m.size,
    "first": lambda m: m.first,
    "exclaims": lambda m: m.reply.text.even.count("!"),
    "questions": lambda m: len(m.questions),
    "asked": lambda m: m.asked,
    "newcomers": lambda m: len(m.newcomers),
    "harsh": lambda m: len(traits.harsh(m)),
    "acknowledges": lambda m: len(traits.acknowledgements(m)),
    "reflects": lambda m: len(traits.reflections(m)),
    "warm": lambda m: len(traits.warmth(m)),
    "acts": lambda m: len(traits.acts(m)),
    "concrete_acts": lambda m: len(traits.concrete_acts(m)),
    "gathers_only": traits.gathers_only,
    "apologises": lambda m: len(traits.apologies(m)),
    "apologised_before": traits.apologised_before,
    "company_failed": traits.failing,
    "heat": traits.heat,
    "customer_is_settled": traits.settled,
    "customer_is_adversarial": traits.adversarial,
    "customer_is_ending": traits.ending,
}
"""Signals that are not counts of a cue."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Points for one technique beside merit, and the points from which levels 1, 2 and 3 begin."""

    points: Points
    starts: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Scales:
    """What counts for every technique, and the scale of each."""

    merit: Points
    techniques: dict[str, Scale]


@cache
def load_scales() -> Scales:
    """The scales of `lexicon/grading.toml`."""
    source = files("simcustomer.engines.embedded").joinpath("lexicon", "grading.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, dict[str, list[float]] | list[float]]] = tomllib.loads(source)["scales"]
    merit = _points(tables.pop("merit")["points"])
    techniques: dict[str, Scale] = {}
    for name, table in tables.items():
        first, second, third = table["starts"]
        techniques[name] = Scale(points=_points(table["points"]), starts=(float(first), float(second), float(third)))
    return Scales(merit=merit, techniques=techniques)


def _points(table: dict[str, list[float]] | list[float]) -> Points:
    if isinstance(table, list):
        raise TypeError("points are a table of signals, each with [points, most]")
    return tuple((name, float(each), float(most)) for name, (each, most) in table.items())


def signal(moment: Moment, name: str) -> float:
    """One signal: a structural one, or how often a cue stands in the reply (`customer_...`: in the message answered)."""
    if name in STRUCTURE:
        return float(STRUCTURE[name](moment))
    if name.startswith("customer_"):
        return float(moment.customer_count(name))
    return float(len(moment.said(name)))


def signals(moment: Moment) -> dict[str, float]:
    """Every signal by name."""
    return {name: signal(moment, name) for name in (*STRUCTURE, *moment.lexicon.cues)}


def score(moment: Moment, technique_id: str) -> float:
    """A technique's points for this reply; KeyError for a technique that has no scale."""
    scale = load_scales().techniques[technique_id]
    return moment.once("merit", _merit) + _sum(moment, scale.points)


def strength(moment: Moment, technique_id: str) -> int:
    """0 to 3: the level that the points speak for."""
    return bisect_right(load_scales().techniques[technique_id].starts, score(moment, technique_id))


def _merit(moment: Moment, _: str) -> float:
    return _sum(moment, load_scales().merit)


def _sum(moment: Moment, points: Points) -> float:
    return sum(each * min(moment.once(name, signal), most) for name, each, most in points)
