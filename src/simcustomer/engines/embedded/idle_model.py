"""Whether a sentence of a reply does nothing for the customer, weighed by a linear model over its words, their classes and its cues.

The model is plain numbers in `idle.json`, made by `simcustomer eval train idle` (evaluation/idle_training.py) from sentences that were
written to do nothing and from those of rated replies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import repeat

FILE = "idle.json"
SCALE = 1000
"""Weights are kept as whole thousandths."""


@dataclass(frozen=True, slots=True)
class IdleModel:
    """A weight a mark; a sentence whose weights and `intercept` come to 0 or more is idle, and from `sure` on it surely is."""

    intercept: int
    sure: int
    weights: dict[str, int]

    def score(self, marks: Iterable[str]) -> int:
        """How much a sentence with these marks looks as one that does nothing."""
        return self.intercept + sum(map(self.weights.get, marks, repeat(0)))


@cache
def load_idle_model() -> IdleModel:
    """The model that comes with the package."""
    source = files("simcustomer.engines.embedded").joinpath(FILE).read_text(encoding="utf-8")
    held = json.loads(source)
    return IdleModel(
        int(held["intercept"]), int(held["sure"]), {str(mark): int(weight) for mark, weight in held["weights"].items()}
    )
