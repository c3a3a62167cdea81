"""Gathers what a detector finds of one technique into a finding with verbatim quotes."""

from __future__ import annotations

from collections.abc import Iterable

from simcustomer.domain.assessment import Evidence, Finding
from simcustomer.domain.rubric import ALWAYS, LEVELS, Technique
from simcustomer.engines.embedded.detectors.body import Sentence
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.nlu import Cue
from simcustomer.engines.embedded.nlu.text import Span

Spot = Cue | Sentence

MOST = 2
"""Quotes kept for one indicator or misstep."""


class Notes:
    """A finding in the making.

    Detectors note the signs they see, each with its words. `strength` is the calibration's estimate of the whole.
    """

    def __init__(self, technique: Technique, moment: Moment) -> None:
        self._technique = technique
        self._moment = moment
        self._shown: dict[str, tuple[str, ...]] = {}
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._missing: list[str] = []
        self._sure: set[str] = set()
        self._passed_over = False
        estimate = moment.estimates.get(technique.id)
        self.strength: int = estimate.level if estimate else 0
        self._called_for = estimate is not None and estimate.occasion

    def shows(self, indicator: str, *spots: Spot) -> None:
        """The reply shows an indicator at these spots; nothing is noted without a spot in a sentence that does something."""
        if indicator in self._technique.indicators:
            idle = self._moment.idle
            telling = [spot for spot in spots if not _is_within(spot, idle)] if idle else spots
            if quotes := self._quotes(telling):
                self._shown[indicator] = quotes

    def errs(self, misstep: str, *spots: Spot, sure: bool = False) -> None:
        """The reply shows a misstep at these spots; `sure` counts it even where the whole is strong."""
        if misstep in self._technique.missteps and (quotes := self._quotes(spots)):
            self._wrong[misstep] = quotes
            if sure:
                self._sure.add(misstep)

    def errs_in(self, misstep: str, quotes: tuple[str, ...]) -> None:
        """The reply shows a misstep in these of its words, as written."""
        if misstep in self._technique.missteps and quotes:
            self._wrong[misstep] = tuple(dict.fromkeys(quotes))[:MOST]

    def lacks(self, misstep: str, *, sure: bool = False) -> None:
        """The reply lacks what was due, which is a misstep that no quote can show; `sure`: without a sign, nothing else stands in."""
        self._passed_over = self._passed_over or sure
        if misstep in self._technique.missteps and misstep not in self._missing:
            self._missing.append(misstep)

    def at_least(self, least: int) -> None:
        """The whole is no weaker than this, whatever the estimate."""
        self.strength = max(self.strength, least)

    def finding(self, *, occasion: bool) -> Finding:
        """All that was noted, with the estimate that moves the level which the signs earn.

        A misstep that a strong whole speaks against is taken for a misreading and left out, unless it is sure.
        """
        if self._passed_over and not self._shown:
            self.strength = 0
        # An occasion that no detector saw is believed only where something was done with it: no 0 comes out of nowhere.
        if not (occasion or (self._called_for and self.strength)):
            return Finding(technique=self._technique.id, occasion=False)
        caps = self._technique.caps
        wrong = [name for name in self._wrong if name in self._sure or caps[name] >= self.strength]
        if self.strength and not self._shown:
            self._show_most_telling()
        weighed = self._shown or self._moment.says_nothing
        evidence = [
            self._evidence(indicator=name, quote=quote) for name, quotes in self._shown.items() for quote in quotes
        ]
        evidence += [self._evidence(misstep=name, quote=quote) for name in wrong for quote in self._wrong[name]]
        return Finding(
            technique=self._technique.id,
            occasion=True,
            evidence=tuple(evidence),
            missing=tuple(self._missing),
            estimate=LEVELS[self.strength] if weighed else None,
        )

    def _show_most_telling(self) -> None:
        """Where the whole is strong and no sign was seen, the sentence that weighs most stands for the plainest indicator."""
        plainest = next((way for ways in self._technique.levels.values() for way in ways if way != ALWAYS), "")
        sentence = self._moment.most_telling(self._technique.id)
        if sentence is not None:
            self.shows(plainest.split("+")[0].strip(), sentence)

    def _evidence(self, *, quote: str, indicator: str | None = None, misstep: str | None = None) -> Evidence:
        return Evidence(technique=self._technique.id, indicator=indicator, misstep=misstep, quote=quote)

    def _quotes(self, spots: Iterable[Spot]) -> tuple[str, ...]:
        """The words of the first spots, each once; the others are not looked at."""
        text = self._moment.reply.text
        quotes: dict[str, None] = {}
        for spot in spots:
            if quote := text.quote(spot.span):
                quotes[quote] = None
            if len(quotes) == MOST:
                break
        return tuple(quotes)


def _is_within(spot: Spot, spans: Iterable[Span]) -> bool:
    return any(start <= spot.span.start < end for start, end in spans)
