"""The embedded customer answers what is put to them: proposals, choices, questions about themselves, and names."""

from __future__ import annotations

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Act, Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.engines.embedded.line import asks
from simcustomer.library import Library
from tests.engines.embedded.test_conversation import ASKS, BOOKS, HEATERS, PAYS, SORRY, played, said
from tests.engines.test_contracts import answered, begun, followed

CUSTOMER = wiring.customer()


def answers(persona: Persona, rubric: Rubric, *script: str, seed: int = 3) -> list[str]:
    return [exchange.answer for exchange in played(persona, rubric, *script, seed=seed).exchanges]


@pytest.mark.parametrize("seed", range(4))
def test_a_proposal_is_answered_with_a_yes(dean: Persona, rubric: Rubric, seed: int) -> None:
    told = answers(dean, rubric, SORRY, BOOKS, "Shall I put that in the diary for you?", seed=seed)
    assert said(dean, told[2], Act.AGREE), told[2]


@pytest.mark.parametrize(
    "reply",
    ["Shall I send the driver back tonight?", "Would you like me to ask the driver?", "Are you happy with that photo?"],
)
def test_what_the_trainee_would_do_asks_for_no_fact(library: Library, rubric: Rubric, reply: str) -> None:
    ray = library.persona("door-to-door-insults")
    assert answered(CUSTOMER, begun(CUSTOMER, ray, rubric), reply)[1].asked == ()


def test_asking_what_suits_still_reaches_the_fact(dean: Persona, rubric: Rubric) -> None:
    appraisal = answered(CUSTOMER, begun(CUSTOMER, dean, rubric), "Would tomorrow morning suit you?")[1]
    assert appraisal.asked == ("free",) or appraisal.asked, appraisal


@pytest.mark.parametrize(
    ("choice", "reply"),
    [
        ("second", "Would you rather have the lace jacket over your dress, or the sample gown Odile?"),
        ("first", "Would you rather have the sample gown Odile, or the lace jacket over your dress?"),
        ("second", "I can lend you the lace jacket or the sample gown Odile. Which of those would you like?"),
    ],
)
def test_of_two_things_the_one_worth_more_is_chosen(library: Library, rubric: Rubric, choice: str, reply: str) -> None:
    kayleigh = library.persona("wedding-on-saturday")
    for seed in range(4):
        text = answered(CUSTOMER, begun(CUSTOMER, kayleigh, rubric, seed), reply)[0]
        assert choice in text.lower(), text


def test_a_list_of_three_is_not_chosen_from_by_number(library: Library, rubric: Rubric) -> None:
    kayleigh = library.persona("wedding-on-saturday")
    text = answered(CUSTOMER, begun(CUSTOMER, kayleigh, rubric), "Would you like the jacket, the gown, or a shawl?")[0]
    assert not {"first", "second"} & set(text.lower().split()), text


def test_a_question_about_themselves_is_turned_aside(library: Library, rubric: Rubric) -> None:
    sheila = library.persona("long-story-short")
    text = answered(CUSTOMER, begun(CUSTOMER, sheila, rubric), "Did your mother have a dog when you were little?")[0]
    assert said(sheila, text, Act.ASIDE, Act.PUZZLED), text


def test_nobody_agrees_over_an_open_question(dean: Persona, rubric: Rubric) -> None:
    script = (SORRY, ASKS, BOOKS, f"{HEATERS} {PAYS}", PAYS)
    whole = played(dean, rubric, *script)
    assert whole.outcome is Outcome.RESOLVED
    before, last = script[: len(whole.exchanges) - 1], whole.exchanges[-1]
    asked = f"{last.reply} What colour is your front door?"
    held = played(dean, rubric, *before, asked, "Right, then that is all settled.")
    assert held.exchanges[last.number - 1].appraisal.awaits
    assert held.exchanges[last.number - 1].stance.outcome is None
    assert len(held.exchanges) == last.number + 1
    assert held.outcome is Outcome.RESOLVED


def test_one_thing_is_asked_at_a_time(library: Library, rubric: Rubric) -> None:
    replies = ("I can give you a £5 voucher.", "Let me look.", "I will see to it.", "I can refund the delivery charge.")
    for persona in library.personas():
        for seed in range(3):
            for reply in replies:
                text, _, _ = answered(CUSTOMER, begun(CUSTOMER, persona, rubric, seed), reply)
                body = text.removeprefix(persona.voice.greeting or "").removesuffix(persona.voice.sign_off or "")
                lines = [line for filed in persona.lines.values() for each in filed.values() for line in each]
                asking = [line for line in lines if line in body and asks(line)]
                assert len([a for a in asking if not any(a != b and a in b for b in asking)]) <= 1, text


def test_a_sum_is_not_all_that_is_heard_where_a_visit_comes_with_it(dean: Persona, rubric: Rubric) -> None:
    reply = "I can book Sunita Rao for tomorrow at 8am, and credit £60 to your account."
    for seed in range(12):
        text, appraisal, _ = answered(CUSTOMER, begun(CUSTOMER, dean, rubric, seed), reply)
        assert len(appraisal.offers) > 1
        assert "£60" not in text, text


def test_what_was_told_earlier_is_not_asked_for_later(dean: Persona, rubric: Rubric) -> None:
    who = ("who's", "whose", "your name", "a name")
    for seed in range(6):
        told = answers(dean, rubric, SORRY, BOOKS, "I will see to it.", "I'm on it.", seed=seed)
        assert not [text for text in told[1:] if any(words in text.lower() for words in who)], told


@pytest.mark.parametrize(
    "ending", ["Kind regards,\nAnna Weir", "Warmly,\nAnna", "Anna Weir", "Yours sincerely,\nAnna", "My name is Anna."]
)
def test_a_letter_is_written_to_the_trainee_by_name(library: Library, rubric: Rubric, ending: str) -> None:
    philippa = library.persona("as-per-my-last-email")
    text, _, _ = answered(CUSTOMER, begun(CUSTOMER, philippa, rubric), f"Thank you for your letter.\n\n{ending}")
    assert text.startswith("Dear Anna,")


@pytest.mark.parametrize(
    ("reply", "greeting"), [("Anna. I'll see to it.", "Dear Anna,"), ("Sorry. I will.", "Dear Team,")]
)
def test_a_bare_name_is_one_where_it_was_asked_for(library: Library, rubric: Rubric, reply: str, greeting: str) -> None:
    philippa = library.persona("as-per-my-last-email")
    session = begun(CUSTOMER, philippa, rubric)
    _, appraisal, stance = answered(CUSTOMER, session, "I'll look into it.")
    session = followed(session, "I'll look into it.", "May I have your name?", appraisal, stance)
    assert answered(CUSTOMER, session, reply)[0].startswith(greeting)


@pytest.mark.parametrize("reply", ["hiya whats up w the cake lol", "what cake was it m8", "hi. whats happened"])
def test_a_casual_question_offends_nobody_casual(library: Library, rubric: Rubric, reply: str) -> None:
    jon = library.persona("ok-and")
    text, appraisal, stance = answered(CUSTOMER, begun(CUSTOMER, jon, rubric), reply)
    assert appraisal.asked, appraisal
    assert stance.mood.anger <= jon.mood.anger + 1
    assert not said(jon, text, Act.BLAMED, Act.INSULTED), text


def test_a_message_sent_to_a_driver_hands_nobody_over(library: Library, rubric: Rubric) -> None:
    ray = library.persona("door-to-door-insults")
    reply = "I've sent the driver the message now, he's calling at 14 Marlow Close between 6 and 8."
    text, appraisal, stance = answered(CUSTOMER, begun(CUSTOMER, ray, rubric), reply)
    assert not appraisal.hands_over
    assert stance.outcome is None, text


def test_a_full_name_at_work_is_an_answer_to_who(library: Library, rubric: Rubric) -> None:
    sheila = library.persona("long-story-short")
    reply = "Maggie Deakin is the hostess on T431 and she keeps a table for those who travel alone."
    for seed in range(20):
        text = answered(CUSTOMER, begun(CUSTOMER, sheila, rubric, seed), reply)[0]
        assert "who would that be" not in text.lower(), text


def test_a_time_is_taken_up_as_an_appointment(dean: Persona, rubric: Rubric) -> None:
    reply = "I will put you down for 9am tomorrow."
    texts = [answered(CUSTOMER, begun(CUSTOMER, dean, rubric, seed), reply)[0].lower() for seed in range(20)]
    assert any("9am tomorrow" in text for text in texts)
    assert not any("for 9am" in text for text in texts)
