from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from http.client import HTTPException
from typing import Any

import pytest

from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from simcustomer.wiring import cast, practice
from tests.conftest import ROOT
from tests.faults.databases import postgres, sqlite
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.web_client import WebClient, server_process

AT_ONCE = 6
SERVED_IN = 100
"""One kill in so many is of a whole server, where there are that many."""


def forked(url: str, count: int, seed: int) -> dict[str, Any]:
    """What tests.faults.killing found, in a process that may fork."""
    command = [sys.executable, "-m", "tests.faults.killing", url, str(count), str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout)


class Talk(threading.Thread):
    """A trainee in a browser who writes until the server is gone; `shown` are the replies that the page showed an answer to."""

    def __init__(self, client: WebClient, session: str) -> None:
        super().__init__()
        self.client, self.session = client, session
        self.sent: list[str] = []
        self.shown: list[str] = []

    def run(self) -> None:
        for number in range(1, 50):
            reply = f"I am sorry, number {number} of {self.session}. What does the boiler show?"
            self.sent.append(reply)
            try:
                stream = self.client.event("send", [reply, self.session, number], f"{self.session}-{number}")
            except (OSError, HTTPException):
                return
            if '"process_completed"' not in stream:
                return
            self.shown.append(reply)


def served(url: str, kills: int, seed: int) -> dict[str, Any]:
    """Kill whole servers while pages wait for answers, and look at what the next one finds."""
    chance, library = random.Random(seed), Library(ROOT / "personas", ROOT / "rubrics")  # noqa: S311
    store = open_store(url)
    use = practice(store, cast(), longest_reply=5_000)
    lost: list[str] = []
    doubled: list[str] = []
    settled = 0
    before: list[Talk] = []
    for number in range(kills + 1):
        with server_process(url) as server:
            _come_back(server.client, before, use, lost, doubled)
            settled += sum(len(talk.shown) for talk in before)
            if number == kills:
                break
            persona = library.persona("no-heat-third-visit")
            before = [
                Talk(server.client, use.start(persona, library.rubric(), owner="local", seed=1).id)
                for _ in range(AT_ONCE)
            ]
            for talk in before:
                talk.start()
            time.sleep(chance.uniform(0.2, 8))
            server.kill()
            for talk in before:
                talk.join()
    store.close()
    return {"kills": kills, "settled": settled, "lost": lost, "doubled": doubled}


def _come_back(client: WebClient, before: list[Talk], use: Practice, lost: list[str], doubled: list[str]) -> None:
    """Reload each page and send its last reply again."""
    for talk in before:
        found = use.open(talk.session, owner="local")
        replies = [e.reply for e in found.exchanges]
        lost += [f"{reply} is gone" for reply in talk.shown if reply not in replies]
        client.event("retry", [talk.session], f"{talk.session}-back")
        if found.outcome is None:
            client.event("send", [talk.sent[-1], talk.session, len(talk.sent)], f"{talk.session}-again")
        found = use.open(talk.session, owner="local")
        replies = [e.reply for e in found.exchanges]
        lost += [
            f"{reply} is gone" for reply in (talk.sent if found.outcome is None else talk.shown) if reply not in replies
        ]
        doubled += [f"{talk.session} holds {replies}"] if len(set(replies)) != len(replies) else []


def figures(kind: str, forks: dict[str, Any], serves: dict[str, Any] | None) -> list[Figure]:
    """The figures of one kind of database."""
    served_lost, served_doubled = (serves["lost"], serves["doubled"]) if serves else ([], [])
    kills = forks["kills"] + (serves["kills"] if serves else 0)
    shown = [
        none(f"{kind}: acknowledged turns lost", forks["lost"] + served_lost, kills),
        none(f"{kind}: turns doubled or stored that nobody sent", forks["doubled"] + served_doubled, kills),
    ]
    if kind == "SQLite":
        shown.append(none("SQLite: damage found by PRAGMA integrity_check", forks["damaged"], kills))
    return shown


def measure_on(kinds: tuple[str, ...], count: int, seed: int) -> Outcome:
    """Kill so many processes on each kind of database."""
    found: list[Figure] = []
    details: list[str] = []
    for kind in kinds:
        with sqlite() if kind == "SQLite" else nullcontext(postgres()) as url:
            whole = count // SERVED_IN
            forks = forked(url, count - whole, seed)
            serves = served(url, whole, seed) if whole else None
        found += figures(kind, forks, serves)
        shown = forks["settled"] + (serves["settled"] if serves else 0)
        details.append(
            f"- {kind}: {forks['kills']:,} forked processes and {whole} servers killed; {shown:,} answers had been given before, "
            f"{forks['answered_later']:,} replies waited and were answered afterwards; an exchange and its session have "
            f"{forks['steps']} steps at which a process was killed."
        )
        assert shown > 0
        assert forks["answered_later"] > 0
    return Outcome(found, "\n".join(details))


ROW = Row(
    number=1,
    title="The process is killed",
    method="""
`kill -9` of a process that practises, as often on SQLite as on PostgreSQL. Every other one dies at a step: before or after each SQL
statement, at each commit, at each piece of an answer, one step after another through a whole session; the others die at a random instant.
What a trainee was told before (a piece of an answer, so that the reply is acknowledged; a settled answer; an end) goes through a pipe,
which outlives the process. The next process compares it with the store at once. Later another one answers what waits, sends the last
reply again and ends the session, and looks again: nothing that was told may be gone or changed, no reply may be there twice. The customer
never gives the same answer twice, so that one made anew would show. One kill in a hundred is of a whole `simcustomer serve` with six
pages waiting for answers over HTTP. Claims run out after 1 s instead of 15, but in those servers. The disk does not lose power: files are
in memory and PostgreSQL does not wait for its disk.
""",
    full=1_000,
    measure=lambda count, seed: measure_on(("SQLite", "PostgreSQL"), count, seed),
)


def test_nothing_is_lost_with_a_process_on_sqlite() -> None:
    ROW.model_copy(update={"measure": lambda count, seed: measure_on(("SQLite",), count, seed)}).quick(10)


@pytest.mark.postgres
def test_nothing_is_lost_with_a_process_on_postgres() -> None:
    ROW.model_copy(update={"measure": lambda count, seed: measure_on(("PostgreSQL",), count, seed)}).quick(10)
