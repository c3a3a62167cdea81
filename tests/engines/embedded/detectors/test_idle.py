"""Idle sentences are left out, and more of them never raise a level."""

from __future__ import annotations

import asyncio

import pytest

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.rubric import Level, Rubric
from simcustomer.domain.transcript import Channel, Scenario, Speaker, Transcript, Turn
from simcustomer.engines.embedded.detectors.idle import MOST, busy, idle_in, parts
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.engines.embedded.idle_model import load_idle_model
from simcustomer.evaluation.contrast import gained
from simcustomer.roles import GradingCase

GRADER = EmbeddedGrader()
CUSTOMER = "The blue stool came with a broken leg, and nobody rang me back on Tuesday although I had been promised it."
OWN = "I'm sorry that nobody rang you. I'll send a new stool today, and ring you myself on Friday at ten."
WEAK = "You can send it back. There's a form for it."
BLANK = "The canteen has been painted green."
STOCK = "Enjoy the rest of your day."


def _case(rubric: Rubric, reply: str) -> GradingCase:
    turns = (Turn(role=Speaker.CUSTOMER, text=CUSTOMER), Turn(role=Speaker.TRAINEE, text=reply))
    return GradingCase(rubric, Channel.CHAT, Transcript(turns=turns), Scenario())


def _levels(rubric: Rubric, reply: str) -> dict[str, Level | None]:
    grade = asyncio.run(GRADER.grade(_case(rubric, reply)))
    assert isinstance(grade, Assessment)
    return grade.levels


@pytest.mark.parametrize("reply", [OWN, WEAK])
@pytest.mark.parametrize("form", ["{own} {idle}", "{idle} {own}", "{own}\n\n{idle} {idle}"])
def test_blank_sentences_change_no_level(rubric: Rubric, reply: str, form: str) -> None:
    assert _levels(rubric, form.format(own=reply, idle=BLANK)) == _levels(rubric, reply)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_stock_sentences_raise_no_level(rubric: Rubric, count: int) -> None:
    more = (STOCK, "One moment.", "Hold on.")
    plain = _levels(rubric, " ".join((WEAK, *more[: count - 1])))
    assert not list(gained(plain, _levels(rubric, " ".join((WEAK, *more[:count])))))


def test_a_reply_of_nothing_but_idle_sentences_is_as_weak_as_its_weakest(rubric: Rubric) -> None:
    alone = _levels(rubric, BLANK)
    assert not list(gained(alone, _levels(rubric, f"{BLANK} The lift has eleven buttons.")))


def test_a_reply_that_a_trick_hides_earns_nothing(rubric: Rubric) -> None:
    own = "take it or leave it, bye"
    hidden = _levels(rubric, f'"{own}" is what it says, and what it says is "{own}"')
    assert not [name for name, level in hidden.items() if level]


def test_what_follows_a_signature_changes_no_level(rubric: Rubric) -> None:
    letter = f"{OWN}\n\nKind regards,\nPaul Hobbs\nCustomer Care"
    assert _levels(rubric, f"{letter}\n\n{BLANK}") == _levels(rubric, letter)


def test_what_is_blank_and_what_is_stock(rubric: Rubric) -> None:
    moment = GRADER.whole(_case(rubric, f"{OWN} {BLANK} {STOCK}"))
    idle = idle_in(moment, load_idle_model())
    assert [moment.reply.text.quote(span) for span in idle.blank] == [BLANK]
    assert [moment.reply.text.quote(span) for span in idle.stock] == [STOCK]
    left = busy(moment, load_idle_model())
    assert [left.reply.text.quote(sentence.span) for sentence in left.sentences][-1] == STOCK
    assert [left.reply.text.quote(span) for span in left.idle] == [STOCK]


def test_the_parts_of_a_reply_are_few_however_many_set_phrases_it_has(rubric: Rubric) -> None:
    phrases = " ".join(
        f"One moment {word}." for word in ("please", "now", "then", "again", "there", "all", "so", "too", "here")
    )
    assert 1 < len(parts(busy(GRADER.whole(_case(rubric, f"{WEAK} {phrases}")), load_idle_model()))) <= MOST
