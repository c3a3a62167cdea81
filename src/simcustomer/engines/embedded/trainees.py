"""Scripted trainees for rehearsals; they know the brief and the conversation, and nothing that the customer hides."""

from __future__ import annotations

import hashlib
import random
import re
from typing import Any

from simcustomer.domain.address import spoken_name
from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.engines.embedded.acts import acts_of
from simcustomer.engines.embedded.coach import offered
from simcustomer.engines.embedded.nlu import Reading, load_lexicon
from simcustomer.engines.embedded.phrases import phrases
from simcustomer.engines.embedded.understanding import question_kinds
from simcustomer.errors import NotFound
from simcustomer.roles import Trainee, TraineeView

LEVELS = ("expert", "average", "novice", "cold", "warm", "giveaway", "hostile", "trickster")
"""Expert, average, novice; cold but efficient, warm but useless, gives everything away, hostile, tries to trick."""

_KINDS = ("who", "when", "proof")
"""Kinds of a customer's own questions, in the order in which a trainee answers; one is answered in a reply."""

_CLAUSE = re.compile(r"[^.!?;:,\n\u2014()\"-]+")
_SUBJECT = re.compile(
    r"^(?:and |but |so |then |because )*(i|i've|i'm|i'd|my|we|we've|we're|our|it's|it is|nobody|no one|they|there's)\b",
    re.IGNORECASE,
)
_PLAINT = re.compile(
    r"(?:\b(?:not|never|nobody|no|none|still|lost|missed|wrong|dead|without|wait(?:ed|ing)?|again|broken|gone|died|late)\b|n't\b)",
    re.IGNORECASE,
)
"""What a clause needs to be a grievance: nobody is sorry that someone has a name."""

_UNTURNABLE = re.compile(
    # "me" may be "my" in dialect, and a clause with "you" in it would say "you" of two people.
    r"\b(?:you|your|yours|you're|you've|you'll|u|ur|duck|dear|pal|mate|me|us|ourselves|i'll|let)\b",
    re.IGNORECASE,
)
_TO_YOU = {
    "i": "you", "i've": "you've", "i'm": "you're", "i'd": "you'd", "my": "your", "mine": "yours", "myself": "yourself",
    "am": "are", "we": "you", "we've": "you've", "we're": "you're", "our": "your", "was": "were",
}  # fmt: skip
_FEWEST_WORDS, _MOST_WORDS = 4, 14
_FEWEST_SHARED = 2
"""Content words of the brief that a clause needs to be about the case, and so worth giving back."""

_SLOT = re.compile(r"\{\w+\}")
_CONDITION = re.compile(r", if (?!you\b)")


class ScriptedTrainee:
    """Implements `roles.Trainee` with the phrases of one level."""

    def __init__(self, level: str) -> None:
        self.name = level
        self._phrases: dict[str, Any] = phrases("trainees")[level]
        self._lexicon = load_lexicon("stop", "acts", "customer")

    async def reply(self, view: TraineeView) -> str:
        """The next reply; the same view gives the same reply."""
        mine = view.transcript.said_by(Speaker.TRAINEE)
        allowed = [offered(permission) for permission in view.brief.may]
        # To end the conversation, or to warn of it, is allowed by some briefs and is nothing to offer.
        options = [option for option in allowed if not acts_of(option) & {"hang_up", "limit"}] or allowed
        tried = sum(any(option[2:] in reply for reply in mine) for option in options)
        slots = self._slots(view, [o for o in options if not any(o[2:] in reply for reply in mine)] or options)
        situation = self._situation(view, tried=tried, options=len(options))
        text = self._phrase(situation, view, slots).format(**slots)
        if situation != "open" and (answer := self._answer(view)):
            text = f"{answer} {text}"
        if view.channel is Channel.EMAIL:
            return f"Dear {view.customer_name},\n\n{text}\n\nKind regards,\n{self._phrases['agent']}"
        return text

    def _slots(self, view: TraineeView, untried: list[str]) -> dict[str, str]:
        """What phrases may be filled with; a slot that nothing fills is left out."""
        option = untried[0]
        if self._phrases.get("applies") and _CONDITION.search(option) and not self._confided(view):
            option = f"{option} {self._pick(self._phrases['applies'], 'applies', view)}"
        slots = {
            "customer": spoken_name(view.customer_name),
            "company": view.brief.company,
            "agent": self._phrases["agent"],
            "option": option,
        }
        if len(untried) > 1:
            slots["second_low"] = untried[1]
        if clause := self._clause(view):
            slots |= {"clause": _capital(clause), "clause_low": clause}
        if words := self._phrases.get("word"):
            slots["word"] = self._word(words[view.channel.value], view)
        return slots

    def _word(self, words: list[str], view: TraineeView) -> str:
        """What is promised with an option: an hour once, and after that a reference to it."""
        mine = view.transcript.said_by(Speaker.TRAINEE)
        given = sum(any(word in reply for word in words) for reply in mine)
        return words[min(given, len(words) - 1)]

    def _confided(self, view: TraineeView) -> bool:
        """Whether the customer has told what hurts."""
        texts = view.transcript.said_by(Speaker.CUSTOMER)[1:]
        return any(Reading(text, self._lexicon).cues("confides") for text in texts)

    def _answer(self, view: TraineeView) -> str | None:
        """What answers the customer's last words, a confidence before a question, if this level has it and did not say it yet."""
        mine = view.transcript.said_by(Speaker.TRAINEE)
        last = Reading(view.transcript.said_by(Speaker.CUSTOMER)[-1], self._lexicon)
        for answer in self._phrases.get("confided", ()) if last.cues("confides") else ():
            if not any(_fixed(answer) in reply for reply in mine):
                return str(answer.format(customer=spoken_name(view.customer_name)))
        asked = question_kinds(view.transcript.said_by(Speaker.CUSTOMER)[-1], self._lexicon)
        answers = (
            answer
            for kind in _KINDS
            if kind in asked
            for answer in self._phrases.get(kind, ())
            if not any(answer in reply for reply in mine)
        )
        return next(answers, None)

    def _situation(self, view: TraineeView, *, tried: int, options: int) -> str:
        said = [Reading(text, self._lexicon) for text in view.transcript.said_by(Speaker.CUSTOMER)]
        for situation, cue in (("abused", "abuse"), ("senior", "offer_supervisor")):
            times = sum(bool(reading.cues(cue)) for reading in said)
            if said[-1].cues(cue) and times <= len(self._phrases[situation]):
                return situation
        if len(said) == 1:
            return "open"
        return "offer" if tried < options else "later"

    def _phrase(self, situation: str, view: TraineeView, slots: dict[str, str]) -> str:
        """A phrase of the situation whose slots can be filled, unused ones first."""
        listed: list[str] = self._phrases[situation]
        return self._pick([p for p in listed if set(re.findall(r"\{(\w+)\}", p)) <= set(slots)], situation, view)

    def _pick(self, listed: list[str], situation: str, view: TraineeView) -> str:
        """One of the phrases, by an order that depends on the seed, so that replies in a row differ."""
        digest = hashlib.sha256(f"{view.seed}:{self.name}:{situation}".encode()).digest()
        order = random.Random(digest).sample(listed, len(listed))  # noqa: S311
        mine = view.transcript.said_by(Speaker.TRAINEE)
        unused = [phrase for phrase in order if not any(_fixed(phrase) in reply for reply in mine)]
        return unused[0] if unused else order[len(view.transcript.turns) // 2 % len(order)]

    def _clause(self, view: TraineeView) -> str | None:
        """Something that the customer said about their case, turned to "you", where it can be turned and was not given back."""
        mine = view.transcript.said_by(Speaker.TRAINEE)
        brief = Reading(" ".join((view.brief.situation, *view.brief.known)), self._lexicon).stems
        clauses = [clause.strip() for clause in _CLAUSE.findall(view.transcript.said_by(Speaker.CUSTOMER)[-1])]
        fitting = [
            clause
            for clause in clauses
            if _SUBJECT.match(clause)
            and _PLAINT.search(clause)
            and not _UNTURNABLE.search(clause)
            and _FEWEST_WORDS <= len(clause.split()) <= _MOST_WORDS
            and len(Reading(clause, self._lexicon).stems & brief) >= _FEWEST_SHARED
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda clause: len(Reading(clause, self._lexicon).stems & brief))
        words = re.sub(r"^(?:and|but|so|then|because) ", "", best, flags=re.IGNORECASE).split()
        turned = " ".join(_turned(word, before) for before, word in zip(["", *words], words, strict=False))
        return None if any(turned.lower() in reply.lower() for reply in mine) else turned[0].lower() + turned[1:]


def _turned(word: str, before: str) -> str:
    """A word as the other side says it; "was" turns only after its "I"."""
    low = word.lower()
    return word if low == "was" and before.lower() != "i" else _TO_YOU.get(low, word)


def trainee_of(level: str) -> Trainee:
    """The scripted trainee of a level. Raises NotFound."""
    if level not in LEVELS:
        raise NotFound(f"There is no trainee {level!r}. Choose one of: {', '.join(LEVELS)}.")
    return ScriptedTrainee(level)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _fixed(phrase: str) -> str:
    """The longest stretch of a phrase between its slots, by which it is known again."""
    return max(_SLOT.split(phrase), key=len)
