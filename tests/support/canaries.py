"""Words that occur nowhere else, and where in the files of a folder or the rows of a database they are found."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, inspect, text


@dataclass
class Canaries:
    """Gives words out; each is known by where it was put."""

    seed: int
    given: dict[str, str] = field(default_factory=dict[str, str])

    def new(self, where: str) -> str:
        """A word in small letters, which is a name, too, and stays whole in any text."""
        dice = random.Random(f"{self.seed} {len(self.given)}")  # noqa: S311
        word = f"zq{len(self.given):05d}{''.join(dice.choices('bcdfghjkmnp', k=10))}"
        self.given[word] = where
        return word

    def found(self, bodies: Iterable[bytes]) -> dict[str, str]:
        """Those of which a body holds the bytes, with where they were put."""
        held: dict[str, str] = {}
        for body in bodies:
            lowered = body.lower()
            held |= {word: where for word, where in self.given.items() if word.encode() in lowered}
        return held


def files_of(folder: Path) -> list[bytes]:
    """The bytes of every file below a folder, and the names of all."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return [*(path.read_bytes() for path in paths), "\n".join(map(str, folder.rglob("*"))).encode()]


def rows_of(engine: Engine) -> list[bytes]:
    """Every row of every table, as text."""
    with engine.connect() as connection:
        return [
            "\n".join(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"'))).encode()  # noqa: S608
            for table in inspect(engine).get_table_names()
        ]


_FILES = """
SELECT pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'i') AND n.nspname IN ('public', 'pg_toast') AND pg_relation_filepath(c.oid) LIKE 'base/%'
"""


def postgres_files(engine: Engine) -> list[bytes]:
    """The bytes of the files of every table and index, as the server has written them, and what its planner remembers."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        paths = list(connection.execute(text(_FILES)).scalars())
        bodies = [
            bytes(connection.execute(text("SELECT pg_read_binary_file(:path)"), {"path": path}).scalar_one())
            for path in paths
        ]
        remembered = connection.execute(text("SELECT * FROM pg_stats WHERE schemaname = 'public'")).all()
    return [*bodies, "\n".join(str(tuple(row)) for row in remembered).encode()]
