"""Which of two things put to them the customer would take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from simcustomer.domain.persona import Persona
from simcustomer.engines.embedded.nlu import Reading
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.offers import names_offer
from simcustomer.engines.embedded.proposals import alternatives, puts_two

Choice = Literal["first", "second"]

_WORTH = {"insult": 0, "part": 1, "full": 2}


def choice_in(reading: Reading, persona: Persona) -> Choice | None:
    """Which of two things put to them the customer would take: what is worth more to them, else what was named first."""
    for sentence in reading.questions:
        if puts_two(reading, sentence) and (halves := alternatives(reading, sentence)):
            first, second = (max(_worths(reading, persona, half), default=0) for half in halves)
            return "second" if second > first else "first"
    return None


def _worths(reading: Reading, persona: Persona, part: Span) -> Iterator[int]:
    yield from (_WORTH[offer.worth] for offer in persona.offers if names_offer(offer, reading, part))
