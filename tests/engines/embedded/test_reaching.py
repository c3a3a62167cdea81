"""What the embedded customer hears a question ask for, and what only sounds like one about their case."""

from __future__ import annotations

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Act, Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.library import Library
from tests.engines.embedded.test_conversation import ASKS, BOOKS, HEATERS, PAYS, SORRY, played, said
from tests.engines.test_contracts import answered, begun, followed

CUSTOMER = wiring.customer()


@pytest.mark.parametrize(
    ("persona", "question", "fact"),
    [
        ("it-is-only-a-chair", "May I ask again, only if you want to say: who used to sit in it?", "mother"),
        ("it-is-only-a-chair", "Is ten too early for you?", "what_she_wants"),
        ("door-to-door-insults", "What was in it, if you don't mind me asking?", "whats_inside"),
        ("wedding-on-saturday", "And can I be nosy and ask why the date moved?", "danny"),
    ],
)
def test_a_question_reaches_what_it_asks_for(
    library: Library, rubric: Rubric, persona: str, question: str, fact: str
) -> None:
    asked = answered(CUSTOMER, begun(CUSTOMER, library.persona(persona), rubric), question)[1].asked
    assert asked == (fact,)


def test_of_two_secrets_the_less_deep_comes_first(library: Library, rubric: Rubric) -> None:
    frances = library.persona("it-is-only-a-chair")
    assert answered(CUSTOMER, begun(CUSTOMER, frances, rubric), "Was it your mother's?")[1].asked == ("mother",)


@pytest.mark.parametrize(
    "reply",
    ["Anyway, what is the weather like over there?", "Do you like football then?", "Got any hobbies, Ray?"],
)
def test_an_everyday_word_is_no_way_to_a_fact(library: Library, rubric: Rubric, reply: str) -> None:
    ray = library.persona("never-quite-right")
    text, appraisal, _ = answered(CUSTOMER, begun(CUSTOMER, ray, rubric), reply)
    assert appraisal.asked == ()
    assert said(ray, text, Act.ASIDE, Act.PUZZLED, Act.DONT_KNOW), text


@pytest.mark.parametrize(
    ("persona", "reply"),
    [
        ("door-to-door-insults", "Does that suit you, or would something else help more?"),
        ("please-write-simple", "Do you want it in Polish too? It takes three days."),
    ],
)
def test_what_wants_a_yes_digs_for_nothing(library: Library, rubric: Rubric, persona: str, reply: str) -> None:
    assert answered(CUSTOMER, begun(CUSTOMER, library.persona(persona), rubric), reply)[1].asked == ()


def test_a_fact_is_told_in_the_words_that_were_asked_for(dean: Persona, rubric: Rubric) -> None:
    for seed in range(6):
        whole = played(dean, rubric, SORRY, BOOKS, "What did the shifts come to?", seed=seed)
        assert "abscess" not in whole.exchanges[2].answer


def test_what_was_just_told_can_still_be_made_use_of(dean: Persona, rubric: Rubric) -> None:
    script = (SORRY, ASKS, BOOKS, f"{HEATERS} {PAYS}", PAYS)
    whole = played(dean, rubric, *script)
    assert whole.outcome is Outcome.RESOLVED
    before, last = script[: len(whole.exchanges) - 1], whole.exchanges[-1]
    asked = played(dean, rubric, *before, f"{last.reply} What did the shifts come to?", "Right, that is all settled.")
    assert asked.exchanges[last.number - 1].stance.outcome is None
    assert asked.outcome is Outcome.RESOLVED
    assert len(asked.exchanges) == last.number + 1


def test_more_than_was_told_is_not_asked_again(library: Library, rubric: Rubric) -> None:
    rhys = library.persona("my-followers-will-love-this")
    session = begun(CUSTOMER, rhys, rubric)
    first = "Which email did our letter come to?"
    text, appraisal, stance = answered(CUSTOMER, session, first)
    session = followed(session, first, text, appraisal, stance)
    told = answered(CUSTOMER, session, "I'll write to you today. Which email is best?")[0]
    assert not said(rhys, told, Act.ASKED_AGAIN), told


def test_whoever_will_be_told_is_not_asked_about(library: Library, rubric: Rubric) -> None:
    yvonne = library.persona("manager-now")
    reply = "I'd like Colin Mistry to ring you within two hours, and I'll send him all of this in writing first."
    for seed in range(20):
        text = answered(CUSTOMER, begun(CUSTOMER, yvonne, rubric, seed), reply)[0]
        assert "from the top" not in text, text


def test_two_things_named_before_which_are_a_choice(library: Library, rubric: Rubric) -> None:
    bernie = library.persona("third-time-this-week")
    for seed in range(4):
        session = begun(CUSTOMER, bernie, rubric, seed)
        text = answered(CUSTOMER, session, "Declan Moyes rings you at work or on the other number. Which?")[0]
        assert not said(bernie, text, Act.DONT_KNOW), text


def test_slang_with_a_sorry_and_a_choice_is_no_rudeness(library: Library, rubric: Rubric) -> None:
    priya = library.persona("priya-wants-a-discount")
    reply = "no not arguing lol sorry!! i mean wich do u want, £10 voucher or 3.95 bak?"
    text, _, stance = answered(CUSTOMER, begun(CUSTOMER, priya, rubric), reply)
    assert stance.mood.anger <= priya.mood.anger + 1
    assert not said(priya, text, Act.INSULTED, Act.BLAMED), text


@pytest.mark.parametrize(
    "reply",
    ["I could lend you a lace jacket, long sleeves, it goes over the top.", "And every time it was you ringing us."],
)
def test_what_only_sounds_harsh_is_not_taken_so(library: Library, rubric: Rubric, reply: str) -> None:
    kayleigh = library.persona("wedding-on-saturday")
    text = answered(CUSTOMER, begun(CUSTOMER, kayleigh, rubric), f"I'm sorry. {reply}")[0]
    assert not said(kayleigh, text, Act.TOLD_TO_CALM_DOWN, Act.BLAMED), text


@pytest.mark.parametrize(
    "question", ["What is the walk called?", "Which link should I use?", "Have you got a receipt?"]
)
def test_a_detail_that_nobody_wrote_down_is_looked_up(library: Library, rubric: Rubric, question: str) -> None:
    priya = library.persona("priya-wants-a-discount")
    text, appraisal, _ = answered(CUSTOMER, begun(CUSTOMER, priya, rubric), f"Thanks for that. {question}")
    assert appraisal.asked or said(priya, text, Act.FIND_OUT), text


def test_a_question_about_someone_they_named_is_turned_aside(library: Library, rubric: Rubric) -> None:
    philippa = library.persona("as-per-my-last-email")
    reply = "I'm sorry that it has taken five letters. What exams is Toby sitting?"
    text = answered(CUSTOMER, begun(CUSTOMER, philippa, rubric), reply)[0]
    assert not said(philippa, text, Act.DONT_KNOW, Act.FIND_OUT), text


@pytest.mark.parametrize("reply", ["You agree?", "Is good so?", "Sorted?"])
def test_a_bare_request_for_a_yes_is_no_reproach(library: Library, rubric: Rubric, reply: str) -> None:
    jean = library.persona("closing-his-account")
    offered = "I am sorry for your loss. I can put the account in your own name today."
    text, appraisal, _ = answered(CUSTOMER, begun(CUSTOMER, jean, rubric), f"{offered} {reply}")
    assert not appraisal.awaits
    assert not said(jean, text, Act.BLAMED, Act.DONT_KNOW), text


def test_each_of_two_questions_gets_its_answer(library: Library, rubric: Rubric) -> None:
    kayleigh = library.persona("wedding-on-saturday")
    for seed in range(4):
        session = begun(CUSTOMER, kayleigh, rubric, seed)
        text, appraisal, *_ = answered(CUSTOMER, session, "Where is the dress now? And have you a veil to go with it?")
        assert appraisal.asked, text
        assert said(kayleigh, text, Act.ASIDE, Act.DENY, Act.FIND_OUT, Act.DONT_KNOW), text


def test_what_a_customer_keeps_back_is_not_denied(library: Library, rubric: Rubric) -> None:
    ray = library.persona("never-quite-right")
    for seed in range(4):
        session = begun(CUSTOMER, ray, rubric, seed)
        text = answered(CUSTOMER, session, "Was there meant to be a piece of furniture there?")[0]
        assert not said(ray, text, Act.DENY, Act.CONFIRM), text


def test_who_is_asked_to_do_something_says_that_they_will(library: Library, rubric: Rubric) -> None:
    sheila = library.persona("long-story-short")
    for seed in range(4):
        session = begun(CUSTOMER, sheila, rubric, seed)
        text = answered(CUSTOMER, session, "Could you read me the second line of the letter, please?")[0]
        assert said(sheila, text, Act.WILLING), text


def test_misspelt_words_are_not_off_the_topic(library: Library, rubric: Rubric) -> None:
    bernie = library.persona("third-time-this-week")
    reply = "wil that one be switchd on tonite? i found the problm, sombody typed ur number rong"
    for seed in range(4):
        assert not said(bernie, answered(CUSTOMER, begun(CUSTOMER, bernie, rubric, seed), reply)[0], Act.PUZZLED)


def test_what_is_put_off_is_not_offered(library: Library, rubric: Rubric) -> None:
    sheila = begun(CUSTOMER, library.persona("long-story-short"), rubric)
    assert not answered(CUSTOMER, sheila, "A word with you before I move your booking to the T431, please.")[1].offers


@pytest.mark.parametrize("day", ["22 Sept", "22nd September", "22 September"])
def test_a_day_is_the_same_however_it_is_written(library: Library, rubric: Rubric, day: str) -> None:
    sheila = begun(CUSTOMER, library.persona("long-story-short"), rubric)
    assert "other_tour" in answered(CUSTOMER, sheila, f"I can move you to the one on {day}, at no charge.")[1].offers
