"""Processes that practise and are killed: `python -m tests.faults.killing URL COUNT SEED` prints what was found, as JSON.

This process stays without threads and connections, so that it can fork the ones that live and die.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import make_url

from simcustomer import answering, wiring
from simcustomer.domain.session import Session
from simcustomer.library import Library
from simcustomer.practice import Practice, Settled
from simcustomer.store import open_store
from tests.conftest import ROOT
from tests.support.one_off import OneOffCustomer, one_off_cast

OWNER = "ann"
CLAIM_SECONDS = 1.0
"""Instead of 15, so that a thousand claims of the dead can be waited for."""
REPLIES = 3
LIVES_A_BATCH = 100
LIBRARY = Library(ROOT / "personas", ROOT / "rubrics")
PERSONA, RUBRIC = LIBRARY.persona("no-heat-third-visit"), LIBRARY.rubric()

Line = dict[str, Any]
Say = Callable[[Line], None]


@dataclass
class Steps:
    """Counts the steps of a life, and ends it at one of them."""

    last: int | None = None
    taken: int = 0

    def __call__(self, *_: object) -> None:
        self.taken += 1
        if self.taken == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


class Death(NamedTuple):
    """When a life ends: at a step, or this many seconds after it began to practise."""

    step: int | None
    seconds: float = 0.0


@dataclass
class Told:
    """What one session's trainee was told before the process died."""

    session: str
    sent: dict[int, str] = field(default_factory=dict[int, str])
    heard: set[int] = field(default_factory=set[int])
    settled: dict[int, str] = field(default_factory=dict[int, str])
    ended: str | None = None

    def note(self, line: Line) -> None:
        number = line.get("number", 0)
        match line["what"]:
            case "sent":
                self.sent[number] = line["reply"]
            case "heard":
                self.heard.add(number)
            case "settled":
                self.settled[number] = line["answer"]
            case "ended":
                self.ended = line["outcome"]

    def lost(self, session: Session) -> list[str]:
        """What the trainee was told and the store does not hold."""
        stored = {e.number: e.reply for e in session.exchanges} | (
            {len(session.exchanges) + 1: session.pending} if session.pending is not None else {}
        )
        answers = {e.number: e.answer for e in session.exchanges}
        found = [f"reply {n} of {self.session} is gone" for n in self.heard if stored.get(n) != self.sent[n]]
        found += [f"answer {n} of {self.session} is another" for n, a in self.settled.items() if answers.get(n) != a]
        if self.ended is not None and (session.outcome is None or session.outcome.value != self.ended):
            found.append(f"{self.session} was ended and is open")
        if self.ended is not None and session.debrief is None:
            found.append(f"{self.session} was ended and has no debrief")
        return found

    def doubled(self, session: Session) -> list[str]:
        """Replies that were stored twice, or that nobody sent."""
        replies = [e.reply for e in session.exchanges] + ([session.pending] if session.pending is not None else [])
        wrong = len(set(replies)) != len(replies) or [e.number for e in session.exchanges] != list(
            range(1, len(session.exchanges) + 1)
        )
        strange = [reply for reply in replies if reply not in self.sent.values()]
        return [f"{self.session} holds {replies}"] if wrong or strange else []


@dataclass
class Findings:
    """What all lives came to."""

    kills: int = 0
    settled: int = 0
    answered_later: int = 0
    steps: int = 0
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    damaged: list[str] = field(default_factory=list[str])

    def take(self, line: Line) -> None:
        self.lost += line["lost"]
        self.doubled += line["doubled"]
        self.damaged += line["damaged"]
        self.answered_later += line["answered"]


def opened(url: str, steps: Callable[..., None]) -> Practice:
    """The use cases as the server drives them, whose every statement and commit is a step."""
    answering.CLAIM_SECONDS = CLAIM_SECONDS
    store = open_store(url)
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit", "checkin"):
        event.listen(store.engine, moment, lambda *_: steps())
    return wiring.practice(store, one_off_cast(OneOffCustomer(step=steps)), longest_reply=5_000)


async def converse(practice: Practice, say: Say, steps: Steps) -> None:
    """One whole session; every other one is ended by the trainee, the others by the customer."""
    session = practice.start(PERSONA, RUBRIC, owner=OWNER, seed=1)
    say({"what": "started", "session": session.id})
    by_trainee = secrets.randbelow(2) == 0
    for number in range(1, REPLIES + 1):
        last = number == REPLIES and not by_trainee
        reply = f"{secrets.token_hex(6)} I am sorry.{' My supervisor takes over.' if last else ''}"
        about = {"session": session.id, "number": number}
        say({"what": "sent", "reply": reply, **about})
        heard = False
        async for told in practice.respond(session.id, reply, owner=OWNER, number=number):
            steps()
            if isinstance(told, Settled):
                session = told.session
                say({"what": "settled", "answer": session.exchanges[number - 1].answer, **about})
            elif not heard:
                heard = True
                say({"what": "heard", **about})
    if by_trainee:
        session = await practice.finish(session.id, owner=OWNER)
    say({"what": "ended", "session": session.id, "outcome": session.outcome})


def look(practice: Practice, before: list[Told]) -> Line:
    """Whether all that the last one told is stored."""
    lost: list[str] = []
    doubled: list[str] = []
    for told in before:
        session = practice.open(told.session, owner=OWNER)
        lost += told.lost(session)
        doubled += told.doubled(session)
    return {"what": "looked", "lost": lost, "doubled": doubled, "damaged": [], "answered": 0}


async def go_on(practice: Practice, before: list[Told]) -> Line:
    """The trainees come back: what waits is answered, what was sent is sent again, and the session goes to its end."""
    line = look(practice, before)
    for told in before:
        was = practice.open(told.session, owner=OWNER)
        async for _ in practice.resume(told.session, owner=OWNER):
            pass
        now = practice.open(told.session, owner=OWNER)
        line["answered"] += was.pending is not None
        if was.pending is not None and (now.pending is not None or now.exchanges[-1].reply != was.pending):
            line["lost"].append(f"the waiting reply of {told.session} was not answered")
        if now.outcome is None and told.sent:
            number = max(told.sent)
            async for _ in practice.respond(told.session, told.sent[number], owner=OWNER, number=number):
                pass
        ended = await practice.finish(told.session, owner=OWNER)
        line["lost"] += told.lost(ended)
        line["lost"] += [f"reply {n} of {told.session} is gone" for n, r in told.sent.items() if r not in _said(ended)]
        line["doubled"] += told.doubled(ended)
    return line


def _said(session: Session) -> list[str]:
    return [e.reply for e in session.exchanges]


def damaged(url: str) -> list[str]:
    """What SQLite finds wrong with its file."""
    where = make_url(url)
    if where.get_backend_name() != "sqlite":
        return []
    connection = sqlite3.connect(str(where.database))
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    finally:
        connection.close()
    return [] if found == ["ok"] else found


def life(url: str, say: Say, steps: Steps, before: list[Told]) -> None:
    """Look at what the last one left, then practise until the end."""
    practice = opened(url, steps)
    armed, steps.last = steps.last, None
    say(look(practice, before))
    steps.taken, steps.last = 0, armed

    async def until_killed() -> None:
        while True:
            await converse(practice, say, steps)

    asyncio.run(until_killed())


def coming_back(url: str, say: Say, before: list[Told]) -> None:
    """A new process answers what the dead left, and looks at all of it."""
    practice = opened(url, lambda *_: None)
    line = asyncio.run(go_on(practice, before))
    line["damaged"] = damaged(url)
    say(line)
    practice.store.close()


def count_steps(url: str, say: Say) -> None:
    """How many steps a session takes."""
    steps = Steps()
    practice = opened(url, steps)
    steps.taken = 0
    asyncio.run(converse(practice, lambda _: None, steps))
    say({"what": "steps", "steps": steps.taken})


class Child:
    """A forked process, and the lines that it says."""

    def __init__(self, does: Callable[[Say], None]) -> None:
        reads, writes = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reads)
            code = 1
            try:
                does(lambda line: _write(writes, line))
                code = 0
            finally:
                os._exit(code)
        os.close(writes)
        self.lines = os.fdopen(reads, encoding="utf-8")

    def says(self) -> Line:
        """The next line; RuntimeError where the process ended without one."""
        line = self.lines.readline()
        if not line:
            raise RuntimeError(f"a process ended before it said anything: {os.waitpid(self.pid, 0)}")
        return json.loads(line)

    def end(self) -> list[Line]:
        """What else it said until it ended."""
        rest = [json.loads(line) for line in self.lines if line.endswith("\n")]
        self.lines.close()
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return rest


def _write(descriptor: int, line: Line) -> None:
    os.write(descriptor, (json.dumps(line) + "\n").encode())


def _told(lines: list[Line]) -> list[Told]:
    told: dict[str, Told] = {}
    for line in lines:
        told.setdefault(line["session"], Told(line["session"])).note(line)
    return list(told.values())


def _one(url: str, death: Death, before: list[Told], findings: Findings) -> list[Told]:
    child = Child(lambda say: life(url, say, Steps(death.step), before))
    findings.take(child.says())
    if death.step is None:
        time.sleep(death.seconds)
        os.kill(child.pid, signal.SIGKILL)
    lines = child.end()
    if child.code != -signal.SIGKILL:
        raise RuntimeError(f"a life ended by itself, with {child.code}")
    findings.kills += 1
    findings.settled += sum(line["what"] == "settled" for line in lines)
    return _told(lines)


def _come_back(url: str, batch: list[Told], findings: Findings) -> None:
    time.sleep(CLAIM_SECONDS)
    child = Child(lambda say: coming_back(url, say, batch))
    findings.take(child.says())
    child.end()


def kill(url: str, count: int, seed: int) -> Findings:
    """Kill so many processes, every other one at a step, and look at what they left."""
    chance, findings = random.Random(seed), Findings()  # noqa: S311  # to be repeated
    child = Child(lambda say: count_steps(url, say))
    steps = findings.steps = child.says()["steps"]
    child.end()
    before: list[Told] = []
    batch: list[Told] = []
    # Few lives are spread over all the steps; many take each in turn, again and again.
    stride = max(1, steps // max(1, count // 2))
    for number in range(count):
        at = 1 + number // 2 * stride % steps
        death = Death(at) if number % 2 == 0 else Death(None, chance.uniform(0, 0.25))
        before = _one(url, death, before, findings)
        batch += before
        if number % LIVES_A_BATCH == LIVES_A_BATCH - 1 or number == count - 1:
            _come_back(url, batch, findings)
            batch = []
    return findings


if __name__ == "__main__":
    print(json.dumps(vars(kill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))  # noqa: T201
