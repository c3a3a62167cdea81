"""Gathers what a detector finds of one technique into a finding with verbatim quotes."""

from __future__ import annotations

from simcustomer.domain.assessment import Evidence, Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.moment import Moment, Sentence
from simcustomer.engines.embedded.nlu import Cue

Spot = Cue | Sentence

MOST = 2
"""Quotes kept for one indicator or misstep."""


class Notes:
    """A finding in the making; signs that the technique does not have are left out."""

    def __init__(self, technique: Technique, moment: Moment) -> None:
        self._technique = technique
        self._moment = moment
        self._evidence: list[Evidence] = []
        self._missing: list[str] = []

    def shows(self, indicator: str, *spots: Spot) -> None:
        """The reply shows an indicator at these spots; nothing is noted without a spot."""
        if indicator in self._technique.indicators:
            for quote in self._quotes(spots):
                self._evidence.append(Evidence(technique=self._technique.id, indicator=indicator, quote=quote))

    def errs(self, misstep: str, *spots: Spot) -> None:
        """The reply shows a misstep at these spots; nothing is noted without a spot."""
        if misstep in self._technique.missteps:
            for quote in self._quotes(spots):
                self._evidence.append(Evidence(technique=self._technique.id, misstep=misstep, quote=quote))

    def lacks(self, misstep: str) -> None:
        """The reply lacks what was due, which is a misstep that no quote can show."""
        if misstep in self._technique.missteps and misstep not in self._missing:
            self._missing.append(misstep)

    def finding(self, *, occasion: bool) -> Finding:
        """All that was noted."""
        return Finding(
            technique=self._technique.id, occasion=occasion, evidence=tuple(self._evidence), missing=tuple(self._missing)
        )

    def _quotes(self, spots: tuple[Spot, ...]) -> tuple[str, ...]:
        text = self._moment.reply.text
        quotes = (text.quote(spot.span) for spot in spots)
        return tuple(dict.fromkeys(quote for quote in quotes if quote))[:MOST]
