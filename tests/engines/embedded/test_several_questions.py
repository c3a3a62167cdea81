"""Replies that ask more than one thing, put what no brief has, or point back: the customer answers each in turn."""

from __future__ import annotations

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Act, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.engines.embedded.nlu.text import Text
from simcustomer.engines.embedded.questions_apart import taken_apart
from simcustomer.library import Library
from tests.engines.embedded.test_conversation import played, said
from tests.engines.test_contracts import answered, begun

CUSTOMER = wiring.customer()


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        ("Which boiler is it and what code does it show?", 2),
        ("Do you agree, and is anyone trying to reach you?", 2),
        ("Is everything fine, and did you ring before?", 2),
        ("Do you still have the old hub, or would you like me to send one?", 2),
        ("I can send heaters tonight and is anyone ill?", 2),
        ("Can you tell me what happened and when it was?", 1),
        ("Shall I send it today, or would you like me to wait?", 1),
        ("That is right, isn't it?", 1),
        ("I will ring you and ask who is in.", 1),
    ],
)
def test_joined_questions_are_taken_apart(reply: str, parts: int) -> None:
    text = taken_apart(Text(reply))
    assert len(text.sentences) == parts
    assert all(text.quote(sentence) in reply for sentence in text.sentences)


def test_each_of_two_joined_questions_is_answered_in_turn(library: Library, rubric: Rubric) -> None:
    jon = begun(CUSTOMER, library.persona("ok-and"), rubric)
    assert answered(CUSTOMER, jon, "Who's it for, and when do you need it?")[1].asked == ("who_for", "when_needed")
    assert answered(CUSTOMER, jon, "When do you need it, and who is it for?")[1].asked == ("when_needed", "who_for")


def test_what_is_only_asked_about_is_no_offer(dean: Persona, rubric: Rubric) -> None:
    asked = "Do you have any other heating, like a gas fire or a heater?"
    assert answered(CUSTOMER, begun(CUSTOMER, dean, rubric), asked)[1].offers == ()
    given = "Would you like two electric heaters, and is anyone at home?"
    assert answered(CUSTOMER, begun(CUSTOMER, dean, rubric), given)[1].offers == ("heaters",)


@pytest.mark.parametrize(
    ("persona", "reply"),
    [
        ("closing-his-account", "Would a bunch of flowers be welcome?"),
        ("it-is-only-a-chair", "Would a box of chocolates help at all?"),
        ("door-to-door-insults", "Fancy a pizza on us while you wait?"),
    ],
)
def test_a_gift_beside_the_point_is_turned_down(library: Library, rubric: Rubric, persona: str, reply: str) -> None:
    customer = library.persona(persona)
    assert said(customer, answered(CUSTOMER, begun(CUSTOMER, customer, rubric), reply)[0], Act.HAGGLE)


def test_a_question_that_points_back_asks_for_what_was_named(library: Library, rubric: Rubric) -> None:
    damon = begun(CUSTOMER, library.persona("read-the-terms-again"), rubric)
    reply = "Clause 9.4 lets you out for redundancy or a move. Does any of that apply?"
    assert answered(CUSTOMER, damon, reply)[1].asked == ("redundant",)


def test_nobody_denies_someone_whom_they_keep_back(library: Library, rubric: Rubric) -> None:
    bernie = library.persona("third-time-this-week")
    asked = "Is there someone who only has the old number?"
    assert not said(bernie, answered(CUSTOMER, begun(CUSTOMER, bernie, rubric), asked)[0], Act.DENY)


def test_two_days_named_alone_are_a_choice(library: Library, rubric: Rubric) -> None:
    frances = library.persona("it-is-only-a-chair")
    reply = "Owen Bartle can come to you. Thursday 3 April at 4pm or Saturday 5 April at 10am?"
    assert said(frances, answered(CUSTOMER, begun(CUSTOMER, frances, rubric), reply)[0], Act.CHOOSE)


@pytest.mark.parametrize("reply", ["Regards, Martin", "I will see to it today. Martin Oduya"])
def test_a_name_at_the_end_of_a_line_is_a_signature(library: Library, rubric: Rubric, reply: str) -> None:
    philippa = library.persona("as-per-my-last-email")
    script = ("Dear Ms Greaves, I have your emails here and I am sorry. " + reply,)
    assert played(philippa, rubric, *script).exchanges[0].answer.startswith("Dear Martin")


@pytest.mark.parametrize(
    ("persona", "reply", "acts"),
    [
        ("priya-wants-a-discount", "I can email you a £10 voucher. What email should I send it to?", (Act.FIND_OUT,)),
        ("long-story-short", "Maggie will ring you. Which number is best for her to ring?", (Act.FIND_OUT,)),
        ("please-write-simple", "I can see a ticket for 7.31. Was that your ticket?", (Act.CONFIRM,)),
    ],
)
def test_what_the_trainee_needs_for_their_next_step_is_looked_for_and_not_denied(
    library: Library, rubric: Rubric, persona: str, reply: str, acts: tuple[Act, ...]
) -> None:
    customer = library.persona(persona)
    kind = "I am sorry about this. That was our mistake, and I will put it right myself."
    answer = played(customer, rubric, kind, reply).exchanges[1].answer
    assert said(customer, answer, *acts)
    assert not said(customer, answer, Act.DENY, Act.DONT_KNOW)


def test_who_asks_how_something_is_hears_of_it_and_gets_no_yes(library: Library, rubric: Rubric) -> None:
    priya = library.persona("priya-wants-a-discount")
    asks = "Sorry your boots came a day late. Can you give me your order number, and are the boots themselves ok?"
    exchange = played(priya, rubric, asks).exchanges[0]
    assert exchange.appraisal.asked == ("which_boots", "boots_are_fine")
    assert not said(priya, exchange.answer, Act.AGREE)


@pytest.mark.parametrize(
    ("persona", "reply", "facts"),
    [
        ("please-write-simple", "Why could you not show it?", ("that_morning",)),
        ("long-story-short", "Is the 16th a hospital appointment?", ("when_she_can_go",)),
    ],
)
def test_a_question_in_the_words_of_a_fact_reaches_it(
    library: Library, rubric: Rubric, persona: str, reply: str, facts: tuple[str, ...]
) -> None:
    assert answered(CUSTOMER, begun(CUSTOMER, library.persona(persona), rubric), reply)[1].asked == facts
