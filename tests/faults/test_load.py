"""Row 15: many trainees at once, and for long."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import linear_regression

from simcustomer import wiring
from simcustomer.settings import Settings
from simcustomer.store import open_store
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.crowd import BETWEEN, FIRST, Crowd, share
from tests.support.paced_model import paced_model
from tests.support.server_process import ServerProcess, on_model, server_process
from tests.support.web_visitor import WebVisitor

SESSIONS, SOAKED = (1, 25, 250), 100
SECONDS = 45.0
"""For each number of sessions but that of the soak."""

_LONG = 60
"""Seconds from which on a run says something about waiting and memory."""


async def _soaked(server: ServerProcess, crowd: Crowd) -> list[tuple[float, float]]:
    """Seconds and megabytes, while the crowd talks."""
    clock = asyncio.get_running_loop().time
    began, held = clock(), list[tuple[float, float]]()
    talking = asyncio.create_task(crowd.talk())
    while not talking.done():
        held.append((clock() - began, server.resident / 1e6))
        await asyncio.wait((talking,), timeout=2)
    await talking
    return held


def _signed_in(database_url: str, people: int) -> list[str]:
    """The cookies of so many trainees with accounts: one visitor may not hold as many streams as a crowd does."""
    with closing(open_store(database_url)) as store:
        accounts, keeper = wiring.accounts(store), wiring.doorkeeper(Settings(), store)
        logins = [keeper.let_in(accounts.add(f"trainee {at}", password=None), "row 15") for at in range(people)]
    return [f"simcustomer-login={login.token}" for login in logins]


def measure(count: int, seed: int) -> Outcome:
    """`count` is seconds of the soak; short of a minute, two trainees talk and nothing is timed."""
    is_long = count >= _LONG
    with tempfile.TemporaryDirectory() as place, paced_model(FIRST, BETWEEN) as model:
        database_url = f"sqlite:///{place}/l.db"
        cookies = _signed_in(database_url, max(SESSIONS) if is_long else 2)
        with server_process(database_url, Path(place), "--engine", "openai", settings=on_model(model)) as server:
            asyncio.run(WebVisitor(server.port).wait_until_ready())
            crowds = [Crowd(server.port, n, SECONDS, seed, cookies) for n in SESSIONS] if is_long else []
            for crowd in crowds:
                asyncio.run(crowd.talk())
            soaked = Crowd(server.port, SOAKED if is_long else 2, count, seed, cookies)
            held = asyncio.run(_soaked(server, soaked))
    everyone = [*crowds, soaked]
    said = sum(len(crowd.answered) for crowd in everyone)
    figures = [none("errors", [p for crowd in everyone for p in crowd.problems], said)]
    if is_long:
        figures += [_waited(soaked), _grown(held)]
    return Outcome(figures, _table(everyone))


def _waited(soaked: Crowd) -> Figure:
    p99 = share(soaked.added(), 99)
    what = f"{SOAKED} sessions: p99 to the first word over the model's own"
    return Figure(what=what, asked="under 5 s", measured=f"{p99:.2f} s", of=len(soaked.added()), reached=p99 < 5)


def _grown(held: list[tuple[float, float]]) -> Figure:
    later = held[len(held) // 2 :]
    slope, _ = linear_regression([second for second, _ in later], [size for _, size in later])
    grown = slope * (later[-1][0] - later[0][0]) / later[0][1]
    what = f"growth of the server's memory over the second half of {held[-1][0]:.0f} s"
    return Figure(what=what, asked="under 5 %", measured=f"{grown:.1%}", of=len(later), reached=grown < 0.05)


def _table(crowds: list[Crowd]) -> str:
    lines = [
        "| sessions | exchanges | errors | p50 over the model's own | p99 |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for crowd in crowds:
        added = crowd.added() or [float("nan")]
        waits = f"{share(added, 50):.2f} s | {share(added, 99):.2f} s"
        lines.append(f"| {crowd.sessions} | {len(crowd.answered)} | {len(crowd.problems)} | {waits} |")
    return "\n".join(lines)


ROW = Row(
    number=15,
    title="Many trainees at once",
    method=f"""A server process on SQLite and a model server that takes {FIRST} s to its first sentence and {BETWEEN} s to
the next, on one machine of 2 cores with the trainees. Each trainee has an account and speaks Gradio's event protocol over HTTP:
begins a practice, sends replies, watches the answer stream, thinks for 4 to 12 s.
{", ".join(map(str, SESSIONS))} sessions for {SECONDS:.0f} s each, then {SOAKED} for the length of the soak (`--count 3600` for an
hour). An error is a refusal, a stream that ends early, or an answer that does not come.""",
    full=600,
    measure=measure,
)


def test_trainees_at_once_are_all_answered() -> None:
    ROW.quick(4)
