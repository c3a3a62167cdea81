"""What the web app costs a trainee: `python -m benchmarks.web` (three minutes).

A real server process is used by 1, 25 and 100 trainees at once over HTTP, with Gradio's own event protocol, and a model on
loopback that takes a fixed time to its first sentence, and as long to a grade. What a trainee waits beyond the model's own time
is ours: to the first word, and to the page with the whole answer (graded, and typed out at the speed of reading).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from tests.support.paced_model import GREETING, paced_model
from tests.support.server_process import ServerProcess, on_model, server_process
from tests.support.web_visitor import Answered, Controls, WebVisitor

RESULT = Path(__file__).parent / "results" / "web.json"
PERSONA = "no-heat-third-visit"
FIRST, BETWEEN = 1.0, 0.3
"""Seconds that the model takes to its first sentence, and from one to the next."""

THINKING = (4.0, 12.0)
"""Seconds that a trainee takes between an answer and the next reply; people take several times as long."""

REPLIES = (
    "I am sorry about this. I can send somebody tomorrow between 8 and 10. Would that help?",
    "That must be maddening after three visits. May I ask what the engineer said to you last time?",
    "I understand. I will stay on this until it is mended, and call you at five today. Is that all right?",
)


@dataclass
class Crowd:
    """Trainees at one server who talk for a while, and what they waited for."""

    port: int
    sessions: int
    seconds: float
    seed: int = 1
    answered: list[Answered] = field(default_factory=list[Answered])
    problems: list[str] = field(default_factory=list[str])

    async def talk(self) -> None:
        """Let all of them come in over the time that a trainee thinks, and talk until the time is up."""
        controls = await WebVisitor(self.port).controls()
        dice = random.Random(self.seed)  # noqa: S311  # who thinks how long is no secret
        until = asyncio.get_running_loop().time() + self.seconds
        seeds = [dice.random() for _ in range(self.sessions)]
        await asyncio.gather(*(self._trainee(controls, random.Random(seed), until) for seed in seeds))  # noqa: S311

    async def _trainee(self, controls: Controls, dice: random.Random, until: float) -> None:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(dice.uniform(0, THINKING[1]) if self.sessions > 1 else 0)
        visitor: WebVisitor | None = None
        while clock() < until:
            if visitor is None or visitor.turn > 6:
                visitor = WebVisitor(self.port)
                try:
                    await visitor.start(controls, PERSONA)
                except (OSError, asyncio.IncompleteReadError) as error:
                    self.problems.append(f"start: {error}")
                    visitor = None
                    continue
                await asyncio.sleep(dice.uniform(*THINKING) / (1 if self.sessions > 1 else 8))
            answered = await visitor.say(controls, dice.choice(REPLIES), GREETING)
            self.answered.append(answered)
            if answered.problem:
                self.problems.append(answered.problem)
                visitor = None
            await asyncio.sleep(dice.uniform(*THINKING) / (1 if self.sessions > 1 else 8))

    def added(self) -> list[float]:
        """Seconds to each first word, beyond the model's own."""
        return sorted(a.first_word - FIRST for a in self.answered if a.first_word is not None)

    def settled(self) -> list[float]:
        """Seconds to each page with the whole answer, graded, beyond the model's own."""
        return sorted(a.settled - FIRST for a in self.answered if not a.problem)


def share(values: list[float], percent: int) -> float:
    """The value below which so many percent lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def measured(server: ServerProcess, sessions: int, seconds: float, seed: int) -> dict[str, float | int]:
    """One number of sessions, in milliseconds."""
    crowd, cpu, began = Crowd(server.port, sessions, seconds, seed), server.cpu_seconds, time.monotonic()
    asyncio.run(crowd.talk())
    added, settled = crowd.added(), crowd.settled()
    for problem in crowd.problems[:3]:
        print(f"  problem: {problem}")
    return {
        "sessions": sessions,
        "exchanges": len(crowd.answered),
        "errors": len(crowd.problems),
        "first_word_added_median_ms": round(median(added) * 1000),
        "first_word_added_p95_ms": round(share(added, 95) * 1000),
        "first_word_added_p99_ms": round(share(added, 99) * 1000),
        "graded_page_added_median_ms": round(median(settled) * 1000),
        "graded_page_added_p95_ms": round(share(settled, 95) * 1000),
        "server_cpu_share": round((server.cpu_seconds - cpu) / (time.monotonic() - began), 2),
        "cpu_ms_an_exchange": round((server.cpu_seconds - cpu) / max(1, len(crowd.answered)) * 1000),
    }


def machine() -> dict[str, str | int | None]:
    """What it was measured on."""
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "cores": os.cpu_count(),
        "processor": models[0] if models else platform.processor(),
        "memory_gb": round(int(memory) / 1e6),
        "python": platform.python_version(),
        "shared_by": "server, model and trainees; load at the start " + f"{os.getloadavg()[0]:.1f}",
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 25, 100])
    parser.add_argument("--seconds", type=float, default=45.0, help="for each number of sessions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/web.json")
    options = parser.parse_args()
    described = machine()
    with (
        tempfile.TemporaryDirectory() as place,
        paced_model(FIRST, BETWEEN) as model,
        server_process(
            f"sqlite:///{place}/web.db", Path(place), "--engine", "openai", settings=on_model(model)
        ) as server,
    ):
        print(f"server {server.pid}", flush=True)
        asyncio.run(WebVisitor(server.port).wait_until_ready())
        asyncio.run(Crowd(server.port, 1, 3.0).talk())  # what is loaded at first use is not measured
        rows = []
        for sessions in options.sessions:
            rows.append(measured(server, sessions, options.seconds, options.seed))
            print("  ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    if options.keep:
        RESULT.parent.mkdir(exist_ok=True)
        asked = {"median at 1": "30 ms", "p95 at 100": "250 ms"}
        kept = {"machine": described, "model_first_seconds": FIRST, "first_word_asked": asked, "rows": rows}
        RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
