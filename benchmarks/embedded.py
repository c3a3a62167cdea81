"""The engine without a model, and how soon things are there: python -m benchmarks.embedded.

- Exchanges a second through `practice.respond` with SQLite, one after another, and replies graded a second.
- CPU seconds of `simcustomer --help`.
- Seconds until the web app answers, beside a Gradio hello-world on the same machine, in turns.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.processes import ROOT, keep
from benchmarks.scenario import PERSONA, REPLIES
from simcustomer import wiring
from simcustomer.domain.transcript import Channel, Scenario, Transcript
from simcustomer.library import Library
from simcustomer.roles import GradingCase
from simcustomer.store import open_store

HELLO = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as blocks:
    name, greeting = gr.Textbox(label="Name"), gr.Textbox(label="Greeting")
    name.submit(lambda text: f"Hello {text}", name, greeting)
blocks.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), share=False, quiet=True, ssr_mode=False)
"""
COMMAND = (sys.executable, "-c", "from simcustomer.cli import main; main()")
ROUNDS = 3


async def exchanges_a_second(practices: int) -> float:
    """Replies answered, graded and stored a second."""
    library = Library(ROOT / "personas", ROOT / "rubrics")
    persona, rubric = library.persona(PERSONA), library.rubric()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'embedded.db'}")
        practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
        answered, started = 0, 0.0
        for number in range(practices + 1):
            begun = practice.start(persona, rubric, owner="local", seed=number)
            for reply in REPLIES:
                async for _ in practice.respond(begun.id, reply, owner="local"):
                    pass
                answered += 1
                if practice.open(begun.id, owner="local").outcome is not None:
                    break
            if number == 0:  # the first one loads what all need
                answered, started = 0, time.perf_counter()
        seconds = time.perf_counter() - started
        store.close()
    return answered / seconds


async def grades_a_second() -> float:
    """Replies of the golden conversations graded a second."""
    rubric, grader = Library(ROOT / "personas", ROOT / "rubrics").rubric(), wiring.grader()
    golden = (ROOT / "evals" / "golden" / "conversations.jsonl").read_text(encoding="utf-8")
    cases: list[GradingCase] = []
    for record in map(json.loads, filter(None, golden.split("\n")[:60])):
        whole = Transcript.model_validate({"turns": record["turns"]})
        cases += [
            GradingCase(
                rubric=rubric,
                channel=Channel(record["channel"]),
                scenario=Scenario.model_validate(record.get("scenario") or {}),
                transcript=Transcript(turns=whole.turns[: place + 1]),
            )
            for place, turn in enumerate(whole.turns)
            if turn.role == "trainee"
        ]
    await grader.grade(cases[0])
    started = time.perf_counter()
    for case in cases:
        await grader.grade(case)
    return len(cases) / (time.perf_counter() - started)


def help_cpu() -> float:
    """CPU seconds of the command's help."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [*COMMAND, "--help"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603  # our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def until_ready(command: list[str], env: dict[str, str]) -> float:
    """Seconds from the start of a server until its first page comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603  # our own
        [*command, str(port)], cwd=ROOT, env=os.environ | env, stdout=quiet, stderr=quiet
    )
    try:
        while process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/"):
                    return time.perf_counter() - started
            except (URLError, ConnectionError):
                time.sleep(0.02)
        raise SystemExit(f"{command} ended with {process.returncode}")
    finally:
        process.terminate()
        process.wait()


def ready() -> dict[str, float]:
    """The web app and a hello-world, in turns."""
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        database = {"SIMCUSTOMER_DATABASE_URL": f"sqlite:///{Path(folder) / 'ready.db'}"}
        until_ready([*COMMAND, "serve", "--port"], database)  # makes the database
        for _ in range(ROUNDS):
            theirs.append(until_ready([sys.executable, "-c", HELLO], {}))
            ours.append(until_ready([*COMMAND, "serve", "--port"], database))
    ratio = median(mine / least for mine, least in zip(ours, theirs, strict=True))
    return {"server": round(median(ours), 2), "hello": round(median(theirs), 2), "ratio": round(ratio, 2)}


def main() -> None:
    """Measure, print and keep."""
    result = {
        "exchanges_a_second": round(asyncio.run(exchanges_a_second(20)), 1),
        "grades_a_second": round(asyncio.run(grades_a_second()), 1),
        "help_cpu": round(median(help_cpu() for _ in range(ROUNDS)), 2),
        **ready(),
    }
    print(result)
    keep("embedded", result)


if __name__ == "__main__":
    main()
