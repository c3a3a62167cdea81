"""Looking patterns up by their first words finds what trying them everywhere finds."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from simcustomer.engines.embedded.calibration import Observed, load_calibration, symbols_of
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.nlu.phrases import PhraseIndex, Start, starts

RATED = Path(__file__).parents[4] / "evals" / "training" / "rated" / "conversations.jsonl"
TEXTS = [
    turn["text"].lower()
    for line in RATED.read_text(encoding="utf-8").splitlines()[:8]
    for turn in json.loads(line)["turns"]
]


@pytest.mark.parametrize("files", [("grading", "stop", "unsaid"), ("acts",)])
def test_the_index_finds_what_the_whole_patterns_find(files: tuple[str, ...]) -> None:
    lexicon = load_lexicon(*files)
    found = 0
    for text in TEXTS:
        for cue in lexicon.cues:
            everywhere = [m.group().strip() for m in lexicon.pattern(cue).finditer(text) if m.group()]
            looked_up = [text[start:end].strip() for start, end in lexicon.index(cue).places(text).get(cue, ())]
            assert looked_up == everywhere, cue
            found += len(everywhere)
    assert found > 200


@pytest.mark.parametrize(
    ("source", "begins"),
    [
        ("sorry", {("sorry", True)}),
        ("apolog(?:y|ies)", {("apology", True), ("apologies", True)}),
        (r"appologi\w+", {("appologi", False)}),
        (r"i(?:'m|\s+am)\s+so", {("i'm", True), ("i am", True)}),
        (r"(?:so\s+)?very", {("so very", True), ("very", True)}),
        (r"\d+\s+days", {("0", False)}),
        (r"f+u", {("f", False)}),
    ],
)
def test_how_a_match_can_begin(source: str, begins: set[tuple[str, bool]]) -> None:
    assert starts(source) == {Start(word, whole) for word, whole in begins}


@pytest.mark.parametrize("source", [r"\w+\s+now", r"£\d", r"(?:^|\n)so"])
def test_a_match_that_can_begin_anyhow(source: str) -> None:
    assert starts(source) is None


def test_the_pattern_that_stands_first_wins_and_matches_do_not_overlap() -> None:
    index = PhraseIndex({"time": (r"by\s+noon", r"by\s+noon\s+today", "noon", "today")})
    assert index.places("by noon today, not noon") == {"time": [(0, 7), (8, 13), (19, 23)]}
    assert index.places("nothing here") == {}


def test_every_pattern_of_the_lexicon_can_be_read() -> None:
    for files in (("grading", "stop", "unsaid"), ("stop", "acts", "customer")):
        lexicon = load_lexicon(*files)
        for cue in lexicon.cues:
            assert isinstance(lexicon.pattern(cue), re.Pattern)


def test_known_symbols_are_those_that_training_counted() -> None:
    symbols = load_calibration().vocabularies["symbols"]
    for text in TEXTS[:40]:
        wanted = {symbols.places[symbol]: n for symbol, n in symbols_of(text).items() if symbol in symbols.places}
        assert Counter(symbols.stand(Observed({}, text, "")).tolist()) == wanted
