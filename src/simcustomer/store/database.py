"""Opens the database: a private file or a server, brought to the newest version of the tables."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from simcustomer.errors import StoreError

NEWEST = "0008"
"""Revision of the newest migration; checked first, so that Alembic is only loaded when there is something to do."""

SECONDS_LOCKED = 10
"""How long a statement waits for a lock that another program or server holds, before the trainee is told."""

_MIGRATION = threading.Lock()
_QUEUES: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


def open_engine(database_url: str) -> Engine:
    """An engine on the database, its tables up to date.

    A new SQLite file is readable and writable by its owner alone. Raises StoreError, without any password in it.
    """
    engine = engine_on(database_url)
    with guarded(engine.url):
        _migrate(engine)
    return engine


def engine_on(database_url: str | URL) -> Engine:
    """An engine on the database with its tables as they are. Raises StoreError."""
    try:
        url = make_url(database_url)
        if url.get_backend_name() == "sqlite":
            make_private_file(url)
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            "The database address cannot be used. Set SIMCUSTOMER_DATABASE_URL to something like "
            "sqlite:////home/me/practice.db or postgresql+psycopg://user@host/name (with the extra simcustomer[postgres])."
        ) from error
    event.listen(engine, "connect", _configure_sqlite if url.get_backend_name() == "sqlite" else _configure_server)
    return engine


@contextmanager
def guarded(url: URL) -> Generator[None]:
    """Turn what the database driver raises into a StoreError in words that help."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(_explained(error, url)) from error


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction that writes.

    SQLite has one writer, and who finds the file locked sleeps before looking again. The threads of this process wait in
    a queue of their own instead, which is woken at once.
    """
    single = engine.dialect.name == "sqlite"
    with _QUEUES.setdefault(engine, threading.Lock()) if single else nullcontext(), engine.begin() as connection:
        yield connection


def _explained(error: SQLAlchemyError, url: URL) -> str:
    where = url.render_as_string(hide_password=True)
    cause = str(error.orig) if isinstance(error, DatabaseError) else type(error).__name__
    lowered = cause.lower()
    if "not a database" in lowered or "malformed" in lowered:
        return (
            f"{where} is damaged or is not a simcustomer database. Nothing was changed; restore a backup, or move the file "
            "away to start afresh."
        )
    if "readonly" in lowered or "unable to open" in lowered or "permission" in lowered:
        return (
            f"{where} cannot be opened for writing. Check the folder's permissions, or set SIMCUSTOMER_DATABASE_URL to a "
            "place you may write to."
        )
    if "locked" in lowered or "lock timeout" in lowered:
        return f"{where} is busy with another program. Nothing typed was lost; try again in a moment."
    if "full" in lowered or "no space left" in lowered:
        return f"{where}: the disk is full. Free some space and try again; what was stored is kept."
    first_line = cause.splitlines()[0] if cause else "no further detail"
    return f"The database {where} did not answer as expected ({first_line}). Check that it runs and try again; what was stored is kept."


def make_private_file(url: URL) -> None:
    """Make the file of a SQLite database, readable and writable by its owner alone, where it is not there. Raises StoreError."""
    if not url.database or url.database == ":memory:":
        return
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"The database file {path} cannot be opened for writing ({error.strerror}). Check the folder's permissions, "
            "or set SIMCUSTOMER_DATABASE_URL to a place you may write to."
        ) from error


def _configure_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    busy = f"busy_timeout={SECONDS_LOCKED * 1000}"
    for pragma in (busy, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _configure_server(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{SECONDS_LOCKED}s'")
    cursor.close()
    connection.commit()


def _migrate(engine: Engine) -> None:
    with _MIGRATION, engine.connect() as connection:
        held = _revision(engine)
        if held == NEWEST:
            return
        if held is not None and held > NEWEST:
            raise StoreError(
                f"{engine.url.render_as_string(hide_password=True)} was made by a newer simcustomer (tables {held}, this one "
                f"knows {NEWEST}). Update simcustomer; nothing was changed."
            )
        from alembic import command  # noqa: PLC0415  # a second of start-up that only a new database should pay
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        if engine.dialect.name == "postgresql":
            # Two servers started at once must not both create the tables.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(7303014)"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the database answers with its tables as this version knows them. Raises StoreError where it does not answer."""
    with guarded(engine.url):
        return _revision(engine) == NEWEST


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
