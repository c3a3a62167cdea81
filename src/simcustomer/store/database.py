"""Opens the database: a private file or a server, brought to the newest version of the tables."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from simcustomer.errors import StoreError

NEWEST = "0007"
"""Revision of the newest migration; checked first, so that Alembic is only loaded when there is something to do."""

_MIGRATION = threading.Lock()


def open_engine(database_url: str) -> Engine:
    """An engine on the database, its tables up to date.

    A new SQLite file is readable and writable by its owner alone. Raises StoreError, without any password in it.
    """
    try:
        url = make_url(database_url)
        if url.get_backend_name() == "sqlite":
            _make_private_file(url)
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            "The database address cannot be used. Set SIMCUSTOMER_DATABASE_URL to something like "
            "sqlite:////home/me/practice.db or postgresql+psycopg://user@host/name (with the extra simcustomer[postgres])."
        ) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    with guarded(engine.url):
        _migrate(engine)
    return engine


@contextmanager
def guarded(url: URL) -> Generator[None]:
    """Turn what the database driver raises into a StoreError in words that help."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(_explained(error, url)) from error


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
    if "locked" in lowered:
        return f"{where} is busy with another program. Nothing typed was lost; try again in a moment."
    if "full" in lowered:
        return f"{where}: the disk is full. Free some space and try again; what was stored is kept."
    first_line = cause.splitlines()[0] if cause else "no further detail"
    return f"The database {where} did not answer as expected ({first_line}). Check that it runs and try again; what was stored is kept."


def _make_private_file(url: URL) -> None:
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
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


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
            connection.execute(text("SELECT pg_advisory_xact_lock(7303014)"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
