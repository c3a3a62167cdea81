"""What is weighed of a reply beside its words: who is named in it, and how the customer stands."""

from __future__ import annotations

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel, Scenario, Speaker, Transcript, Turn
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.roles import GradingCase

GRADER = EmbeddedGrader()


def _signals(rubric: Rubric, *texts: str) -> dict[str, float]:
    speakers = (Speaker.CUSTOMER, Speaker.TRAINEE)
    turns = tuple(Turn(role=speakers[place % 2], text=text) for place, text in enumerate(texts))
    return GRADER.observed(GradingCase(rubric, Channel.CHAT, Transcript(turns=turns), Scenario())).signals


@pytest.mark.parametrize(
    "reply",
    [
        "Attached is the corrected invoice for the hall.",
        "I can have it fixed on Thursday, and I'll ring you.",
        "The panel decided it in May, since so many applied.",
    ],
)
def test_neither_a_day_nor_the_first_word_of_a_sentence_is_somebody_new(rubric: Rubric, reply: str) -> None:
    assert _signals(rubric, "Where is my invoice? I asked twice.", reply)["newcomers"] == 0


@pytest.mark.parametrize(
    "reply",
    ["Denise will ring you before noon.", "Our manager Grace has your notes.", "Mr Adeyemi is going to call you."],
)
def test_a_name_with_something_to_do_is_somebody_new(rubric: Rubric, reply: str) -> None:
    assert _signals(rubric, "Where is my invoice? I asked twice.", reply)["newcomers"] == 1


def test_nobody_opens_with_contentment(rubric: Rubric) -> None:
    opening = "Good. A person. Your machine asked me for my date of birth four times."
    assert _signals(rubric, opening, "I'm sorry, that's three times too many.")["customer_is_settled"] == 0
    later = ("Where is my invoice?", "It went out today.", "Good. Thank you.")
    assert _signals(rubric, *later, "You're welcome, enjoy the weekend.")["customer_is_settled"] == 1


def test_a_time_until_which_something_is_done_is_no_goodbye(rubric: Rubric) -> None:
    assert (
        _signals(rubric, "There's water everywhere!", "Someone is on the way. Until then, run the tap.")["sign_off"]
        == 0
    )
    assert _signals(rubric, "All right, see you tomorrow.", "Thank you. Until tomorrow.")["sign_off"] == 1
