"""Sessions that have been kept long enough, on both databases and by the command."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, update

from simcustomer.cli.purging import purge
from simcustomer.domain.audit import Audited, AuditEntry
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput, NotFound, StoreError
from simcustomer.lab.order import Kind, Order
from simcustomer.lab.runs import RUN, RunFolder
from simcustomer.retention import Retention
from simcustomer.settings import load_settings
from simcustomer.store import AuditLog, Erasure, Store, open_store
from simcustomer.store.tables import contents, exchanges, results, sessions
from tests.cli.test_cli import run
from tests.conftest import postgres_url
from tests.support.teams import Office, office_on

NOW = datetime.now(UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path, dean: Persona, rubric: Rubric) -> Iterator[Office]:
    url = postgres_url() if request.param == "postgres" else f"sqlite:///{tmp_path / 'own.db'}"
    with office_on(url, dean, rubric) as opened:
        yield opened


def aged(store: Store, session_id: str, days: int) -> None:
    """Let a session, and all that was said in it, be so many days older."""
    then = NOW - timedelta(days=days)
    with store.engine.begin() as connection:
        of_it = sessions.c.id == session_id
        connection.execute(update(sessions).where(of_it).values(started_at=then))
        connection.execute(update(sessions).where(of_it, sessions.c.ended_at.is_not(None)).values(ended_at=then))
        connection.execute(update(exchanges).where(exchanges.c.session_id == session_id).values(received_at=then))


def test_what_was_kept_long_enough_goes_with_all_that_hangs_on_it(office: Office) -> None:
    old, young = office.talk("ann", "I am sorry.", "Sorry."), office.talk("ann", "I am sorry.")
    left_open, goes_on = office.talk("ben", "Hello.", finish=False), office.talk("ben", "Hello.", finish=False)
    for each in (old, left_open, goes_on):
        aged(office.store, each.id, 181)
    office.store.keep_reply(goes_on.id, 2, "I am back.")
    log = AuditLog(office.store.engine)
    signed_in = AuditEntry(
        at=NOW - timedelta(days=181), who="ann", what=Audited.SIGNED_IN, about="ann", detail="from 192.0.2.1"
    )
    log.add(signed_in)
    log.add(signed_in.model_copy(update={"at": NOW}))
    retention = Retention(Erasure(office.store.engine))
    before = NOW - timedelta(days=180)
    assert retention.purge(before, dry_run=True) == (2, 3)
    assert office.practice.open(old.id, owner="ann").id == old.id
    assert retention.purge(before) == (2, 3)
    for gone, owner in ((old, "ann"), (left_open, "ben")):
        with pytest.raises(NotFound):
            office.practice.open(gone.id, owner=owner)
    assert len(office.practice.open(goes_on.id, owner="ben").exchanges) == 1
    assert [attempt.session for attempt in office.store.finished("ann")] == [young.id]
    with office.store.engine.connect() as connection:
        for table in (exchanges, results):
            assert {old.id, left_open.id}.isdisjoint(connection.execute(select(table.c.session_id)).scalars())
    entry, late, early = log.newest(3)
    assert (entry.what, entry.who) == (Audited.SESSIONS_PURGED, "command line")
    assert entry.detail.startswith("2 sessions, 3 replies; before ")
    assert (late.detail, early.detail) == ("from 192.0.2.1", "")
    assert retention.purge(before) == (0, 0)


def test_contents_go_with_the_last_session_on_them(office: Office) -> None:
    trial = office.persona.model_copy(update={"title": "A draft of long ago"})
    kept = office.talk("ann", "Sorry.")
    gone = Office(office.store, trial, office.rubric).talk("ann", "Sorry.")
    aged(office.store, gone.id, 20)
    Retention(Erasure(office.store.engine)).purge(NOW - timedelta(days=10))
    with office.store.engine.connect() as connection:
        assert not any("long ago" in body for body in connection.execute(select(contents.c.body)).scalars())
    assert office.practice.open(kept.id, owner="ann").persona == office.persona


def test_a_reader_who_keeps_an_old_state_open_is_named(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    with office_on(f"sqlite:///{tmp_path / 'own.db'}", dean, rubric) as office:
        office.talk("ann", "Sorry.")
        with (
            closing(sqlite3.connect(tmp_path / "own.db")) as reader,
            closing(open_store(f"{office.store.engine.url}")) as mine,
        ):
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM exchanges").fetchone()
            with mine.engine.connect() as held:  # the pool gives this connection out again
                held.exec_driver_sql("PRAGMA busy_timeout=100")
            with pytest.raises(StoreError, match="Stop that program, then run"):
                Erasure(mine.engine).wipe()
            reader.execute("COMMIT")
            Erasure(mine.engine).wipe()


@pytest.mark.postgres
def test_a_transaction_that_sees_the_old_state_is_waited_for(
    dean: Persona, rubric: Rubric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simcustomer.store.wiping.SECONDS_WAITED", 0.3)
    with (
        office_on(postgres_url(), dean, rubric) as office,
        psycopg.connect(postgres_url().replace("+psycopg", "")) as reader,
    ):
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM exchanges")
        office.talk("ann", "Sorry.")
        with pytest.raises(StoreError, match="End that session, then run"):
            Erasure(office.store.engine).wipe()
        reader.rollback()
        Erasure(office.store.engine).wipe()


def test_the_command(dean: Persona, rubric: Rubric) -> None:
    url, folder = load_settings().database_url, RunFolder(load_settings().lab_dir)
    with office_on(url, dean, rubric) as office:
        old, _ = office.talk("local", "Sorry."), office.talk("local", "Sorry.")
        aged(office.store, old.id, 31)
        given = Order(kind=Kind.TRANSCRIPTS, engine="embedded", rubric="r", file="own.jsonl")
        ordered = folder.add(given, by="local", server="s", given=b"what customers said")
        suites = folder.add(given.model_copy(update={"kind": Kind.SUITES}), by="local", server="s")
        for each in (ordered, suites):
            folder.write(each.id, RUN, each.model_copy(update={"asked_at": NOW - timedelta(days=31)}))
        tried = run("purge", "--older-than", "30d", "--dry-run")
        assert tried.stdout.startswith("Would erase 1 sessions with 1 replies, and 1 gradings in the lab"), tried.stderr
        assert len(folder.ids()) == 2
        done = run("purge", "--older-than", "30d")
        assert done.stdout.startswith("Erased 1 sessions with 1 replies, and 1 gradings in the lab"), done.stderr
        assert folder.ids() == [suites.id]
        assert len(office.store.finished("local")) == 1
    with pytest.raises(InvalidInput, match="Write it like 180d"):
        purge("half a year")
