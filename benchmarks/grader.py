"""Throughput and memory of `simcustomer grade`: python benchmarks/grader.py [--replies N]; exit code 1 below the goals.

The golden conversations are written to a file again and again under new names until they hold N trainee replies, and the command itself
grades that file on one core, as a user would. Its memory is read while it runs: what it holds must not grow with the file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

GOLDEN = Path(__file__).parent.parent / "evals" / "golden" / "conversations.jsonl"

LEAST_PER_SECOND = 300.0
MOST_GROWTH = 1.10
"""Peak memory in the second half of the run, beside that in the first half, warm-up left out."""


def write_transcripts(path: Path, replies: int) -> int:
    """Write conversations with at least this many trainee replies; how many there are."""
    records = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").split("\n") if line.strip()]
    written = 0
    with path.open("w", encoding="utf-8") as out:
        for lap in count():
            for record in records:
                if written >= replies:
                    return written
                kept = {key: record[key] for key in ("channel", "scenario", "turns")}
                # Another word in each lap, so that no reply is the same text as one that was graded before.
                turns = [turn | {"text": f"{turn['text']} ({lap})"} for turn in kept["turns"]]
                out.write(json.dumps(kept | {"id": f"{record['id']}-{lap}", "turns": turns}) + "\n")
                written += sum(turn["role"] == "trainee" for turn in turns)
    return written


def resident(pid: int) -> float:
    """Memory of a process that is in RAM, in MB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0].split()[1]) / 1024 if found else 0.0


def run(transcripts: Path, output: Path) -> tuple[float, list[float]]:
    """Grade a file; seconds, and memory in MB as it was read ten times a second."""
    code = "from simcustomer.cli import main; main()"
    command = [sys.executable, "-c", code, "grade", str(transcripts), "-o", str(output)]
    one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | one_core)  # noqa: S603  # our own command
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    memory: list[float] = []
    while process.poll() is None:
        memory.append(resident(process.pid))
        time.sleep(0.1)
    if process.returncode:
        sys.exit(f"simcustomer grade ended with {process.returncode}")
    return time.perf_counter() - started, [megabytes for megabytes in memory if megabytes]


def main() -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--replies", type=int, default=50_000)
    wanted = parser.parse_args().replies
    with TemporaryDirectory() as folder:
        transcripts, output = Path(folder) / "transcripts.jsonl", Path(folder) / "graded.jsonl"
        replies = write_transcripts(transcripts, wanted)
        seconds, memory = run(transcripts, output)
        with output.open(encoding="utf-8") as lines:
            graded = sum(1 for _ in lines)
    warm = memory[len(memory) // 10 :]
    early, late = max(warm[: len(warm) // 2]), max(warm[len(warm) // 2 :])
    print(
        f"{graded} of {replies} replies in {seconds:.1f} s, start included: {graded / seconds:.0f} a second on one core"
    )
    print(f"memory: {early:.1f} MB at most in the first half, {late:.1f} MB in the second")
    return int(graded != replies or graded / seconds < LEAST_PER_SECOND or late > early * MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
