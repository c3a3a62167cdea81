"""What a pattern needs is what every text holds that it matches."""

from __future__ import annotations

import re

import numpy as np
import pytest

from simcustomer.engines.embedded.nlu.needed import Alternatives, holds, needed
from simcustomer.engines.embedded.nlu.symbols import SymbolPlaces


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        (r"\w+\s*=>\s*\w+", ({"=>"},)),
        (r"[£$]\s*\d", ({"£", "$"},)),
        (r"\w+ (?:on (?:its|the) way|sent)", ({" "}, {" way", "sent"})),
        (r"(?:maybe )?\w+(?!not)", ()),
        (r"(?:sent|\w+)", ()),
    ],
)
def test_what_a_pattern_needs(source: str, needs: tuple[set[str], ...]) -> None:
    assert sorted(needed(source), key=sorted) == sorted(map(frozenset, needs), key=sorted)


def test_where_capitals_are_met_too_only_signs_are_needed() -> None:
    assert needed("note: [x]", re.IGNORECASE) == ()
    assert needed(r"note(?:\:)", re.IGNORECASE | re.VERBOSE) == ()
    assert needed(r"<\w+>", re.IGNORECASE) in {(frozenset("<"), frozenset(">")), (frozenset(">"), frozenset("<"))}


def test_a_text_holds_one_piece_of_each_set() -> None:
    needs = needed(r"(?:ab|cd)\d[:;]")
    assert holds("abc;", needs)
    assert not holds("ab.", needs)
    assert not holds("a:", needs)


def test_alternatives_find_what_they_find_together() -> None:
    sources = (r"<b> # bold", r"\[\w+\]", r"\d{3}")
    together = Alternatives(sources, re.VERBOSE)
    for text in ("plain", "<b>[x]123", "[x] 12", "123 <B>", ""):
        wanted = [found.span() for found in re.finditer(r"<b>|\[\w+\]|\d{3}", text)]
        assert [found.span() for found in together.finditer(text)] == wanted


def test_a_sentence_without_any_known_symbol_has_no_places() -> None:
    assert SymbolPlaces({"t:refund": 0, "c:<n>": 1}).of(["xyzzy plugh", ""]).tolist() == []
    assert np.array_equal(SymbolPlaces({"t:refund": 0}).of(["A refund"]), [0])
