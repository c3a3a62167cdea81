"""What a regular expression says of the texts that it matches."""

from __future__ import annotations

import pytest

from simcustomer.engines.embedded.nlu.patterns import Start, holds, needed, starts


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


def test_a_text_holds_one_piece_of_each_set() -> None:
    needs = needed(r"(?:ab|cd)\d[:;]")
    assert holds("abc;", needs)
    assert not holds("ab.", needs)
    assert not holds("a:", needs)
