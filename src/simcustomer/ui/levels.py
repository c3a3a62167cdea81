"""A level as pages show it: its number, its share of the bar, and its word."""

from __future__ import annotations

from typing import NamedTuple

from simcustomer.domain.persona import Outcome
from simcustomer.evaluation.reliability import Word as Reliable

WORDS = ("missing", "attempted", "competent", "exemplary")
"""The meaning of levels 0 to 3; a mean takes the word of the nearest level."""

TONES = {
    Outcome.RESOLVED: "good",
    Outcome.COMPROMISE: "good",
    Outcome.COMPLAINT: "bad",
    Outcome.WALKED_OUT: "bad",
}
"""How an outcome is coloured; those not named are neither won nor lost."""


class Level(NamedTuple):
    """A level or mean of levels (0-3) of a technique; None throughout where there was no occasion.

    `agreement` says how well the grader agrees with raters on the technique; None where a level stands for itself.
    `usual` is the trainee's own mean level in the sessions before; None where there is none to set beside it.
    `confidence` says how far several gradings agreed (0-1); None where each reply was graded once.
    `by_grader` is the grader's own, where a manager set a level that went into this one.
    """

    technique: str
    value: float | None
    share: float | None
    word: str | None
    agreement: Reliable | None = None
    usual: float | None = None
    confidence: float | None = None
    by_grader: Level | None = None

    @property
    def usual_share(self) -> float | None:
        """Where on the bar (0-100) the usual level is marked."""
        return None if self.usual is None else round(self.usual / 3 * 100, 1)


def level_of(technique: str, value: float | None) -> Level:
    """A level or mean with its share of the bar (0-100) and its word."""
    if value is None:
        return Level(technique, None, None, None)
    return Level(technique, value, round(value / 3 * 100, 1), WORDS[int(value + 0.5)])
