"""Backups: a whole database into one file while it is used, and back; each is looked over before it counts."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from simcustomer.errors import InvalidInput, StoreError
from simcustomer.store import postgres_backup, sqlite_backup
from simcustomer.store.database import NEWEST, open_engine
from simcustomer.store.held import Held

_KINDS = {"sqlite": sqlite_backup, "postgresql": postgres_backup}
"""What saves and loads each kind of database: `MAGIC`, `save`, `load`, `held_in` a file, `held_by` a database."""


def back_up(database_url: str, path: Path) -> Held:
    """Write what the database holds to a file that its owner alone may read, whole or not at all.

    The server may go on: the file holds one moment. Raises StoreError, InvalidInput where the file cannot be written.
    """
    url = _url(database_url)
    kind = _KINDS[url.get_backend_name()]
    held = kind.held_by(url)
    if held.revision is None:
        raise StoreError(f"There is nothing to back up: {_named(url)} holds no simcustomer database.")
    if url.database and path.exists() and Path(url.database).exists() and path.samefile(url.database):
        raise InvalidInput(f"{path} is the database itself. Name another file for the backup.")
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        kind.save(url, part)
        saved = kind.held_in(part)
        part.replace(path)
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be written ({error.strerror}). Check the folder and its permissions."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return saved


def restore(database_url: str, path: Path, *, force: bool = False) -> Held:
    """Put what a backup holds in place of what the database holds, in one transaction, and bring it to the newest tables.

    Raises InvalidInput for a file that is no backup of this kind of database, is damaged, or was made by a newer
    simcustomer; StoreError for a database that is not empty, without `force`, or that does not hold the same afterwards.
    """
    url = _url(database_url)
    kind = _KINDS[url.get_backend_name()]
    _checked_kind(path, kind.MAGIC)
    saved = kind.held_in(path)
    if saved.revision is None:
        raise InvalidInput(f"{path} is no backup of a simcustomer database; nothing was changed.")
    if saved.revision > NEWEST:
        raise InvalidInput(
            f"{path} was made by a newer simcustomer (tables {saved.revision}, this one knows {NEWEST}). "
            "Update simcustomer; nothing was changed."
        )
    there = kind.held_by(url)
    if there.revision is not None and there.revision > NEWEST:
        raise StoreError(
            f"{_named(url)} was made by a newer simcustomer (tables {there.revision}, this one knows {NEWEST}). "
            "Update simcustomer; nothing was changed."
        )
    if there.total and not force:
        raise StoreError(
            f"{_named(url)} is not empty: it holds {there.said}. Nothing was changed. Back it up, then give --force to "
            "replace all of it, or set SIMCUSTOMER_DATABASE_URL to another place."
        )
    kind.load(path, url)
    found = kind.held_by(url)
    if found != saved:
        raise StoreError(
            f"{_named(url)} holds {found.said} after the backup was restored, and the backup {saved.said}. Was it written to "
            "meanwhile? Stop every server that uses it and restore again."
        )
    open_engine(database_url).dispose()
    return found


def _url(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise StoreError("The database address cannot be used. See SIMCUSTOMER_DATABASE_URL.") from error
    if url.get_backend_name() not in _KINDS or not url.database or url.database == ":memory:":
        raise StoreError(f"{_named(url)} cannot be backed up or restored; a SQLite file or a PostgreSQL database can.")
    return url


def _named(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _checked_kind(path: Path, magic: bytes) -> None:
    try:
        with path.open("rb") as file:
            begins = file.read(16)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name and its permissions.") from error
    if begins.startswith(magic):
        return
    for name, kind in _KINDS.items():
        if begins.startswith(kind.MAGIC):
            raise InvalidInput(
                f"{path} is a backup of a {name} database, and the database is another kind. Set SIMCUSTOMER_DATABASE_URL to a "
                f"{name} database; nothing was changed."
            )
    raise InvalidInput(f"{path} is no backup that `simcustomer backup` made; nothing was changed.")
