"""The requests for one answer of the customer: what stays the same first, then the conversation, then what may be said now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from simcustomer.domain.mood import Mood
from simcustomer.domain.session import Appraisal, Stance
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.understanding import LEXICON, understand
from simcustomer.engines.openai.calls import Call, Message
from simcustomer.engines.openai.card import Card, card_of
from simcustomer.engines.openai.quoting import spotlit
from simcustomer.engines.prompts import digests, prompt, wording
from simcustomer.roles import Scene

PROMPTS = ("customer_rules", "customer_turn", "customer_speak")

_LOW, _HIGH = 3.5, 6.5
"""Bounds of the bands of trust and patience: those of `Mood.temper`."""


@dataclass(frozen=True)
class Turn:
    """One message to answer."""

    scene: Scene

    @cached_property
    def card(self) -> Card:
        """The persona as the model knows it."""
        return card_of(self.scene.session.persona, self.scene.session.rubric)

    @cached_property
    def own(self) -> Appraisal:
        """What code finds in the message by its words, as the embedded customer does."""
        return understand(self.scene, (), load_lexicon(*LEXICON)).appraisal

    @cached_property
    def foreseen(self) -> tuple[str, ...]:
        """Facts that the message asks for, to code's eye, and that the trust earned before it is enough for.

        The first prompt holds them, so that one call is enough. Should the message cost that trust, what was said with
        them is dropped unheard.
        """
        session = self.scene.session
        unlocked = session.persona.unlocked(trust=session.mood.trust, asked=self.own.asked, told=session.told)
        return self._closed(fact.id for fact in unlocked if fact.id not in session.told)

    def call(self, purpose: str, last: str) -> Call:
        """A call whose last message is the reply with `last` behind it."""
        session = self.scene.session
        messages = [Message("system", self.card.rules), Message("user", wording("customer")["begin"])]
        for turn in session.transcript.turns:
            if turn.role is Speaker.CUSTOMER:
                messages.append(Message("assistant", turn.text))
            else:
                messages.append(Message("user", spotlit(turn.text)))
        if messages[-1].role == "user":
            # The customer said nothing to the last reply, and two messages of one side in a row confuse servers.
            messages.append(Message("assistant", "..."))
        messages.append(Message("user", f"{spotlit(self.scene.reply)}\n\n{last}"))
        return Call("customer", purpose, tuple(messages), prompts=digests(PROMPTS), session=session.id)

    def ask(self, note: str) -> str:
        """The request for appraisal and words, with the mood before this reply."""
        return prompt("customer_turn").filled(
            **self.state(self.scene.session.mood), told=self.told(self.foreseen), note=note
        )

    def state(self, mood: Mood) -> dict[str, str]:
        """The changing values that both prompts of a turn have."""
        texts = wording("customer")
        return {
            "number": str(self.scene.number),
            "anger": f"{mood.anger:g}",
            "trust": f"{mood.trust:g}",
            "patience": f"{mood.patience:g}",
            "temper": " ".join(
                (
                    texts["temper"][mood.temper.value],
                    texts["trust"][_band(mood.trust)],
                    texts["patience"][_band(mood.patience)],
                )
            ),
        }

    def told(self, fresh: tuple[str, ...]) -> str:
        """The unlocked facts as text: those of before in the order in which they were told, then the fresh ones to tell now."""
        texts = wording("customer")
        before = dict.fromkeys(fact for exchange in self.scene.session.exchanges for fact in exchange.stance.may_tell)
        lines = [f"- {self._texts[fact]}" for fact in self._closed(before)]
        lines = [texts["told"], *lines] if lines else []
        if fresh:
            lines += [texts["tell"], *(f"- {self._texts[fact]}" for fact in fresh)]
        return "\n".join(lines) or texts["told_none"]

    def fresh(self, appraisal: Appraisal, stance: Stance) -> tuple[str, ...]:
        """The facts that a stance has unlocked, in the order in which they were asked for."""
        told, asked = self.scene.session.told, appraisal.asked
        unlocked = self._closed(fact for fact in stance.may_tell if fact not in told)
        return tuple(sorted(unlocked, key=lambda fact: asked.index(fact) if fact in asked else len(asked)))

    def _closed(self, facts: Iterable[str]) -> tuple[str, ...]:
        return tuple(fact for fact in facts if fact in self._texts)

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Text by id of the facts that are not known from the start."""
        facts = self.scene.session.persona.facts
        return {fact.id: fact.text for fact in facts if fact.reveal.when != "opening"}


@dataclass(frozen=True)
class Answer:
    """What a turn came to: the appraisal, and the stance that code gave."""

    turn: Turn
    appraisal: Appraisal
    stance: Stance

    @property
    def needs_telling(self) -> bool:
        """Whether the first prompt did not say what may be said now: another fact, one too many, or the end."""
        return set(self._fresh) != set(self.turn.foreseen) or self.stance.outcome is not None

    @cached_property
    def _fresh(self) -> tuple[str, ...]:
        return self.turn.fresh(self.appraisal, self.stance)

    def ask(self, note: str) -> str:
        """The request for words alone, with the mood after this reply."""
        texts, outcome = wording("customer"), self.stance.outcome
        ending = texts["outcome"].get(outcome.value, "") if outcome is not None else ""
        return prompt("customer_speak").filled(
            **self.turn.state(self.stance.mood),
            told=self.turn.told(self._fresh),
            direction=ending or texts["go_on"],
            note=note,
        )


def _band(amount: float) -> str:
    if amount >= _HIGH:
        return "high"
    return "middling" if amount >= _LOW else "low"
