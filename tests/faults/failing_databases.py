"""Faults of a database that can be switched on and off: locks, a full disk, connections that are killed."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import make_url

from simcustomer.store import Store, open_store
from tests.conftest import postgres_url

DISK = 32 * 1024 * 1024
NAME = "simcustomer-tried"


def lock_of(url: str) -> Callable[[], AbstractContextManager[None]]:
    """What locks this database as long as it is entered."""

    @contextmanager
    def sqlite_locked() -> Iterator[None]:
        connection = sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=60)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()

    @contextmanager
    def postgres_locked() -> Iterator[None]:
        with psycopg.connect(postgres_url().replace("+psycopg", "")) as connection:
            connection.execute("LOCK TABLE exchanges IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()

    return sqlite_locked if url.startswith("sqlite") else postgres_locked


@dataclass
class Disk:
    """A store on a disk that can be full: nearly nothing is left of it, so that the next writes fail somewhere."""

    store: Store
    fill: Callable[[random.Random], None]
    free: Callable[[], None]
    how: str


@contextmanager
def small_disk() -> Iterator[Disk]:
    """A small disk in memory where one may be mounted, else a file that may not grow."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = os.geteuid() == 0 and (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=False, capture_output=True
            ).returncode
            == 0
        )
        store = open_store(f"sqlite:///{folder}/practice.db")
        try:
            yield _mounted(store, Path(folder)) if mounted else _capped(store)
        finally:
            store.close()
            if mounted:
                subprocess.run(["umount", folder], check=True)


def _mounted(store: Store, folder: Path) -> Disk:
    ballast = folder / "ballast"

    def fill(chance: random.Random) -> None:
        left = os.statvfs(folder)
        spare = 4096 * chance.randrange(0, 10)
        with ballast.open("wb") as file:
            file.write(b"x" * max(0, left.f_bavail * left.f_frsize - spare))

    return Disk(store, fill, ballast.unlink, "a mounted disk of 32 MiB")


def _capped(store: Store) -> Disk:
    most = {"pages": 2**30}

    def cap(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most['pages']}")

    event.listen(store.engine, "checkout", cap)

    def fill(chance: random.Random) -> None:
        with store.engine.connect() as connection:
            held = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        most["pages"] = held + chance.randrange(0, 2)

    return Disk(store, fill, lambda: most.update(pages=2**30), "PRAGMA max_page_count, where no disk may be mounted")


def killable_url() -> str:
    """The test database under a name that `kill_connections` knows."""
    return f"{postgres_url()}?application_name={NAME}"


def kill_connections() -> int:
    """End the connections under that name as an administrator does; how many there were."""
    with psycopg.connect(postgres_url().replace("+psycopg", ""), autocommit=True) as connection:
        killed = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()",
            (NAME,),
        ).fetchall()
    return len(killed)
