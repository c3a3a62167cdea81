"""Backups of a SQLite file by SQLite's own online backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from simcustomer.errors import InvalidInput, StoreError
from simcustomer.store.database import SECONDS_LOCKED, make_private_file
from simcustomer.store.held import REVISIONS, Held

MAGIC = b"SQLite format 3\0"


def save(url: URL, path: Path) -> None:
    """Copy the database to this file, as it is at one moment. Raises StoreError."""
    with _guarded(url), closing(_opened(_path(url))) as source, closing(_opened(path)) as target:
        source.backup(target)
        # One file, without the two that belong to a database in use.
        target.execute("PRAGMA journal_mode=DELETE")


def load(path: Path, url: URL) -> None:
    """Copy the backup over the database, in one transaction. Raises StoreError."""
    make_private_file(url)
    with _guarded(url), closing(_backup(path)) as source, closing(_opened(_path(url))) as target:
        source.backup(target)


def held_in(path: Path) -> Held:
    """What a backup holds. Raises InvalidInput for a damaged one."""
    try:
        with closing(_backup(path)) as connection:
            return _held(connection)
    except sqlite3.Error as error:
        raise InvalidInput(f"{path} is damaged ({error}) and cannot be restored; use another backup.") from error


def held_by(url: URL) -> Held:
    """What the database holds; nothing where there is no file. Raises StoreError."""
    if not _path(url).is_file() or _path(url).stat().st_size == 0:
        return Held(None, {})
    with _guarded(url), closing(_opened(_path(url))) as connection:
        return _held(connection)


def _path(url: URL) -> Path:
    return Path(str(url.database))


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=SECONDS_LOCKED)


def _backup(path: Path) -> sqlite3.Connection:
    """A backup, which is never written to."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _held(connection: sqlite3.Connection) -> Held:
    """Raises sqlite3.DatabaseError for what is damaged."""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(str(found).splitlines()[0])
    if (orphan := connection.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        raise sqlite3.DatabaseError(f"a row of {orphan[0]} refers to one of {orphan[2]} that is not there")
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    tables = [str(name) for (name,) in connection.execute(names)]
    if REVISIONS not in tables:
        return Held(None, {})
    rows = {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  # a table's own name
        for name in tables
        if name != REVISIONS
    }
    return Held(str(connection.execute(f"SELECT version_num FROM {REVISIONS}").fetchone()[0]), rows)  # noqa: S608


@contextmanager
def _guarded(url: URL) -> Generator[None]:
    """Turn what SQLite raises into a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"{url.render_as_string(hide_password=True)} could not be copied ({error}). Where it is damaged, move the file away; "
            "where it is busy or the disk is full, try again when that is over."
        ) from error
