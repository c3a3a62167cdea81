"""What a million trainees and a billion graded replies would need: `python -m benchmarks.scaling [--postgres URL]` (a few minutes).

Measures here what one practice costs (bytes a row, transactions, seconds of a core, characters to a model), and simulates queues
with the measured times at the load of such a year. Writes benchmarks/results/scaling.json, from which docs/scaling.md has its figures.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, quantiles
from typing import Any, NamedTuple

from sqlalchemy import Engine, event, inspect, text

from benchmarks.machine import machine
from simcustomer import wiring
from simcustomer.engines.embedded.trainees import trainee_of
from simcustomer.evaluation.grading import GradedReply
from simcustomer.evaluation.rehearsal import play
from simcustomer.library import Library
from simcustomer.store import open_store

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "scaling.json"
CASSETTES = ROOT / "evals" / "cassettes" / "practices"
CHARACTERS_A_TOKEN = 4
"""As docs/models.md counts English text."""

WAIT = 0.1
"""The longest wait for a core, in seconds, that 99 of 100 replies may have."""


class Year(NamedTuple):
    """An assumed year of use; nobody has had it yet."""

    trainees: int = 1_000_000
    practices_each: int = 125
    replies_each: int = 8
    days: int = 250
    hours: int = 8
    peak: float = 2.0
    """How much busier the busiest hour is than the mean one."""

    model_seconds: float = 6.0
    """Assumed time of one answer of a model, for what is under way at once."""

    @property
    def replies(self) -> int:
        """Graded replies in the year."""
        return self.trainees * self.practices_each * self.replies_each

    @property
    def at_peak(self) -> float:
        """Replies a second in the busiest hour."""
        return self.replies / (self.days * self.hours * 3600) * self.peak


@dataclass
class Practised:
    """What practices came to: seconds of a core by reply, transactions, bytes of a graded line, and rows."""

    seconds: list[float] = field(default_factory=list[float])
    commits: int = 0
    lines: list[int] = field(default_factory=list[int])
    practices: int = 0


def practised(url: str, count: int) -> tuple[Practised, dict[str, float]]:
    """Play so many practices with the embedded engines in a database; what they came to, and bytes a reply by table."""
    library, done = Library(ROOT / "personas", ROOT / "rubrics"), Practised()
    store, cast = open_store(url), wiring.cast()
    practice = wiring.practice(store, cast, longest_reply=5_000)
    personas = sorted(path.stem for path in (ROOT / "personas").glob("*.yaml"))
    # Personas and rubric are kept once, whatever the number of practices: they are no part of what a reply costs.
    for name in personas:
        practice.start(library.persona(name), library.rubric(), owner="before", seed=1)
    before = sizes(store.engine)

    def committed(_: object) -> None:
        done.commits += 1

    event.listen(store.engine, "commit", committed)
    for number in range(count):
        persona, rubric = library.persona(personas[number % len(personas)]), library.rubric()
        level = ("expert", "novice")[number % 2]
        written = asyncio.run(play(persona, rubric, cast=cast, trainee=trainee_of(level), seed=number))
        session = practice.start(persona, rubric, owner=f"trainee-{number}", seed=number)

        async def answered(reply: str, session_id: str = session.id, owner: str = f"trainee-{number}") -> None:
            async for _ in practice.respond(session_id, reply, owner=owner):
                pass

        for exchange in written.exchanges:
            began = time.process_time()
            asyncio.run(answered(exchange.reply))
            done.seconds.append(time.process_time() - began)
            done.lines.append(len(GradedReply.of(session.id, exchange.number, exchange.grade).line.encode()))
        done.practices += 1
    after = sizes(store.engine)
    store.close()
    return done, {name: round((after[name] - before[name]) / len(done.seconds), 1) for name in after}


def sizes(engine: Engine) -> dict[str, float]:
    """Bytes of each table with its indexes, by name; of SQLite the whole file."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
            return {"all": float(pages.scalar_one())}
        found = {
            name: float(
                connection.execute(text(f"SELECT pg_total_relation_size('{name}')")).scalar_one()
            )  # our own tables
            for name in inspect(engine).get_table_names()
        }
    return found | {"all": sum(found.values())}


def tokens() -> dict[str, dict[str, float]]:
    """Tokens of the recorded practices by role: calls a graded reply, tokens in and out a call, from characters."""
    calls: dict[str, list[tuple[float, float]]] = {}
    for path in sorted(CASSETTES.glob("*.json")):
        call = json.loads(path.read_text(encoding="utf-8"))
        asked = sum(len(content) for _, content in call["messages"]) / CHARACTERS_A_TOKEN
        calls.setdefault(call["role"], []).append((asked, len(call["text"]) / CHARACTERS_A_TOKEN))
    return {
        role: {
            "calls": len(found),
            "a_reply": round(len(found) / len(calls["grader"]), 3),
            "in": round(mean(asked for asked, _ in found)),
            "out": round(mean(said for _, said in found)),
        }
        for role, found in calls.items()
    }


def waits(rate: float, seconds: Sequence[float], cores: int, *, arrivals: int, seed: int) -> list[float]:
    """Seconds that each of so many replies waits for one of the cores: Poisson arrivals, first come first served."""
    draw, now, found = random.Random(seed), 0.0, list[float]()  # noqa: S311  # a simulation, not a secret
    free = [0.0] * cores
    for _ in range(arrivals):
        now += draw.expovariate(rate)
        begins = max(now, free[0])
        heapq.heapreplace(free, begins + draw.choice(seconds))
        found.append(begins - now)
    return found


def needed(rate: float, seconds: Sequence[float]) -> dict[str, float]:
    """The fewest cores at which 99 of 100 replies wait no longer than WAIT, and what it is like there."""
    cores = int(rate * mean(seconds)) + 1
    while True:
        found = waits(rate, seconds, cores, arrivals=60_000, seed=1)
        late = quantiles(found, n=100)[98]
        if late <= WAIT:
            busy = rate * mean(seconds) / cores
            return {
                "cores": cores,
                "busy": round(busy, 3),
                "p99_wait": round(late, 4),
                "mean_wait": round(mean(found), 4),
            }
        cores += max(1, cores // 50)


def year(assumed: Year, seconds: Sequence[float], stored: float, line: float) -> dict[str, Any]:
    """What the year comes to with what was measured."""
    return {
        "assumed": assumed._asdict(),
        "replies": assumed.replies,
        "replies_a_second_at_peak": round(assumed.at_peak, 1),
        "by_rate": {str(rate): needed(rate, seconds) for rate in (10, 50, round(assumed.at_peak, 1))},
        "terabytes_in_the_database": round(assumed.replies * stored / 1e12, 2),
        "terabytes_of_graded_lines": round(assumed.replies * line / 1e12, 2),
        "core_years_to_answer_and_grade": round(assumed.replies * mean(seconds) / (365 * 86_400), 2),
    }


def with_models(assumed: Year, asked: dict[str, dict[str, float]]) -> dict[str, Any]:
    """What models in every role would be asked; the coach once a practice, the others as in the recorded practices."""
    calls = {role: found["a_reply"] if role != "coach" else 1 / assumed.replies_each for role, found in asked.items()}
    by_reply = {role: {way: calls[role] * found[way] for way in ("in", "out")} for role, found in asked.items()}
    tokens_each = sum(n for found in by_reply.values() for n in found.values())
    return {
        "billions_of_tokens": {
            role: {way: round(n * assumed.replies / 1e9) for way, n in found.items()}
            for role, found in by_reply.items()
        },
        "tokens_a_second_at_peak": round(tokens_each * assumed.at_peak),
        "answers_under_way_at_peak": round(sum(calls.values()) * assumed.at_peak * assumed.model_seconds),
    }


def main() -> None:
    """Measure, simulate, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--practices", type=int, default=36)
    parser.add_argument("--postgres", help="a database that may be written to")
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as place:
        done, sqlite = practised(f"sqlite:///{place}/scaling.db", options.practices)
    postgres = practised(options.postgres, options.practices)[1] if options.postgres else None
    asked = tokens()
    measured = {
        "practices": done.practices,
        "replies": len(done.seconds),
        "core_seconds_a_reply": {
            "mean": round(mean(done.seconds), 4),
            "p99": round(quantiles(done.seconds, n=100)[98], 4),
        },
        "transactions_a_reply": round(done.commits / len(done.seconds), 2),
        "sqlite_bytes_a_reply": sqlite["all"],
        "postgres_bytes_a_reply": postgres,
        "graded_line_bytes": round(mean(done.lines)),
        "tokens_a_call": asked,
    }
    stored = (postgres or sqlite)["all"]
    kept = {
        "machine": before,
        "measured": measured,
        "year": year(Year(), done.seconds, stored, mean(done.lines), asked),
    }
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(kept, indent=2))


if __name__ == "__main__":
    main()
