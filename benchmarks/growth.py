"""What a long session and a full store cost: python -m benchmarks.growth [--turns 1000] [--sessions 100000].

- One session grows turn by turn through the store's own methods: bytes of the database a turn, and how long it takes to open.
- A store is filled with the sessions of one busy user, and of as many colleagues as the rest needs (25 sessions each, a team
  of 20): how long it takes to list, open, and show My progress and Team. Rows are copies of one finished practice; beyond
  10,000 sessions with its first exchange alone, which none of these reads, so that the file stays at a gigabyte or two.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import ROOT, keep
from benchmarks.scenario import PERSONA, REPLIES
from simcustomer import wiring
from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.session import Exchange, Session
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import Claim, Hold, Store, open_store
from simcustomer.team import Member, Team

OWN, TEAM = 25, 20
"""Sessions of each colleague, and people in the team."""

WHOLE = 10_000
"""Sessions that are copied with all their exchanges."""

BUSY = "local"


def milliseconds(work: Callable[[], object], times: int = 9) -> float:
    """The median of some runs, after one that warms up."""
    work()
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return round(median(taken), 2)


async def practised(practice: Practice, owner: str) -> Session:
    """A finished practice of six replies, or fewer where the customer is content before."""
    library = Library(ROOT / "personas", ROOT / "rubrics")
    begun = practice.start(library.persona(PERSONA), library.rubric(), owner=owner, seed=1)
    for reply in REPLIES:
        async for _ in practice.respond(begun.id, reply, owner=owner):
            pass
        if practice.open(begun.id, owner=owner).outcome is not None:
            break
    return await practice.finish(begun.id, owner=owner)


def bytes_in(store: Store) -> int:
    """Bytes that the database's pages hold."""
    with store.engine.connect() as connection:
        pages, free, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def long_session(store: Store, like: Session, turns: int) -> list[dict[str, float]]:
    """Bytes a turn and time to open at growing lengths."""
    fresh = like.model_copy(update={"id": "long", "exchanges": (), "outcome": None, "debrief": None, "hints": ()})
    store.add(fresh)
    marks = [mark for mark in (10, 30, 100, 300, 1000, 3000) if mark <= turns]
    found: list[dict[str, float]] = []
    before, last = bytes_in(store), 0
    for number in range(1, turns + 1):
        claim = Claim("long", number, "growth")
        store.keep_reply("long", number, REPLIES[number % len(REPLIES)], hold=Hold(claim.token, 60))
        store.settle(claim, _turn(like, number), None)
        if number in marks:
            now = bytes_in(store)
            opened = milliseconds(lambda: store.load("long", fresh.owner))
            found.append({"turns": number, "bytes_a_turn": round((now - before) / (number - last)), "open": opened})
            before, last = now, number
    return found


def _turn(like: Session, number: int) -> Exchange:
    return like.exchanges[number % (len(like.exchanges) - 1)].model_copy(update={"number": number})


def filled(store: Store, like: str, sessions: int, held: int) -> None:
    """Copies of a finished session, from so many to so many: one in ten the busy user's, the others by 25 of a colleague."""
    path = store.engine.url.database
    connection = sqlite3.connect(str(path))
    connection.execute("PRAGMA synchronous=OFF")
    for table, key in (("sessions", "id"), ("exchanges", "session_id"), ("results", "session_id")):
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        rows = connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (like,)).fetchall()  # noqa: S608  # our own
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",  # noqa: S608
            (
                tuple(_changed(table, name, value, number, key) for name, value in zip(names, row, strict=True))
                for number in range(held, sessions)
                for row in (rows if number < WHOLE else rows[:1])
            ),
        )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _changed(table: str, name: str, value: object, number: int, key: str) -> object:
    if name == key:
        return f"copy-{number:06}"
    if table == "exchanges" and name == "id":
        return None
    if name == "owner":
        return BUSY if number % 10 == 0 else f"colleague-{number // OWN}"
    if name in {"started_at", "ended_at"}:
        return (
            f"2026-{1 + number // 2600 % 12:02}-{1 + number // 100 % 28:02} {number % 24:02}:{number % 60:02}:00.000000"
        )
    return value


class Colleagues:
    """A team of 20, the busy user not among them."""

    def team_of(self, person: str) -> str | None:
        """The one team."""
        return "team" if person == "manager" else None

    def members(self, team: str) -> tuple[Member, ...]:
        """Its people."""
        return tuple(Member(f"colleague-{n}", f"Colleague {n}") for n in range(TEAM)) if team == "team" else ()


def full_store(store: Store, sessions: int) -> dict[str, float]:
    """How long pages take to have what they show."""
    manager = Visitor(id="manager", name="Manager", roles=frozenset({Role.MANAGER}))
    team = Team(store, Colleagues())
    begun = time.perf_counter()
    progress = len(store.finished(BUSY))
    first = round((time.perf_counter() - begun) * 1000, 1)
    return {
        "sessions": sessions,
        "of_the_user": progress,
        "open": milliseconds(lambda: store.load("copy-000000", BUSY)),
        "list": milliseconds(lambda: store.list(BUSY)),
        "unfinished": milliseconds(lambda: store.unfinished(BUSY)),
        "progress": milliseconds(lambda: store.finished(BUSY), 3),
        "progress_first": first,
        "progress_of_a_colleague": milliseconds(lambda: store.finished("colleague-1")),
        "team": milliseconds(lambda: team.attempts(manager), 3),
        "start": milliseconds(lambda: open_store(store.engine.url.render_as_string()).close()),
    }


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--turns", type=int, default=1_000)
    parser.add_argument("--sessions", type=int, default=100_000)
    wanted = parser.parse_args()
    result: dict[str, Any] = {"turns": [], "store": []}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'long.db'}")
        practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
        like = asyncio.run(practised(practice, BUSY))
        result["turns"] = long_session(store, like, wanted.turns)
        print(*result["turns"], sep="\n", flush=True)
        store.close()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'many.db'}")
        practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
        like, held = asyncio.run(practised(practice, "first")), 0
        for sessions in (size for size in (10, 100, 1_000, 10_000, 100_000) if size <= wanted.sessions):
            filled(store, like.id, sessions, held)
            held = sessions
            result["store"].append(full_store(store, sessions))
            print(result["store"][-1], flush=True)
        store.close()
    keep("growth", result)


if __name__ == "__main__":
    main()
