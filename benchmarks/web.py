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
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.crowd import BETWEEN, FIRST, Crowd, share
from tests.support.paced_model import paced_model
from tests.support.server_process import ServerProcess, on_model, server_process
from tests.support.web_visitor import WebVisitor

RESULT = Path(__file__).parent / "results" / "web.json"


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
