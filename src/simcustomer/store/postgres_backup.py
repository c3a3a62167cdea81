"""Backups of a PostgreSQL database by its own client programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, inspect, select, table, text
from sqlalchemy.engine import URL

from simcustomer.errors import InvalidInput, StoreError
from simcustomer.store.database import engine_on, guarded
from simcustomer.store.held import REVISIONS, Held
from simcustomer.store.tables import metadata

MAGIC = b"PGDMP"


def save(url: URL, path: Path) -> None:
    """Dump the database to this file, as it is at one moment. Raises StoreError."""
    dump = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}", _target(url)]
    with _program(dump, url):
        pass  # it is waited for


def load(path: Path, url: URL) -> None:
    """Put the dump in place of our tables, in one transaction. Raises StoreError; nothing is changed then."""
    names = ", ".join(f'"{name}"' for name in (*metadata.tables, REVISIONS))
    script = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path)]
    # Tables that the backup does not know yet go, too: the migrations will make them.
    apply = ["psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    apply += [f"--command=DROP TABLE IF EXISTS {names} CASCADE", "--file=-", _target(url)]
    with _program(script) as made, _program(apply, url, stdin=made):
        pass  # they are waited for


def held_in(path: Path) -> Held:
    """What a dump holds, read to its end. Raises InvalidInput for a damaged one, StoreError without the programs."""
    revision: str | None = None
    rows: dict[str, int] = {}
    try:
        with _program(["pg_restore", "--data-only", "--file=-", str(path)]) as process:
            for name, row in _copied(process):
                if name == REVISIONS:
                    revision = row or revision
                else:
                    rows[name] = rows.get(name, 0) + (row is not None)
    except StoreError as error:
        if isinstance(error.__cause__, OSError):
            raise
        raise InvalidInput(f"{path} cannot be read as a backup: {error}") from error
    return Held(revision, rows)


def held_by(url: URL) -> Held:
    """What the database holds; nothing where it has none of our tables. Raises StoreError."""
    engine = engine_on(url)
    try:
        with guarded(url), engine.connect() as connection:
            names = inspect(connection).get_table_names()
            if REVISIONS not in names:
                return Held(None, {})
            revision = connection.execute(select(text("version_num")).select_from(table(REVISIONS))).scalar()
            counts = {name: select(func.count()).select_from(table(name)) for name in names if name != REVISIONS}
            return Held(revision, {name: connection.execute(count).scalar_one() for name, count in counts.items()})
    finally:
        engine.dispose()


def _copied(process: subprocess.Popen[str]) -> Iterator[tuple[str, str | None]]:
    """Each table of a dump with None, then with each of its rows."""
    table_name = ""
    for line in process.stdout or ():
        if not table_name:
            if line.startswith("COPY "):
                table_name = line.split()[1].rpartition(".")[2].strip('"')
                yield table_name, None
        elif line == "\\.\n":
            table_name = ""
        else:
            yield table_name, line.rstrip("\n")


def _target(url: URL) -> str:
    """The address for the programs, without the password, which others could read in the list of processes."""
    return "--dbname=" + url.set(drivername="postgresql", password=None).render_as_string()


@contextmanager
def _program(
    command: list[str], url: URL | None = None, *, stdin: subprocess.Popen[str] | None = None
) -> Generator[subprocess.Popen[str]]:
    """One of PostgreSQL's programs while it runs. Raises StoreError where it is not there or fails."""
    password = {"PGPASSWORD": str(url.password)} if url is not None and url.password else {}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603  # programs of PostgreSQL, found on the path
                command,
                env={**os.environ, "LC_ALL": "C.UTF-8", **password},
                stdin=subprocess.DEVNULL if stdin is None else stdin.stdout,
                stdout=subprocess.PIPE,
                stderr=complaints,
                encoding="utf-8",
            )
        except OSError as error:
            raise StoreError(
                f"{command[0]} cannot be run ({error.strerror}). Backups of PostgreSQL need its client programs: install them, "
                "in the server's version or a newer one (Debian: postgresql-client)."
            ) from error
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        complaints.seek(0)
        said = complaints.read()
    if process.returncode != 0:
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "no further detail")
        raise StoreError(f"{command[0]} failed: {last}")
