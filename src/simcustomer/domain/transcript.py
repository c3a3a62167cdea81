"""A conversation as it was said: customer and trainee in strict alternation, customer first."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from simcustomer.domain.model import Frozen


class Channel(StrEnum):
    """How the two of them talk."""

    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"


class Speaker(StrEnum):
    """Who said a turn."""

    CUSTOMER = "customer"
    TRAINEE = "trainee"


class Scenario(Frozen):
    """The case behind a conversation, as far as it is known."""

    company: str | None = None
    customer_name: str | None = None
    archetype: str | None = None
    issue: str | None = None
    facts: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    hidden_need: str | None = None


class Turn(Frozen):
    """One message."""

    role: Speaker
    text: str


class Transcript(Frozen):
    """Turns in order; index 0 is the customer's opening."""

    turns: tuple[Turn, ...]

    @model_validator(mode="after")
    def _alternates(self) -> Self:
        for index, turn in enumerate(self.turns):
            expected = Speaker.CUSTOMER if index % 2 == 0 else Speaker.TRAINEE
            if turn.role is not expected:
                raise ValueError(
                    f"turn {index} is the {turn.role}'s, but turns alternate and begin with the customer: "
                    f"it must be the {expected}'s"
                )
        return self

    @property
    def reply_indexes(self) -> tuple[int, ...]:
        """Indexes in `turns` of the trainee's replies."""
        return tuple(i for i, turn in enumerate(self.turns) if turn.role is Speaker.TRAINEE)

    def said_by(self, speaker: Speaker) -> tuple[str, ...]:
        """The texts of one side, in order."""
        return tuple(turn.text for turn in self.turns if turn.role is speaker)

    def upto(self, index: int) -> Transcript:
        """The conversation through turn `index`, that turn included."""
        return Transcript(turns=self.turns[: index + 1])

    def followed_by(self, role: Speaker, text: str) -> Transcript:
        """The conversation with one more turn."""
        return Transcript(turns=(*self.turns, Turn(role=role, text=text)))
