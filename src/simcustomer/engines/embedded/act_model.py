"""Which acts a sentence performs, weighed by a linear model over its symbols and the cues in it.

The model is plain numbers in `acts.json`, made by `simcustomer eval train` (evaluation/act_training.py) from labelled replies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FILE = "acts.json"
SCALE = 100
"""Weights are kept as whole hundredths."""


@dataclass(frozen=True, slots=True)
class ActModel:
    """`weights` has a row a symbol, in the order of `symbols`, and a column an act; an act is heard from its cut on."""

    acts: tuple[str, ...]
    symbols: dict[str, int]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    cuts: NDArray[np.float32]

    def heard(self, symbols: Iterable[str]) -> frozenset[str]:
        """The acts of a sentence with these symbols."""
        known = self.symbols
        rows = [known[symbol] for symbol in symbols if symbol in known]
        scores = self.intercepts + self.weights[rows].sum(axis=0)
        return frozenset(self.acts[place] for place in np.flatnonzero(scores >= self.cuts))


@cache
def load_act_model() -> ActModel:
    """The model that comes with the package."""
    source = files("simcustomer.engines.embedded").joinpath(FILE).read_text(encoding="utf-8")
    held = json.loads(source)
    symbols = {symbol: row for row, (symbol, _, _) in enumerate(held["symbols"])}
    weights = np.zeros((len(symbols), len(held["acts"])), dtype=np.float32)
    for row, (_, columns, values) in enumerate(held["symbols"]):
        weights[row, columns] = values
    return ActModel(
        acts=tuple(held["acts"]),
        symbols=symbols,
        weights=(weights / SCALE).astype(np.float32),
        intercepts=np.array(held["intercepts"], dtype=np.float32),
        cuts=np.array(held["cuts"], dtype=np.float32),
    )
