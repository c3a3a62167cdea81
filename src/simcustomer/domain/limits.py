"""How much practice a person, and everyone together, may have in a day."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field

from simcustomer.domain.model import Frozen

Most = Annotated[int, Field(ge=1)] | None
MostCost = Annotated[float, Field(gt=0)] | None


class Bill(NamedTuple):
    """What calls to models added up to; `cost` is in the currency of the prices that are set."""

    tokens: int = 0
    cost: float = 0.0


class Limits(Frozen):
    """The most of each; None means no limit. `minute` and `turns` count a person's replies, by the minute and the day.

    `tokens` and `cost` are a person's in a day, those with `all_` everyone's together. Days and minutes are those of UTC,
    so that servers in two places count the same day.
    """

    minute: Most = None
    turns: Most = None
    tokens: Most = None
    cost: MostCost = None
    all_turns: Most = None
    all_tokens: Most = None
    all_cost: MostCost = None

    @property
    def of_person(self) -> Quota:
        """What one person may have in a day."""
        return Quota(self.turns, self.tokens, self.cost)

    @property
    def of_all(self) -> Quota:
        """What everyone together may have in a day."""
        return Quota(self.all_turns, self.all_tokens, self.all_cost)

    @property
    def is_set(self) -> bool:
        """Whether anything is limited."""
        return any(most is not None for most in (self.minute, *self.of_person, *self.of_all))


class Quota(NamedTuple):
    """The most turns, tokens and money in one day; None means no limit."""

    turns: int | None = None
    tokens: int | None = None
    cost: float | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is limited."""
        return any(most is not None for most in self)
