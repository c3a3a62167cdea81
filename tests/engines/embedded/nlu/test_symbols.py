"""The symbols that a model knows are found as training counts them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np

from simcustomer.engines.embedded.calibration import Observed, load_calibration, symbols_of
from simcustomer.engines.embedded.nlu.symbols import SymbolPlaces

RATED = Path(__file__).parents[4] / "evals" / "training" / "rated" / "conversations.jsonl"
TEXTS = [
    turn["text"].lower()
    for line in RATED.read_text(encoding="utf-8").splitlines()[:8]
    for turn in json.loads(line)["turns"]
]


def test_known_symbols_are_those_that_training_counted() -> None:
    symbols = load_calibration().vocabularies["symbols"]
    for text in TEXTS[:40]:
        wanted = {symbols.places[symbol]: n for symbol, n in symbols_of(text).items() if symbol in symbols.places}
        assert Counter(symbols.stand(Observed({}, text, "")).tolist()) == wanted


def test_a_sentence_without_any_known_symbol_has_no_places() -> None:
    assert SymbolPlaces({"t:refund": 0, "c:<n>": 1}).of(["xyzzy plugh", ""]).tolist() == []
    assert np.array_equal(SymbolPlaces({"t:refund": 0}).of(["A refund"]), [0])
