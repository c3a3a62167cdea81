from __future__ import annotations

import json
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from simcustomer import wiring
from simcustomer.domain.session import Session
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from tests.conftest import ROOT, postgres_url
from tests.faults.databases import postgres
from tests.faults.row import Outcome, Row, none
from tests.support.one_off import one_off_cast
from tests.support.web_client import ServerProcess, server_process

OWNER = "local"
LIBRARY = Library(ROOT / "personas", ROOT / "rubrics")
OVER_HTTP = 10
"""One race in so many is between two whole servers, where there are that many."""
FEWEST_OVER_HTTP = 100
KINDS = ("the same reply", "two replies", "reply and resume", "reply and end", "a claim that runs out")


@dataclass
class Found:
    """What all races came to."""

    races: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    forks: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])


@dataclass
class Racer:
    """A server process that takes races."""

    process: subprocess.Popen[str]

    def race(self, **race: Any) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(race), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@contextmanager
def racer(url: str) -> Iterator[Racer]:
    """A server process on this database."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.racing", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield Racer(process)
        assert process.stdin
        process.stdin.close()


def _text() -> str:
    return f"I am sorry, {secrets.token_hex(6)}."


def look(found: Found, kind: str, now: Session, texts: list[str], told: list[dict[str, Any]]) -> None:
    """Hold what both trainees were told against what is stored."""
    found.races[kind] += 1
    stored, replies = [e.answer for e in now.exchanges], [e.reply for e in now.exchanges]
    if [e.number for e in now.exchanges] != list(range(1, len(stored) + 1)) or len(set(replies)) != len(replies):
        found.forks.append(f"{kind}: {replies}")
    for text, one in zip(texts, told, strict=True):
        found.refused.update([one["refused"]] if one["refused"] else [])
        if one["answers"] != stored[: len(one["answers"])]:
            found.forks.append(f"{kind}: told {one['answers']}, stored {stored}")
        if one["refused"] not in (None, "TurnConflict", "SessionOver"):
            found.lost.append(f"{kind}: {one['refused']}")
        if text not in ("", "/end") and one["refused"] is None and text not in replies:
            found.lost.append(f"{kind}: {text!r} was taken and is not stored")
    if now.pending is not None:
        found.lost.append(f"{kind}: {now.pending!r} was left without an answer")


def texts_of(kind: str) -> list[str]:
    """What the two servers are asked for."""
    text = _text()
    return {"two replies": [text, _text()], "reply and resume": [text, ""], "reply and end": [text, "/end"]}.get(
        kind, [text, text]
    )


def between_processes(use: Practice, url: str, count: int, chance: random.Random, found: Found) -> None:
    """So many races of all kinds between two processes."""
    with racer(url) as one, racer(url) as other, ThreadPoolExecutor(2) as both:
        for number in range(count):
            kind = KINDS[number % len(KINDS)]
            session = use.start(LIBRARY.persona("no-heat-third-visit"), LIBRARY.rubric(), owner=OWNER, seed=1)
            turns = chance.choice((1, 2))
            common = {"session": session.id, "owner": OWNER, "claim": 15.0, "pause": 0.0}
            for turn in range(1, turns):
                one.race(**common, number=turn, text="Hello.", at=0)
            slow = kind == "a claim that runs out"
            timing = {"claim": 0.02, "pause": 0.02} if slow else {"pause": chance.choice((0, 0.003))}
            texts, at = texts_of(kind), time.time() + 0.005
            asked = [
                both.submit(
                    each.race, **common | timing, number=turns, text=text, at=at + chance.choice((0, 0, 0.005, 0.02))
                )
                for each, text in zip((one, other), texts, strict=True)
            ]
            told = [each.result() for each in asked]
            look(found, kind, use.open(session.id, owner=OWNER), texts, told)


def between_servers(use: Practice, count: int, found: Found) -> None:
    """So many races between two whole servers, over HTTP."""
    with ExitStack() as stack:
        servers: list[ServerProcess] = [stack.enter_context(server_process(postgres_url())) for _ in range(2)]
        both = stack.enter_context(ThreadPoolExecutor(2))
        for number in range(count):
            kind = "the same reply" if number % 2 else "two replies"
            session = use.start(LIBRARY.persona("no-heat-third-visit"), LIBRARY.rubric(), owner=OWNER, seed=number)
            texts = texts_of(kind)
            asked = [
                both.submit(server.client.event, "send", [text, session.id, 1], f"{session.id}-{at}")
                for at, (server, text) in enumerate(zip(servers, texts, strict=True))
            ]
            streams = [each.result() for each in asked]
            now = use.open(session.id, owner=OWNER)
            told: list[dict[str, Any]] = []
            for text, stream in zip(texts, streams, strict=True):
                taken = bool(now.exchanges) and text == now.exchanges[0].reply
                if taken and '"process_completed"' not in stream:
                    found.lost.append(f"over HTTP: {text!r} got no answer")
                if not taken and text not in stream:
                    found.lost.append(f"over HTTP: {text!r} was neither stored nor given back")
                told.append(
                    {
                        "answers": [now.exchanges[0].answer] if taken else [],
                        "refused": None if taken else "TurnConflict",
                    }
                )
            look(found, f"{kind}, over HTTP", now, texts, told)


def measure(count: int, seed: int) -> Outcome:
    found, store = Found(), open_store(postgres())
    use = wiring.practice(store, one_off_cast(), longest_reply=5_000)
    served = count // OVER_HTTP if count >= FEWEST_OVER_HTTP else 0
    between_processes(use, postgres(), count - served, random.Random(seed), found)  # noqa: S311  # to be repeated
    if served:
        between_servers(use, served, found)
    store.close()
    done = found.races.total()
    refused = ", ".join(f"{number} {name}" for name, number in sorted(found.refused.items()))
    return Outcome(
        [
            none("forks: a turn twice, or an answer told that is not what is stored", found.forks, done),
            none("replies neither stored nor given back, or left without an answer", found.lost, done),
        ],
        f"Races: {', '.join(f'{number} {kind}' for kind, number in sorted(found.races.items()))}. Given back: {refused}.",
    )


ROW = Row(
    number=3,
    title="Two servers on one database",
    method="""
Two processes on one PostgreSQL get requests for the same session at the same moment, 0 to 20 ms apart: the same reply, two replies to one
turn, a reply and a page that asks for what waits, a reply and the end of the session, and a reply whose claim runs out before it is
answered (20 ms, with an answer that takes 80), so that the other takes it over while the first still speaks. One race in ten is between
two whole `simcustomer serve` over HTTP. The customer never gives the same answer twice. What each trainee was told in the end must be
what is stored.
""",
    full=1_000,
    measure=measure,
)


@pytest.mark.postgres
def test_two_servers_never_fork_a_session() -> None:
    ROW.quick(20)
