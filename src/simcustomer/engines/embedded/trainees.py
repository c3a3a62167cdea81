"""Scripted trainees for rehearsals; they know the brief and the conversation, and nothing that the customer hides."""

from __future__ import annotations

import hashlib
import random
import re

from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.engines.embedded.acts import acts_of
from simcustomer.engines.embedded.coach import offered
from simcustomer.engines.embedded.nlu import Reading, load_lexicon
from simcustomer.engines.embedded.phrases import phrases
from simcustomer.errors import NotFound
from simcustomer.roles import Trainee, TraineeView

LEVELS = ("expert", "average", "novice", "cold", "warm", "giveaway", "hostile", "trickster")
"""Expert, average, novice; cold but efficient, warm but useless, gives everything away, hostile, tries to trick."""

_CLAUSE = re.compile(r"[^.!?;:,\n\u2014()\"-]+")
_SUBJECT = re.compile(
    r"^(?:and |but |so |then |because )*(i|i've|i'm|i'd|my|we|we've|we're|our|it's|it is|nobody|no one|they|there's)\b",
    re.IGNORECASE,
)
_TO_YOU = {
    "i": "you", "i've": "you've", "i'm": "you're", "i'd": "you'd", "i'll": "you'll", "me": "you", "my": "your", "mine": "yours",
    "myself": "yourself", "am": "are", "we": "you", "we've": "you've", "we're": "you're", "our": "your", "us": "you", "was": "were",
}  # fmt: skip
_FEWEST_WORDS, _MOST_WORDS = 4, 14


class ScriptedTrainee:
    """Implements `roles.Trainee` with the phrases of one level."""

    def __init__(self, level: str) -> None:
        self.name = level
        self._phrases: dict[str, list[str]] = phrases("trainees")[level]
        self._lexicon = load_lexicon("stop", "acts")

    async def reply(self, view: TraineeView) -> str:
        """The next reply; the same view gives the same reply."""
        mine = view.transcript.said_by(Speaker.TRAINEE)
        allowed = [offered(permission) for permission in view.brief.may]
        options = [option for option in allowed if "hang_up" not in acts_of(option)] or allowed
        situation = self._situation(
            view, tried=sum(option in reply for option in options for reply in mine), options=len(options)
        )
        clause = self._clause(view.transcript.said_by(Speaker.CUSTOMER)[-1])
        untried = [option for option in options if not any(option in reply for reply in mine)] or options
        text = self._phrase(situation, view).format(
            customer=view.customer_name,
            company=view.brief.company,
            agent=self._phrases["agent"],
            clause=_capital(clause),
            clause_low=clause,
            option=untried[0],
            second_low=untried[1 % len(untried)],
        )
        if view.channel is Channel.EMAIL:
            return f"Dear {view.customer_name},\n\n{text}\n\nKind regards,\n{self._phrases['agent']}"
        return text

    def _situation(self, view: TraineeView, *, tried: int, options: int) -> str:
        said = [Reading(text, self._lexicon) for text in view.transcript.said_by(Speaker.CUSTOMER)]
        for situation, cue in (("abused", "insult"), ("senior", "offer_supervisor")):
            times = sum(bool(reading.cues(cue)) for reading in said)
            if said[-1].cues(cue) and times <= len(self._phrases[situation]):
                return situation
        if len(said) == 1:
            return "open"
        return "offer" if tried < options else "later"

    def _phrase(self, situation: str, view: TraineeView) -> str:
        """A phrase of the situation, by an order that depends on the seed, so that replies in a row differ."""
        digest = hashlib.sha256(f"{view.seed}:{self.name}:{situation}".encode()).digest()
        order = random.Random(digest).sample(self._phrases[situation], len(self._phrases[situation]))  # noqa: S311
        return order[len(view.transcript.turns) // 2 % len(order)]

    def _clause(self, message: str) -> str:
        """Something that the customer said about their case, turned to "you"; the first that stands as a sentence."""
        clauses = [clause.strip() for clause in _CLAUSE.findall(message)]
        fitting = [c for c in clauses if _SUBJECT.match(c) and _FEWEST_WORDS <= len(c.split()) <= _MOST_WORDS]
        if not fitting:
            return "this has gone on for far too long"
        best = max(fitting, key=lambda clause: len(Reading(clause, self._lexicon).stems))
        return " ".join(
            _TO_YOU.get(word.lower(), word)
            for word in re.sub(r"^(?:and|but|so|then|because) ", "", best, flags=re.IGNORECASE).split()
        )


def trainee_of(level: str) -> Trainee:
    """The scripted trainee of a level. Raises NotFound."""
    if level not in LEVELS:
        raise NotFound(f"There is no trainee {level!r}. Choose one of: {', '.join(LEVELS)}.")
    return ScriptedTrainee(level)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
