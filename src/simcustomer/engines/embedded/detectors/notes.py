"""Gathers what a detector finds of one technique into a finding with verbatim quotes."""

from __future__ import annotations

from collections.abc import Set

from simcustomer.domain.assessment import Evidence, Finding
from simcustomer.domain.rubric import ALWAYS, Technique
from simcustomer.engines.embedded.detectors.moment import Moment, Sentence
from simcustomer.engines.embedded.detectors.scale import strength
from simcustomer.engines.embedded.detectors.traits import touching
from simcustomer.engines.embedded.nlu import Cue

Spot = Cue | Sentence

MOST = 2
"""Quotes kept for one indicator or misstep."""


class Notes:
    """A finding in the making.

    Detectors note the signs they see. The points (`scale`) say how strong the whole is; a sign that would lift the
    level above that is left out, and where the signs fall short, what the reply has of the case stands in for them.
    """

    def __init__(self, technique: Technique, moment: Moment) -> None:
        self._technique = technique
        self._moment = moment
        self._shown: dict[str, tuple[str, ...]] = {}
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._missing: list[str] = []
        self._sure: set[str] = set()
        self.strength = strength(moment, technique.id)

    def shows(self, indicator: str, *spots: Spot) -> None:
        """The reply shows an indicator at these spots; nothing is noted without a spot."""
        if indicator in self._technique.indicators and (quotes := self._quotes(spots)):
            self._shown[indicator] = quotes

    def errs(self, misstep: str, *spots: Spot, sure: bool = False) -> None:
        """The reply shows a misstep at these spots; `sure` counts it even where the whole is strong."""
        if misstep in self._technique.missteps and (quotes := self._quotes(spots)):
            self._wrong[misstep] = quotes
            if sure:
                self._sure.add(misstep)

    def lacks(self, misstep: str) -> None:
        """The reply lacks what was due, which is a misstep that no quote can show."""
        if misstep in self._technique.missteps and misstep not in self._missing:
            self._missing.append(misstep)

    def at_least(self, least: int) -> None:
        """The whole is no weaker than this, whatever the points."""
        self.strength = max(self.strength, least)

    def finding(self, *, occasion: bool) -> Finding:
        """All that was noted, so that the rubric's rules give the level that the points speak for, where they can."""
        if not occasion:
            return Finding(technique=self._technique.id, occasion=False)
        missteps = self._missteps()
        indicators = self._indicators()
        evidence = [self._evidence(indicator=name, quote=quote) for name in indicators for quote in indicators[name]]
        evidence += [self._evidence(misstep=name, quote=quote) for name in missteps for quote in self._wrong[name]]
        return Finding(
            technique=self._technique.id, occasion=True, evidence=tuple(evidence), missing=tuple(self._missing)
        )

    def _missteps(self) -> tuple[str, ...]:
        caps = self._technique.caps
        return tuple(name for name in self._wrong if name in self._sure or caps[name] >= self.strength)

    def _indicators(self) -> dict[str, tuple[str, ...]]:
        ways = _ways(self._technique)
        kept: dict[str, tuple[str, ...]] = {}
        for name, quotes in self._shown.items():
            if _earned(ways, {*kept, name}) <= self.strength:
                kept[name] = quotes
        if _earned(ways, kept.keys()) >= self.strength:
            return kept
        stand_in = self._quotes(touching(self._moment)) or self._quotes(self._moment.sentences[:1])
        for _, way in sorted((w for w in ways if w[0] == self.strength), key=lambda w: len(w[1] - kept.keys())):
            whole = kept | {name: self._shown.get(name, stand_in) for name in sorted(way - kept.keys())}
            if all(whole.values()) and _earned(ways, whole.keys()) == self.strength:
                return whole
        return kept

    def _evidence(self, *, quote: str, indicator: str | None = None, misstep: str | None = None) -> Evidence:
        return Evidence(technique=self._technique.id, indicator=indicator, misstep=misstep, quote=quote)

    def _quotes(self, spots: tuple[Spot, ...]) -> tuple[str, ...]:
        text = self._moment.reply.text
        quotes = (text.quote(spot.span) for spot in spots)
        return tuple(dict.fromkeys(quote for quote in quotes if quote))[:MOST]


def _ways(technique: Technique) -> tuple[tuple[int, frozenset[str]], ...]:
    """Every way to a level: the level, and the indicators that it takes."""
    return tuple(
        (level, frozenset(part.strip() for part in way.split("+")) - {ALWAYS})
        for level, ways in technique.levels.items()
        for way in ways
    )


def _earned(ways: tuple[tuple[int, frozenset[str]], ...], indicators: Set[str]) -> int:
    """The level that indicators earn before any misstep."""
    return max((level for level, way in ways if way <= indicators), default=0)
