"""Limits of a day's practice: none is passed, by many at once, over a restart, by two servers; and nothing typed is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from simcustomer import wiring
from simcustomer.domain.accounts import trial_owner
from simcustomer.domain.limits import Bill, Limits
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import EngineError, LimitReached, TurnConflict
from simcustomer.practice import Practice
from simcustomer.settings import Price, Settings
from simcustomer.store import EVERYONE, Allowance, Store, open_store
from simcustomer.store.tables import exchanges
from tests.conftest import postgres_url
from tests.fakes import scripted_cast
from tests.support.model_server import model_server
from tests.support.players import honest
from tests.support.practising import cast_with, engines_on, said
from tests.test_store import new_session

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'own.db'}"
    with closing(open_store(postgres_url())) as store, store.engine.begin() as connection:
        for table in ("spent", "sessions"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    return postgres_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(open_store(url)) as opened:
        yield opened


def within(store: Store, limits: Limits, now: datetime = NOON) -> Practice:
    made = wiring.practice(store, scripted_cast(), longest_reply=500, limits=limits)
    return replace(made, now=lambda: now)


def scripted(url: str, turns: int, persona: Persona, rubric: Rubric) -> None:
    """So many turns of twelve people over three days by two servers, which start anew halfway; then count."""
    limits = Limits(minute=4, turns=max(10, turns // 100), all_turns=turns // 8)
    dice, taken, refused = random.Random(7), list[tuple[str, datetime]](), list[str]()  # noqa: S311
    minutes = max(3, turns // 250)
    tries = [
        (f"p{dice.choice((0, dice.randrange(12)))}", NOON + timedelta(days=day, minutes=dice.randrange(minutes)))
        for day in range(3)
        for _ in range(turns // 3)
    ]
    for half in (tries[: len(tries) // 2], tries[len(tries) // 2 :]):
        servers = [open_store(url) for _ in range(2)]
        sessions = {person: new_session(persona, rubric, person) for person in {p for p, _ in tries}}
        for session in sessions.values():
            servers[0].add(session)

        def send(numbered: tuple[int, tuple[str, datetime]], of=servers, into=sessions) -> None:
            number, (person, now) = numbered
            try:
                allowance = Allowance(person, limits, now)
                of[number % 2].keep_reply(into[person].id, number + 1, f"Reply {number}.", allowance=allowance)
                taken.append((person, now))
            except LimitReached as error:
                refused.append(str(error))

        # SQLite lets one write at a time; more who wait would measure how long it makes them wait.
        with ThreadPoolExecutor(2 if url.startswith("sqlite") else 6) as pool:
            list(pool.map(send, enumerate(half)))
        for server in servers:
            server.close()
    by_minute, by_day = Counter(taken), Counter((person, now.date()) for person, now in taken)
    by_all = Counter(now.date() for _, now in taken)
    assert len(taken) + len(refused) == len(tries)
    assert max(by_minute.values()) == limits.minute
    assert max(by_day.values()) == limits.turns
    assert max(by_all.values()) == limits.all_turns
    assert all("Nothing was sent; your text is still in the box." in message for message in refused)
    with closing(open_store(url)) as store, store.engine.connect() as connection:
        kept = connection.execute(select(func.count()).select_from(exchanges)).scalar_one()
        assert kept == len(taken)
        assert store.had(EVERYONE, NOON + timedelta(days=2))[0] == by_all[(NOON + timedelta(days=2)).date()]


def test_no_turn_over_a_limit(url: str, dean: Persona, rubric: Rubric) -> None:
    scripted(url, 600, dean, rubric)


@pytest.mark.slow
def test_no_turn_over_a_limit_in_ten_thousand(url: str, dean: Persona, rubric: Rubric) -> None:
    scripted(url, 10_000, dean, rubric)


def test_what_is_refused_is_not_kept_and_can_be_sent_the_next_day(store: Store, dean: Persona, rubric: Rubric) -> None:
    practice = within(store, Limits(turns=2))
    session = practice.start(dean, rubric, owner="ann", seed=1)

    async def story() -> None:
        _, after = await said(practice, session, "One.")
        _, after = await said(practice, after, "Two.")
        async for _ in practice.respond(session.id, "Two.", owner="ann", number=2):
            pass  # the same reply again, from another tab, is no turn
        with pytest.raises(TurnConflict):
            await anext(practice.respond(session.id, "Three.", owner="ann", number=2))
        with pytest.raises(LimitReached, match=r"all your practice of today \(2 replies\).*still in the box") as caught:
            await said(practice, after, "Three.")
        assert "00:00 UTC" in str(caught.value)
        assert practice.open(session.id, owner="ann").pending is None
        trial = practice.start(dean, rubric, owner=trial_owner("ann"))
        with pytest.raises(LimitReached):
            await said(practice, trial, "A trial of hers is practice of hers.")
        other = practice.start(dean, rubric, owner="ben")
        await said(practice, other, "Another person has a day of their own.")
        with pytest.raises(LimitReached):
            async for _ in practice.rehearse(session.id, 1, wiring.trainee("expert"), owner="ann"):
                pass
        tomorrow = within(store, Limits(turns=2), NOON + timedelta(days=1))
        _, after = await said(tomorrow, after, "Three.")
        assert [e.reply for e in after.exchanges] == ["One.", "Two.", "Three."]
        assert (await practice.finish(session.id, owner="ann")).outcome is not None

    asyncio.run(story())


def test_a_minute_has_its_own_limit(store: Store, dean: Persona, rubric: Rubric) -> None:
    practice = within(store, Limits(minute=1))
    session = practice.start(dean, rubric, owner="ann", seed=1)

    async def story() -> None:
        _, after = await said(practice, session, "One.")
        with pytest.raises(LimitReached, match="1 replies within this minute"):
            await said(practice, after, "Two.")
        await said(within(store, Limits(minute=1), NOON + timedelta(minutes=1)), after, "Two.")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("limits", "fault"), [(Limits(cost=1e-9), None), (Limits(all_tokens=1), None), (Limits(tokens=1), "answer cut off")]
)
def test_tokens_and_money_are_counted_however_the_call_ends(
    tmp_path: Path, dean: Persona, rubric: Rubric, limits: Limits, fault: str | None
) -> None:
    async def story() -> None:
        async with model_server(honest, fault) as server:
            engines = engines_on(server, prices={"stub": Price(input=1, output=2)}, deadline=60)
            cast = replace(cast_with(engines, "customer"), meter=engines.ledger)
            with closing(open_store(f"sqlite:///{tmp_path / str(fault)}.db")) as store:
                practice = replace(wiring.practice(store, cast, longest_reply=500, limits=limits), now=lambda: NOON)
                session = practice.start(dean, rubric, owner="ann", seed=1)
                if fault is None:
                    await said(practice, session, "I am sorry.")
                    records = engines.ledger.records()
                    asked = sum((r.prompt or 0) + (r.completion or 0) for r in records)
                    person = EVERYONE if limits.of_all.is_set else "ann"
                    turns, tokens, cost = store.had(person, NOON)
                    assert (turns, tokens) == (1, asked)
                    assert cost == pytest.approx(sum(r.cost or 0 for r in records))
                else:
                    with suppress(EngineError):
                        await said(practice, session, "I am sorry.")
                other = practice.start(dean, rubric, owner="ann", seed=2)
                requests = len(server.requests)
                with pytest.raises(LimitReached, match="had all"):
                    await said(practice, other, "And now?")
                assert len(server.requests) == requests

    asyncio.run(story())


def test_a_bill_is_kept_over_a_restart(url: str) -> None:
    limits = Limits(tokens=100, all_cost=3.0)
    for _ in range(2):
        with closing(open_store(url)) as store:
            store.enter_bill(Allowance("ann", limits, NOON), Bill(40, 0.25))
    with closing(open_store(url)) as store:
        assert store.had("ann", NOON) == (0, 80, 0.5)
        assert store.had(EVERYONE, NOON) == (0, 80, 0.5)
        assert store.had("ben", NOON) == (0, 0, 0.0)


def test_limits_are_set_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMCUSTOMER_LIMITS_TURNS", "200")
    monkeypatch.setenv("SIMCUSTOMER_LIMITS_ALL_COST", "12.5")
    assert Settings().limits == Limits(turns=200, all_cost=12.5)
