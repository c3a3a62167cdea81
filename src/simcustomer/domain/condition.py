"""When a customer is ready to accept, settle, complain or leave, in the numbers that an author gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simcustomer.domain.model import Frozen
from simcustomer.domain.mood import Amount, Mood


class Condition(Frozen):
    """Bounds on the mood, and the earliest exchange, from which an ending is reached; all of them must hold."""

    anger_at_most: Amount | None = None
    anger_at_least: Amount | None = None
    trust_at_least: Amount | None = None
    trust_at_most: Amount | None = None
    patience_at_most: Amount | None = None
    from_exchange: Annotated[int, Field(ge=1)] = 1

    def holds(self, mood: Mood, exchange: int) -> bool:
        """Whether the mood after exchange number `exchange` (from 1) meets every bound."""
        return exchange >= self.from_exchange and all(
            bound is None or (amount <= bound if at_most else amount >= bound)
            for amount, bound, at_most in (
                (mood.anger, self.anger_at_most, True),
                (mood.anger, self.anger_at_least, False),
                (mood.trust, self.trust_at_least, False),
                (mood.trust, self.trust_at_most, True),
                (mood.patience, self.patience_at_most, True),
            )
        )


class Endings(Frozen):
    """When the customer accepts, settles for less, complains or leaves."""

    resolved: Condition
    compromise: Condition
    complaint: Condition
    walked_out: Condition
    longest: Annotated[int, Field(ge=3, le=40)] = 12
