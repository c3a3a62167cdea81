from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcustomer import wiring
from simcustomer.domain.assessment import Grade, Ungraded
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.reply_text import clean_reply
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Debrief, Exchange, Session
from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.engines.embedded.customer import EmbeddedCustomer
from simcustomer.errors import EngineError, InvalidReply, NotFound, SessionOver, StoreError, TurnConflict
from simcustomer.graph import Spoken
from simcustomer.practice import Practice, Settled
from simcustomer.roles import Cast, GradingCase, React, Scene
from simcustomer.store import Claim, Store, open_store
from tests.fakes import FailingFor, scripted_cast

GOOD = "I'm sorry that nobody came three times and that you lost a day's pay for each. What does the boiler show?"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'practice.db'}")
    yield opened
    opened.close()


@pytest.fixture
def practice(store: Store) -> Practice:
    return wiring.practice(store, wiring.cast(), longest_reply=5000)


def respond(practice: Practice, session: Session, text: str, number: int | None = None) -> tuple[str, Session]:
    async def run() -> tuple[str, Session]:
        spoken, settled = "", None
        async for event in practice.respond(session.id, text, owner="ann", number=number):
            if isinstance(event, Settled):
                settled = event.session
            else:
                spoken += event.text
        assert settled is not None
        return spoken, settled

    return asyncio.run(run())


def test_a_reply_is_answered_graded_and_kept(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    spoken, after = respond(practice, session, GOOD)
    exchange = after.exchanges[0]
    assert spoken.strip() == exchange.answer
    assert exchange.reply == GOOD
    assert exchange.grade.kind == "graded"
    assert after.mood != dean.mood
    assert practice.open(session.id, owner="ann") == after


def test_the_same_seed_gives_the_same_conversation(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    answers = []
    for seed in (3, 3, 4):
        session = practice.start(dean, rubric, owner="ann", seed=seed)
        answers.append((session.opening, respond(practice, session, GOOD)[0]))
    assert answers[0] == answers[1] != answers[2]


def test_a_double_submit_gives_the_same_exchange_back(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    first = respond(practice, session, GOOD, 1)
    assert respond(practice, session, GOOD, 1) == (first[1].exchanges[0].answer, first[1])
    with pytest.raises(TurnConflict):
        respond(practice, session, "Something else.", 1)
    with pytest.raises(TurnConflict):
        respond(practice, session, "Too far ahead.", 5)
    assert len(practice.open(session.id, owner="ann").exchanges) == 1


def test_two_submits_at_the_same_moment_are_one_exchange(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)

    async def one() -> Session:
        async for event in practice.respond(session.id, GOOD, owner="ann", number=1):
            if isinstance(event, Settled):
                return event.session
        raise AssertionError("no Settled")

    async def both() -> list[Session]:
        return list(await asyncio.gather(*(one() for _ in range(5))))

    results = asyncio.run(both())
    assert all(result == results[0] for result in results)
    assert len(results[0].exchanges) == 1


def test_a_reply_that_was_stored_is_answered_later(
    practice: Practice, store: Store, dean: Persona, rubric: Rubric
) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    store.keep_reply(session.id, 1, GOOD)
    assert store.claim(Claim(session.id, 1, "a server that died"), 0.2)

    async def resume() -> Session:
        async for event in practice.resume(session.id, owner="ann"):
            if isinstance(event, Settled):
                return event.session
        raise AssertionError("no Settled")

    resumed = asyncio.run(resume())
    assert [e.reply for e in resumed.exchanges] == [GOOD]
    assert asyncio.run(resume()) == resumed


def test_leaving_in_mid_answer_loses_nothing(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)

    async def leave() -> None:
        events = practice.respond(session.id, GOOD, owner="ann")
        async for event in events:
            assert isinstance(event, Spoken)
            break
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert practice.open(session.id, owner="ann").pending == GOOD
    _, after = respond(practice, session, GOOD, 1)
    assert len(after.exchanges) == 1


def test_an_ended_session_takes_no_reply(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    respond(practice, session, GOOD)
    ended = asyncio.run(practice.finish(session.id, owner="ann"))
    assert ended.outcome is Outcome.ENDED_BY_TRAINEE
    assert ended.debrief is not None
    assert asyncio.run(practice.finish(session.id, owner="ann")) == ended
    with pytest.raises(SessionOver):
        respond(practice, session, "One more thing.")


def test_ending_before_a_reply_has_nothing_to_debrief(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    ended = asyncio.run(practice.finish(session.id, owner="ann"))
    assert (ended.outcome, ended.debrief) == (Outcome.ENDED_BY_TRAINEE, None)


def test_someone_elses_session_is_not_there(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    session = practice.start(dean, rubric, owner="ben", seed=1)
    with pytest.raises(NotFound):
        respond(practice, session, GOOD)


class BrokenGrader:
    name = "broken"

    async def grade(self, case: GradingCase) -> Grade:
        raise RuntimeError("out of order")


class BrokenCustomer(EmbeddedCustomer):
    fail = True

    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        if self.fail:
            raise EngineError("The customer's line is dead. Try again.")
        async for piece in super().answer(scene, react):
            yield piece


class RestlessCustomer(EmbeddedCustomer):
    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        react(Appraisal())
        react(Appraisal())
        yield "Hm."


def test_a_failing_grader_costs_neither_the_answer_nor_invents_a_score(
    store: Store, dean: Persona, rubric: Rubric, caplog: pytest.LogCaptureFixture
) -> None:
    practice = wiring.practice(store, Cast(EmbeddedCustomer(), BrokenGrader(), EmbeddedCoach()), longest_reply=5000)
    session = practice.start(dean, rubric, owner="ann", seed=1)
    spoken, after = respond(practice, session, GOOD)
    assert spoken
    assert isinstance(after.exchanges[0].grade, Ungraded)
    assert "RuntimeError" in after.exchanges[0].grade.reason
    ended = asyncio.run(practice.finish(session.id, owner="ann"))
    assert ended.scorecard.overall is None
    assert ended.debrief is not None
    assert "no score" in ended.debrief.summary
    assert "out of order" in caplog.text


def test_a_failing_customer_keeps_the_reply_for_another_try(store: Store, dean: Persona, rubric: Rubric) -> None:
    customer = BrokenCustomer()
    practice = wiring.practice(store, Cast(customer, wiring.grader(), EmbeddedCoach()), longest_reply=5000)
    session = practice.start(dean, rubric, owner="ann", seed=1)
    with pytest.raises(EngineError, match="Try again"):
        respond(practice, session, GOOD)
    assert practice.open(session.id, owner="ann").pending == GOOD
    ended = asyncio.run(practice.finish(practice.start(dean, rubric, owner="ann", seed=1).id, owner="ann"))
    assert ended.outcome is Outcome.ENDED_BY_TRAINEE
    customer.fail = False
    assert respond(practice, session, GOOD)[1].exchanges[0].reply == GOOD


def test_a_customer_that_reacts_twice_is_an_error(store: Store, dean: Persona, rubric: Rubric) -> None:
    practice = wiring.practice(store, Cast(RestlessCustomer(), wiring.grader(), EmbeddedCoach()), longest_reply=5000)
    session = practice.start(dean, rubric, owner="ann", seed=1)
    with pytest.raises(EngineError, match="appraise a reply once"):
        respond(practice, session, GOOD)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u200d\ufeff", "empty"),
        ("\u202e\u2066", "empty"),
        ("x" * 100_000, "100,000 characters long; the most is 5,000"),
        ("half \ud83d of it", "broken character .* position 6"),
    ],
)
def test_what_is_no_reply_is_refused_in_words(
    practice: Practice, dean: Persona, rubric: Rubric, text: str, says: str
) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    with pytest.raises(InvalidReply, match=says):
        respond(practice, session, text)
    assert practice.open(session.id, owner="ann") == session


@pytest.mark.parametrize(
    "text",
    [
        "?",
        "👍",
        "مرحبا، سأساعدك الآن",
        "שלום",
        "a\u200bb",
        "tab\tand\nline",
        "\u202eevil\u202c",
        "naïve café",
        "\x00ok\x07",
    ],
)
def test_unusual_text_is_taken_and_kept(practice: Practice, dean: Persona, rubric: Rubric, text: str) -> None:
    session = practice.start(dean, rubric, owner="ann", seed=1)
    _, after = respond(practice, session, text)
    assert after.exchanges[0].reply == clean_reply(text, longest=5000)
    assert after.exchanges[0].answer


@given(st.text(max_size=300))
def test_a_cleaned_reply_stays_as_it_is(text: str) -> None:
    try:
        reply = clean_reply(text, longest=1000)
    except InvalidReply:
        return
    assert clean_reply(reply, longest=1000) == reply
    assert not set(reply) & set("\x00\x07\u200b\u202e\ufeff")


def _with_grader(store: Store, name: str, fails: str) -> Practice:
    """A practice whose grader of this name fails for replies with a word in them."""
    grader = FailingFor(name=name, word=fails)
    return wiring.practice(store, replace(scripted_cast(), grader=grader), longest_reply=5000)


def test_a_reply_without_grade_gets_one_later(store: Store, dean: Persona, rubric: Rubric) -> None:
    before, after = _with_grader(store, "g", "odd"), _with_grader(store, "g", "never")
    session = before.start(dean, rubric, owner="ann", seed=1)
    respond(before, session, "A plain reply.")
    respond(before, session, "An odd reply.")
    finished = asyncio.run(before.finish(session.id, owner="ann"))
    assert [e.grade.kind for e in finished.exchanges] == ["graded", "ungraded"]
    assert store.ungraded("ann") == (session.id,)
    still = asyncio.run(before.regrade(session.id, owner="ann"))
    assert (still.graded, list(still.failed)) == ((), [2])
    done = asyncio.run(after.regrade(session.id, owner="ann"))
    assert (done.graded, done.failed) == ((2,), {})
    assert done.session.exchanges[0] == finished.exchanges[0]
    assert done.session.scorecard.ungraded == 0
    assert store.ungraded("ann") == ()


def test_grades_of_two_graders_are_not_mixed(store: Store, dean: Persona, rubric: Rubric) -> None:
    first = _with_grader(store, "g", "odd")
    session = first.start(dean, rubric, owner="ann", seed=1)
    respond(first, session, "A plain reply.")
    respond(first, session, "An odd reply.")
    other = _with_grader(store, "other", "plain")
    with pytest.raises(TurnConflict, match="grade every reply of it again"):
        asyncio.run(other.regrade(session.id, owner="ann"))
    left = asyncio.run(other.regrade(session.id, owner="ann", anew=True))
    assert (left.graded, list(left.failed)) == ((), [1])
    assert first.open(session.id, owner="ann").provenance.grader == "g"
    able = _with_grader(store, "other", "never")
    done = asyncio.run(able.regrade(session.id, owner="ann", anew=True))
    assert done.graded == (1, 2)
    assert done.session.provenance.grader == "other"
    with pytest.raises(NotFound):
        asyncio.run(able.regrade(session.id, owner="bob", anew=True))


class FlakyStore(Store):
    """Fails to settle as often as it is told, and lets someone else take a claim over first."""

    failures = 0
    taken_over = False

    def settle(self, claim: Claim, exchange: Exchange, debrief: Debrief | None) -> bool:
        if type(self).failures:
            type(self).failures -= 1
            raise StoreError("The database is away; try again.")
        if type(self).taken_over:
            type(self).taken_over = False
            other = claim._replace(token="other")  # noqa: S106  # of a claim
            super().release(claim)
            assert super().claim(other, 5)
            assert super().settle(other, exchange.model_copy(update={"answer": "Said by the other."}), debrief)
        return super().settle(claim, exchange, debrief)


@pytest.fixture
def flaky(store: Store, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setattr("simcustomer.answering.SETTLE_AGAIN", (0.0, 0.0))
    FlakyStore.failures, FlakyStore.taken_over = 0, False
    return wiring.practice(FlakyStore(store.engine), scripted_cast(), longest_reply=5000)


def test_an_answer_that_was_heard_is_kept_though_the_database_fails_for_a_moment(
    flaky: Practice, dean: Persona, rubric: Rubric
) -> None:
    session = flaky.start(dean, rubric, owner="ann", seed=1)
    FlakyStore.failures = 2
    spoken, after = respond(flaky, session, GOOD)
    assert after.exchanges[0].answer == spoken.strip()
    assert len(after.exchanges) == 1


def test_a_reply_whose_answer_cannot_be_kept_is_free_for_another_try_at_once(
    flaky: Practice, store: Store, dean: Persona, rubric: Rubric
) -> None:
    session = flaky.start(dean, rubric, owner="ann", seed=1)
    FlakyStore.failures = 3
    with pytest.raises(StoreError):
        respond(flaky, session, GOOD)
    assert store.load(session.id, "ann").pending == GOOD
    assert store.claim(Claim(session.id, 1, "the next try"), 5)


def test_what_another_server_has_settled_meanwhile_is_what_the_trainee_is_told(
    flaky: Practice, dean: Persona, rubric: Rubric
) -> None:
    session = flaky.start(dean, rubric, owner="ann", seed=1)
    FlakyStore.taken_over = True
    _, after = respond(flaky, session, GOOD)
    assert [e.answer for e in after.exchanges] == ["Said by the other."]
