"""Looking patterns up by their first words finds what trying them everywhere finds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.nlu.phrases import PhraseIndex

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


def test_the_pattern_that_stands_first_wins_and_matches_do_not_overlap() -> None:
    index = PhraseIndex({"time": (r"by\s+noon", r"by\s+noon\s+today", "noon", "today")})
    assert index.places("by noon today, not noon") == {"time": [(0, 7), (8, 13), (19, 23)]}
    assert index.places("nothing here") == {}


def test_every_pattern_of_the_lexicon_can_be_read() -> None:
    for files in (("grading", "stop", "unsaid"), ("stop", "acts", "customer")):
        lexicon = load_lexicon(*files)
        for cue in lexicon.cues:
            assert isinstance(lexicon.pattern(cue), re.Pattern)
