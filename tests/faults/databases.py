"""Databases for rows that try what a database does to a practice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import postgres_url

MEMORY = Path("/dev/shm")  # noqa: S108  # a disk in memory, where there is one; a folder of its own is made in it


@contextmanager
def sqlite() -> Iterator[str]:
    """A new SQLite file, in memory where that can be: no row here takes the power away from a disk."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield f"sqlite:///{Path(folder) / 'practice.db'}"


def postgres() -> str:
    """The test database, whose commits are not waited for to reach the disk: here clients die, not the server."""
    return f"{postgres_url()}?options=-csynchronous_commit%3Doff"
