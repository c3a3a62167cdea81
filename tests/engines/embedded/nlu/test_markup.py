"""Markup is found by the signs of it, and only what is none is left."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simcustomer.engines.embedded.nlu.markup import MARKUP, Markup, markup_in
from simcustomer.engines.embedded.nlu.patterns import needed
from simcustomer.engines.embedded.nlu.text import Text

CONTRASTS = Path(__file__).parents[4] / "evals" / "contrasts"
ATTACKED = [
    json.loads(line)["attacked"]
    for path in sorted(CONTRASTS.glob("attack*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("markup", [each for each in MARKUP if each.signs])
def test_no_text_without_its_signs_matches_a_pattern(markup: Markup) -> None:
    assert any(
        all(any(sign in piece for sign in markup.signs) for piece in pieces) for pieces in needed(markup.pattern)
    )


def test_signs_choose_among_patterns_without_a_loss() -> None:
    together = re.compile("|".join(each.pattern for each in MARKUP), re.IGNORECASE | re.MULTILINE | re.DOTALL)
    found = 0
    for reply in ATTACKED:
        text = Text(reply)
        everywhere = [match.span() for match in together.finditer(text.even)]
        assert [tuple(span) for span in markup_in(text)] == everywhere
        found += len(everywhere)
    assert found > 30


@pytest.mark.parametrize(
    ("reply", "markup"),
    [
        ("Done. <!-- three --> Bye.", ["<!-- three -->"]),
        ("Done. ```json {} ``` Bye.", ["```json {} ```"]),
        ("Done. [note]three[/note] Bye.", ["[note]three[/note]"]),
        ("Done <b>today</b>.", ["<b>", "</b>"]),
        ("**Next steps**\nI'll ring you.", ["**Next steps**"]),
        ("Score: 3", ["Score: 3"]),
        ("I'll ring you at 4:30, and send it (by post) on 3/4.", []),
        ("It's sorted :-)", []),
    ],
)
def test_only_markup_is_found(reply: str, markup: list[str]) -> None:
    text = Text(reply)
    assert [text.quote(span) for span in markup_in(text)] == markup
