"""The customer's inner state in numbers, and how it moves: always for a reason, and never past its bounds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from simcustomer.domain.model import Frozen

MOST = 10.0
Amount = Annotated[float, Field(ge=0, le=MOST)]


class Temper(StrEnum):
    """Anger in a word; lines are written for these three."""

    ANGRY = "angry"
    TENSE = "tense"
    CALM = "calm"


class Shift(Frozen):
    """One reason why the mood moves, and by how much."""

    cause: str
    because: str
    anger: float = 0.0
    trust: float = 0.0
    patience: float = 0.0

    def scaled(self, factor: float) -> Shift:
        """The same reason with its amounts multiplied."""
        return self.model_copy(
            update={
                "anger": round(self.anger * factor, 2),
                "trust": round(self.trust * factor, 2),
                "patience": round(self.patience * factor, 2),
            }
        )

    @property
    def summary(self) -> str:
        """`trust +2: named the missed appointment`."""
        parts = [
            f"{name} {amount:+.1f}".replace(".0", "")
            for name, amount in (("anger", self.anger), ("trust", self.trust), ("patience", self.patience))
            if amount
        ]
        return f"{', '.join(parts) or 'no change'}: {self.because}"


class Mood(Frozen):
    """Anger, trust and patience, each from 0 to 10."""

    anger: Amount
    trust: Amount
    patience: Amount

    @property
    def temper(self) -> Temper:
        """The band of anger: angry from 6.5, tense from 3.5, calm below."""
        if self.anger >= 6.5:
            return Temper.ANGRY
        return Temper.TENSE if self.anger >= 3.5 else Temper.CALM

    def moved(self, shifts: Iterable[Shift]) -> Mood:
        """The mood after all shifts, held within 0 and 10."""
        anger, trust, patience = self.anger, self.trust, self.patience
        for shift in shifts:
            anger += shift.anger
            trust += shift.trust
            patience += shift.patience
        return Mood(anger=_held(anger), trust=_held(trust), patience=_held(patience))


def _held(amount: float) -> float:
    return round(min(MOST, max(0.0, amount)), 2)
