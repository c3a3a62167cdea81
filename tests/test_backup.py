"""Backups, there and back, on each kind of database."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from simcustomer import wiring
from simcustomer.cli import app
from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind, text_mark
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.errors import InvalidInput, StoreError
from simcustomer.store import Drafts, Editions, Publication, Saving, Store, back_up, open_store, restore
from simcustomer.store.database import NEWEST
from simcustomer.store.tables import metadata
from tests.conftest import postgres_url
from tests.fakes import scripted_cast
from tests.test_store import downgraded

AUTHOR = Visitor(id="ann", name="Ann", roles=frozenset({Role.AUTHOR}))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'practice.db'}"
        return
    yield postgres_url()
    emptied(postgres_url())


def emptied(url: str) -> None:
    """No tables of ours."""
    if url.startswith("sqlite"):
        for file in Path(str(make_url(url).database)).parent.glob("practice.db*"):
            file.unlink()
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {', '.join([*metadata.tables, 'alembic_version'])} CASCADE")


def begun(url: str, persona: Persona, rubric: Rubric) -> tuple[Store, Session]:
    """A database with a finished session in it, a draft and a publication."""
    emptied(url)
    store = open_store(url)
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)
    session = practice.start(persona, rubric, owner="ann", seed=1)

    async def talk() -> None:
        async for _ in practice.respond(session.id, "I'm sorry \\. \t und schöne Grüße\nCOPY x", owner="ann"):
            pass

    asyncio.run(talk())
    Editions(store.engine).publish(
        Publication(
            ContentKind.PERSONA, "mine", text="id: mine\n", version=1, base=text_mark(""), file=None, note="first"
        ),
        AUTHOR,
    )
    Drafts(store.engine).save(
        Saving("draft", ContentKind.PERSONA, "mine", "", "Mine", "id: mine \\N\n", 0, "tab", 1), AUTHOR
    )
    return store, asyncio.run(practice.finish(session.id, owner="ann"))


def test_all_comes_back(url: str, dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    store, session = begun(url, dean, rubric)
    saved = back_up(url, tmp_path / "kept.backup")
    assert stat.S_IMODE((tmp_path / "kept.backup").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))
    with store.engine.connect() as connection:
        counted = {
            t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in metadata.sorted_tables
        }
    assert saved.rows == counted
    assert saved.revision == NEWEST
    assert counted["sessions"] == counted["exchanges"] == counted["editions"] == 1
    store.close()
    emptied(url)
    assert restore(url, tmp_path / "kept.backup") == saved
    again = open_store(url)
    assert again.load(session.id, "ann") == session
    assert Editions(again.engine).text(ContentKind.PERSONA, "mine") == "id: mine\n"
    assert [draft.text for draft in Drafts(again.engine).all(ContentKind.PERSONA)] == ["id: mine \\N\n"]
    again.close()


def test_what_is_there_is_replaced_only_by_force(url: str, dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    store, session = begun(url, dean, rubric)
    back_up(url, tmp_path / "kept.backup")
    later = wiring.practice(store, scripted_cast(), longest_reply=500).start(dean, rubric, owner="ann", seed=2)
    with pytest.raises(StoreError, match=r"is not empty: it holds 2 sessions .*--force"):
        restore(url, tmp_path / "kept.backup")
    assert store.load(later.id, "ann") == later
    restore(url, tmp_path / "kept.backup", force=True)
    # A server that was still running meets what was restored, too.
    assert [row.id for row in store.list("ann")] == [session.id]
    store.close()


def test_a_backup_is_made_while_others_write(url: str, dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    store, _ = begun(url, dean, rubric)
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            practice.start(dean, rubric, owner="ann", seed=1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        saved = [back_up(url, tmp_path / f"{number}.backup") for number in range(3)]
    finally:
        done.set()
        writer.join()
    store.close()
    counts = [held.rows["sessions"] for held in saved]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    restored = restore(url, tmp_path / "1.backup", force=True)
    assert restored == saved[1]


def test_a_backup_of_older_tables_is_brought_to_the_newest(
    url: str, dean: Persona, rubric: Rubric, tmp_path: Path
) -> None:
    store, session = begun(url, dean, rubric)
    downgraded(store, "0002")
    assert back_up(url, tmp_path / "older.backup").revision == "0002"
    store.close()
    open_store(url).close()
    restore(url, tmp_path / "older.backup", force=True)
    again = open_store(url)
    assert [e.reply for e in again.load(session.id, "ann").exchanges] == [e.reply for e in session.exchanges]
    again.close()


def test_a_backup_of_a_newer_simcustomer_is_refused(url: str, dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    store, session = begun(url, dean, rubric)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    back_up(url, tmp_path / "newer.backup")
    with pytest.raises(InvalidInput, match="newer simcustomer"):
        restore(url, tmp_path / "newer.backup", force=True)
    assert store.load(session.id, "ann") == session
    store.close()
    emptied(url)
    with pytest.raises(InvalidInput, match="newer simcustomer"):
        restore(url, tmp_path / "newer.backup")


def test_a_damaged_backup_is_refused_and_changes_nothing(
    url: str, dean: Persona, rubric: Rubric, tmp_path: Path
) -> None:
    store, session = begun(url, dean, rubric)
    back_up(url, tmp_path / "kept.backup")
    whole = (tmp_path / "kept.backup").read_bytes()
    for name, damaged in (("cut", whole[: len(whole) // 2]), ("empty", b""), ("text", b"hello")):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(InvalidInput):
            restore(url, tmp_path / name, force=True)
    assert store.load(session.id, "ann") == session
    store.close()


def test_there_is_nothing_to_back_up_in_what_is_not_there(url: str, tmp_path: Path) -> None:
    emptied(url)
    with pytest.raises(StoreError, match="nothing to back up"):
        back_up(url, tmp_path / "kept.backup")
    assert list(tmp_path.iterdir()) == []


def test_the_database_is_not_its_own_backup(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    begun(url, dean, rubric)[0].close()
    with pytest.raises(InvalidInput, match="is the database itself"):
        back_up(url, tmp_path / "practice.db")
    with pytest.raises(InvalidInput, match="cannot be written"):
        back_up(url, tmp_path / "no" / "such.backup")


@pytest.mark.postgres
def test_backups_of_two_kinds_are_not_mixed(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    begun(url, dean, rubric)[0].close()
    back_up(url, tmp_path / "kept.backup")
    with pytest.raises(InvalidInput, match="backup of a sqlite database"):
        restore(postgres_url(), tmp_path / "kept.backup", force=True)


@pytest.mark.postgres
def test_a_machine_without_the_programs_is_told_so(
    dean: Persona, rubric: Rubric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(postgres_url(), dean, rubric)[0].close()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match=r"pg_dump cannot be run .*postgresql-client"):
        back_up(postgres_url(), tmp_path / "kept.backup")
    assert list(tmp_path.iterdir()) == []
    emptied(postgres_url())


def test_a_row_that_refers_to_nothing_is_damage(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    begun(url, dean, rubric)[0].close()
    back_up(url, tmp_path / "kept.backup")
    with sqlite3.connect(tmp_path / "kept.backup") as connection:
        connection.execute("DELETE FROM contents")
    connection.close()
    with pytest.raises(InvalidInput, match="is damaged"):
        restore(url, tmp_path / "kept.backup", force=True)


def test_the_commands_say_what_was_kept(
    dean: Persona, rubric: Rubric, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'practice.db'}"
    monkeypatch.setenv("SIMCUSTOMER_DATABASE_URL", url)
    begun(url, dean, rubric)[0].close()
    kept = str(tmp_path / "kept.backup")
    made = CliRunner().invoke(app, ["backup", kept], catch_exceptions=False)
    assert "holds 1 sessions and" in made.output
    back = CliRunner().invoke(app, ["restore", kept, "--force"], catch_exceptions=False)
    assert "holds 1 sessions and" in back.output
    with pytest.raises(StoreError, match="--force"):
        CliRunner().invoke(app, ["restore", kept], catch_exceptions=False)
