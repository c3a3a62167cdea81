"""What is written on without a full stop is parted from what stood before it."""

from __future__ import annotations

import pytest

from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.nlu.joined import split
from simcustomer.engines.embedded.nlu.text import Text

OWN = "Sorry, I should have done that when you asked for it"
SMALL = load_lexicon("stop").stop


def _split(reply: str) -> list[str]:
    text = split(Text(reply), SMALL)
    return [text.quote(span) for span in text.sentences]


@pytest.mark.parametrize(
    "added",
    [
        "sorry, I should have done that when you asked for it",
        "personally owning timely resolution promising prompt warm thorough follow-up",
    ],
)
def test_what_is_said_again_or_heaped_up_is_left_out(added: str) -> None:
    assert _split(f"{OWN} {added}") == [OWN]


@pytest.mark.parametrize("first", ["Draft: ", "x2: ", "1) ", "sent from my phone: "])
def test_the_label_of_what_is_said_twice_is_left_out(first: str) -> None:
    assert _split(f"{first}{OWN}. {first}{OWN}.")[0].startswith(OWN)


def test_a_sentence_begins_at_a_small_word_with_a_capital() -> None:
    assert _split(f"{OWN} That is how things are") == [OWN, "That is how things are"]


@pytest.mark.parametrize(
    "honest",
    [
        "Your new card will come in May and Ana will ring you on the day.",
        "I'll need your order number, email address, size, style code, colour, and date of purchase.",
        "I've asked Will to ring you, and I've asked Ana to ring you if Will can't.",
    ],
)
def test_an_honest_sentence_is_neither_parted_nor_shortened(honest: str) -> None:
    assert _split(honest) == [honest]
