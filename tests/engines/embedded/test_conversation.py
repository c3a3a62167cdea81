"""Conversations with the embedded customer, played through the rehearsal that a bench and `simulate` use."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Act, Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.evaluation.conversation_faults import count_faults
from simcustomer.evaluation.rehearsal import play
from simcustomer.library import Library
from simcustomer.roles import TraineeView

SORRY = (
    "I'm sorry, Dean. You took three days off without pay and nobody came; anyone would be angry. My name's Maya, "
    "and I'll stay with this until your heating is on."
)
ASKS = "Is there anyone at home for whom the cold is a danger?"
BOOKS = (
    "I can book Sunita Rao for you, first job of the day tomorrow, 8am to 10am. I'll ring you myself at 7.45 to say "
    "that she has set off."
)
PAYS = (
    "I'll also credit £90 to your account for the three missed visits, and write it down with your name so that you "
    "never have to tell it again."
)
HEATERS = "I'll have two electric heaters with you by courier tonight, before 9pm."
SOOTHES = (
    "I hear you, Dean, and you have every right to be angry about three wasted days. I'm staying with this myself."
)


@dataclass
class Reader:
    """A trainee who reads the lines of a script, the last one again and again."""

    script: Sequence[str]
    name: str = "reader"

    async def reply(self, view: TraineeView) -> str:
        return self.script[min(len(view.transcript.turns) // 2, len(self.script) - 1)]


def played(persona: Persona, rubric: Rubric, *script: str, seed: int = 3) -> Session:
    cast = wiring.cast("embedded", "embedded")
    return asyncio.run(play(persona, rubric, cast=cast, trainee=Reader(script), seed=seed))


def said(persona: Persona, text: str, *acts: Act) -> bool:
    """Whether one of the persona's lines of these acts is in the text; lines with a slot are known by their longest part."""
    lines = [line for act in acts for filed in persona.lines[act].values() for line in filed]
    parts = [max(line.replace("}", "{").split("{")[::2], key=len) for line in lines]
    return any(part in text for part in parts)


ENDINGS = {
    Outcome.RESOLVED: (SORRY, ASKS, BOOKS, PAYS, HEATERS, SOOTHES),
    Outcome.COMPROMISE: (
        SORRY,
        "I can credit £90 to your account for the three missed visits, by bank transfer today.",
        "I'll have two electric heaters with you by courier tonight, before 9pm, and I'll ring you at 9pm to make sure.",
        "What is it like in the house right now, Dean? I want to understand what this has meant for you.",
        SOOTHES,
        "I'll pass a claim for your loss of earnings to the claims desk with full notes, and call you on Friday at 10am.",
    ),
    Outcome.ESCALATED: (SORRY, "I'm transferring you now to my supervisor, with all of your notes."),
    Outcome.COMPLAINT: ("Calm down, it's only a boiler.", "You should have been in.", "Not my problem."),
    Outcome.ENDED_BY_TRAINEE: (SORRY, "I am ending this call now."),
}


@pytest.mark.parametrize("outcome", ENDINGS)
def test_each_ending_is_reached_by_what_was_said(dean: Persona, rubric: Rubric, outcome: Outcome) -> None:
    session = played(dean, rubric, *ENDINGS[outcome])
    assert session.outcome is outcome, session.transcript


def test_a_customer_who_gets_nothing_but_kindness_walks_out(library: Library, rubric: Rubric) -> None:
    persona = library.persona("closing-his-account")
    script = (
        "Oh, I'm so sorry to hear that, Jean.",
        "I'm sure it will all work out in the end.",
        "Bless you, what a shame.",
    )
    assert played(persona, rubric, *script).outcome is Outcome.WALKED_OUT


def test_time_runs_out_on_questions_that_lead_nowhere(library: Library, rubric: Rubric) -> None:
    script = (
        "What does the drawer do?",
        "What colour are the lights?",
        "What was mended on the earlier visits?",
        "What do you like about the kitchen?",
        "What is different on the north wall from the first drawing?",
        "What is the job number?",
        "I can take £300 off the final bill.",
        "How many visits were there?",
        "What is wrong now?",
        "I can send Joe Petty on Monday 14 April at 9am for the drawer and the lights.",
        "I can have Marian Foss come with both drawings on Friday 11 April at 10am.",
        "Do you hope for something on that wall?",
    )
    session = played(library.persona("never-quite-right"), rubric, *script)
    assert session.outcome is Outcome.OUT_OF_TIME
    assert said(session.persona, session.exchanges[-1].answer, Act.TIME_UP)


def test_an_invitation_to_tell_more_is_taken_up(library: Library, rubric: Rubric) -> None:
    for persona in library.personas():
        session = played(
            persona, rubric, "I'm sorry to hear that. Can you give me some more details?", "I am ending this call now."
        )
        first = session.exchanges[0]
        told = [line for fact in persona.facts if fact.id in first.appraisal.asked for line in fact.says]
        assert any(line in first.answer for line in told), (persona.id, first.answer)


def test_who_is_asked_what_worries_them_withholds_it_from_a_stranger(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, "Hm. What worries you most about it?", "I am ending this call now.")
    assert said(dean, session.exchanges[0].answer, Act.WITHHOLD), session.exchanges[0].answer


def test_who_is_asked_what_they_want_says_it(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, "Hello Dean. What would you like us to do?", "I am ending this call now.")
    assert said(dean, session.exchanges[0].answer, Act.PRESS), session.exchanges[0].answer


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        (ASKS, "dad"),
        ("Does anybody live with you, Dean?", "dad"),
        ("Are you in all evening?", "free_times"),
        ("Would that help? And has the boiler got an error code?", "fault"),
        ("Is that losing you wages at your job?", "job"),
    ],
)
def test_a_question_reaches_the_fact_however_it_is_put(dean: Persona, rubric: Rubric, question: str, fact: str) -> None:
    session = played(dean, rubric, question, "I am ending this call now.")
    assert session.exchanges[0].appraisal.asked == (fact,)


def test_being_asked_the_same_again_is_noticed(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, SORRY, "Has the boiler got an error code?", "Has the boiler got an error code?")
    assert said(dean, session.exchanges[2].answer, Act.ASKED_AGAIN), session.exchanges[2].answer


def test_a_question_about_something_else_puzzles(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, "What is your favourite colour?", "I am ending this call now.")
    assert said(dean, session.exchanges[0].answer, Act.PUZZLED), session.exchanges[0].answer


@pytest.mark.parametrize("reply", ["fuck off", "Piss off, you twat.", "Oh f*ck this."])
def test_swearing_is_taken_as_an_insult(dean: Persona, rubric: Rubric, reply: str) -> None:
    session = played(dean, rubric, reply, "I am ending this call now.")
    first = session.exchanges[0]
    assert said(dean, first.answer, Act.INSULTED), first.answer
    assert "composure.sarcastic_or_rude" in first.appraisal.missteps


def test_a_warning_ends_nothing(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, "Please calm down or I will have to end the conversation.", "ok")
    assert len(session.exchanges) > 1


def test_a_question_of_the_customers_left_open_is_pressed(library: Library, rubric: Rubric) -> None:
    persona = library.persona("manager-now")
    session = played(persona, rubric, "I'll look into it for you.", "The hotel has been busy this week.")
    first, second = session.exchanges[:2]
    assert said(persona, first.answer, Act.TEST_PROMISE), first.answer
    assert said(persona, second.answer, Act.UNANSWERED, Act.BRUSHED_OFF), second.answer


def test_the_name_is_picked_up_and_used_sparingly(dean: Persona, rubric: Rubric) -> None:
    replies = (SORRY, BOOKS, PAYS, SOOTHES, HEATERS)
    sessions = [played(dean, rubric, *replies, seed=seed) for seed in range(8)]
    used = [sum("Maya" in exchange.answer for exchange in session.exchanges) for session in sessions]
    assert any(used)
    assert max(used) <= 2
    assert not any(
        "{name}" in text
        for session in sessions
        for text in session.transcript.said_by(session.transcript.turns[0].role)
    )


def test_a_customer_never_asks_for_the_hour_they_were_given(dean: Persona, rubric: Rubric) -> None:
    for seed in range(10):
        first = played(dean, rubric, BOOKS, "I am ending this call now.", seed=seed).exchanges[0]
        assert "When's that in actual hours" not in first.answer


GONE_BACK = [
    "Sorry, the visit tomorrow is off, it may be Thursday.",
    "I've had to cancel Sunita's visit, I'm sorry.",
    "Actually it may be next week, I'm afraid.",
    "I don't know exactly when it will be.",
]


@pytest.mark.parametrize("reply", GONE_BACK)
def test_going_back_on_a_promised_hour_costs_and_is_said(dean: Persona, rubric: Rubric, reply: str) -> None:
    session = played(dean, rubric, SORRY, BOOKS, reply)
    before, after = session.exchanges[1], session.exchanges[2]
    assert after.appraisal.broken
    assert said(dean, after.answer, Act.BROKEN_PROMISE), after.answer
    assert after.stance.mood.trust < before.stance.mood.trust - 1.5
    assert any("went back on" in shift.because for shift in after.stance.shifts)


@pytest.mark.parametrize(
    "reply",
    [
        "Your visit tomorrow stands, Dean.",
        "I'll take the fee off your bill.",
        "If it is off for any reason I'll ring you by 7am.",
    ],
)
def test_keeping_a_promise_is_not_taken_for_breaking_it(dean: Persona, rubric: Rubric, reply: str) -> None:
    assert played(dean, rubric, SORRY, BOOKS, reply).exchanges[2].appraisal.broken is None


def test_an_offer_taken_back_is_off_the_table(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, SORRY, PAYS, "Actually no, I can't credit you the £90.", SOOTHES)
    assert session.exchanges[2].appraisal.withdrawn == ("missed_visit_money",)
    assert said(dean, session.exchanges[2].answer, Act.BROKEN_PROMISE), session.exchanges[2].answer


def test_saying_that_there_is_no_more_takes_nothing_back(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, SORRY, PAYS, "I can't credit you more than the £90, Dean, that is all there is.")
    assert session.exchanges[2].appraisal.withdrawn == ()
    assert session.exchanges[2].appraisal.broken is None


@pytest.mark.parametrize(
    "reply",
    [
        "I can't promise that she mends it at once, but I'll ring you at 7.45 tomorrow whatever happens.",
        "I can't promise it, but Sunita's visit is on and I'll ring you at 7.45 tomorrow.",
        "No promises about the boiler itself, but the visit stands and I'll ring you at 7.45.",
        "I won't promise what I can't keep, so I'll ring you at 7.45 tomorrow, and no later.",
        "I can't guarantee the part, I'll ring you at 7.45 tomorrow with what she says.",
        "I'll ring you at 7.45 tomorrow, though I can't say what she will find.",
        "I can't say when she will be done, but I'll ring you at 7.45 tomorrow as I said.",
        "I'm not able to get you a new boiler tonight; what I can do is keep the visit tomorrow and ring you at 7.45.",
        "I'm not able to come tonight, what I can do is send Sunita tomorrow at 8am and ring you at 7.45.",
        "Although I can't promise the part, I'll ring you at 7.45 tomorrow.",
    ],
)
def test_a_doubt_that_is_owned_up_to_beside_a_promise_withdraws_nothing(
    dean: Persona, rubric: Rubric, reply: str
) -> None:
    taken = played(dean, rubric, SORRY, BOOKS, reply).exchanges[2].appraisal
    assert (taken.withdrawn, taken.broken) == ((), None)


@pytest.mark.parametrize(
    "reply",
    [
        "I can't promise you the £90 credit any more.",
        "I can't credit you the £90, but I'll ask about a voucher.",
        "I'm not able to give you the £90 credit, what I can do is write it down.",
        "I'll write it all down, but I can't credit you the £90.",
    ],
)
def test_an_act_beside_it_does_not_hide_what_is_taken_back(dean: Persona, rubric: Rubric, reply: str) -> None:
    taken = played(dean, rubric, SORRY, PAYS, reply).exchanges[2].appraisal
    assert taken.withdrawn == ("missed_visit_money",)
    assert taken.broken


def test_owning_up_that_it_may_fail_keeps_the_word_given(library: Library, rubric: Rubric) -> None:
    promise = "I'm sorry, Ray. I'll message you by 7pm, and again by 8.30 tonight, whatever the driver finds."
    reply = (
        "No wonder you knocked on every door. I can't promise it, but I'll message you by 8.30 whatever he finds, "
        "and by 10 tomorrow with the depot."
    )
    exchange = played(library.persona("door-to-door-insults"), rubric, promise, reply).exchanges[1]
    assert exchange.appraisal.withdrawn == ()
    assert exchange.appraisal.broken is None
    assert exchange.appraisal.softeners
    assert not any(shift.cause == "unheard" for shift in exchange.stance.shifts)


def test_a_sum_beyond_the_brief_is_tested_before_it_is_taken(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, SORRY, ASKS, SOOTHES, "I'll refund you £900 to your card today.")
    taken = session.exchanges[3]
    assert taken.appraisal.beyond == "£900"
    assert taken.stance.outcome is None
    assert said(dean, taken.answer, Act.TEST_PROMISE), taken.answer


@pytest.mark.parametrize(
    ("reply", "beyond"),
    [
        ("I'll credit £90 to your account.", None),
        ("I'll credit £139 to your account, £90 for the visits and two months of the plan.", None),
        ("I'll credit £400 to your account.", "£400"),
        (
            "The boiler will be mended at the first visit tomorrow.",
            "The boiler will be mended at the first visit tomorrow.",
        ),
        ("I can't promise that the boiler will be mended at the first visit.", None),
    ],
)
def test_what_the_brief_rules_out_is_noticed(dean: Persona, rubric: Rubric, reply: str, beyond: str | None) -> None:
    assert played(dean, rubric, reply, "I am ending this call now.").exchanges[0].appraisal.beyond == beyond


def test_a_debt_that_may_not_be_waived_is_tested(library: Library, rubric: Rubric) -> None:
    persona = library.persona("read-the-terms-again")
    first = played(
        persona, rubric, "I'll just waive the £186, nothing to pay.", "I am ending this call now."
    ).exchanges[0]
    assert first.appraisal.beyond
    assert said(persona, first.answer, Act.TEST_PROMISE), first.answer
    settled = "I can settle the matter early for two months, £62, instead of £186."
    assert played(persona, rubric, settled, "I am ending this call now.").exchanges[0].appraisal.beyond is None


@pytest.mark.parametrize("reply", ["...", "?", "ok"])
def test_silence_is_answered_as_silence(dean: Persona, rubric: Rubric, reply: str) -> None:
    session = played(dean, rubric, reply, "I am ending this call now.")
    assert said(dean, session.exchanges[0].answer, Act.TOO_SHORT), session.exchanges[0].answer


def test_what_was_beyond_the_brief_is_said_in_the_debrief(dean: Persona, rubric: Rubric) -> None:
    session = played(dean, rubric, "I'll credit £400 to your account.", "I am ending this call now.")
    summary = asyncio.run(wiring.cast("embedded", "embedded").coach.debrief(session)).summary
    assert "£400" in summary
    assert "brief" in summary


def test_reasons_are_in_words(library: Library, rubric: Rubric) -> None:
    session = played(library.persona("no-heat-third-visit"), rubric, SORRY, BOOKS, PAYS)
    ids = {offer.id.replace("_", " ") for offer in session.persona.offers if "_" in offer.id}
    reasons = [shift.because for exchange in session.exchanges for shift in exchange.stance.shifts]
    assert any("first job of the day tomorrow" in reason for reason in reasons)
    assert not any(reason == f"offered {offer}" for reason in reasons for offer in ids)


@pytest.mark.parametrize("reply", ["I can book that for you at no charge.", "I'll refund the whole £49 to your card."])
def test_no_charge_is_no_paltry_credit(dean: Persona, rubric: Rubric, reply: str) -> None:
    assert "small_credit" not in played(dean, rubric, reply, "I am ending this call now.").exchanges[0].appraisal.offers


def test_what_was_just_offered_is_not_asked_for(library: Library, rubric: Rubric) -> None:
    """With what they came for on the table, a customer weighs and tests it, and presses for nothing else in that answer."""
    for seed in range(8):
        first = played(
            library.persona("no-heat-third-visit"), rubric, BOOKS, "I am ending this call now.", seed=seed
        ).exchanges[0]
        assert not said(library.persona("no-heat-third-visit"), first.answer, Act.PRESS, Act.VENT), first.answer


def test_no_conversation_by_hand_has_a_fault(dean: Persona, rubric: Rubric) -> None:
    for script in ENDINGS.values():
        assert count_faults(played(dean, rubric, *script)) == (0, 0, 0, 0)
