"""A million replies graded by `simcustomer grade --resume` on one core, its memory read as it goes: `python -m benchmarks.million FOLDER`.

It takes hours, so it may be done in pieces: `--minutes 10` stops after that, and the next call with the same folder goes on.
Each call adds what it saw to FOLDER/runs.json and writes benchmarks/results/million.json; exit code 1 where memory grew.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.grader import MOST_GROWTH, resident, write_transcripts
from benchmarks.machine import machine

RESULTS = Path(__file__).parent / "results" / "million.json"
COMMAND = [sys.executable, "-c", "from simcustomer.cli import main; main()"]


def graded(output: Path) -> int:
    """How many replies a folder's run has come to, broken off or whole."""
    mark = output.with_name(f"{output.name}.progress.json")
    if mark.exists():
        return int(json.loads(mark.read_text(encoding="utf-8"))["mark"]["replies"])
    if not output.exists():
        return 0
    with output.open("rb") as lines:
        return sum(1 for _ in lines)


def piece(transcripts: Path, output: Path, minutes: float) -> dict[str, Any]:
    """Grade for so many minutes from where the last piece ended; replies, seconds, and megabytes second by second."""
    before, began = graded(output), time.perf_counter()
    one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    arguments = ["grade", str(transcripts), "-o", str(output), "--resume"]
    process = subprocess.Popen([*COMMAND, *arguments], env=os.environ | one_core)  # noqa: S603  # our own command
    memory: list[float] = []
    while process.poll() is None:
        memory.append(round(resident(process.pid), 1))
        time.sleep(1.0)
        if time.perf_counter() - began > minutes * 60:
            process.send_signal(signal.SIGINT)
            process.wait()
    seconds = time.perf_counter() - began
    if process.returncode not in (0, 130):
        sys.exit(f"simcustomer grade ended with {process.returncode}")
    done = graded(output) - before
    warm = [megabytes for megabytes in memory[len(memory) // 10 :] if megabytes]
    half = len(warm) // 2
    return machine() | {
        "replies": done,
        "seconds": round(seconds, 1),
        "per_second": round(done / seconds, 1),
        "memory_first_half_mb": max(warm[:half]),
        "memory_second_half_mb": max(warm[half:]),
        "memory_each_minute_mb": memory[::60],
    }


def main() -> int:
    """Grade a piece, and keep what was seen of all pieces."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replies", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=24 * 60)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    transcripts, runs = options.folder / "transcripts.jsonl", options.folder / "runs.json"
    if not transcripts.exists():
        write_transcripts(transcripts, options.replies)
    pieces = json.loads(runs.read_text(encoding="utf-8")) if runs.exists() else []
    output = options.folder / "graded.jsonl"
    if output.exists():
        print(f"{output}: is whole; name another folder to begin anew")
        return 0
    pieces.append(piece(transcripts, output, options.minutes))
    runs.write_text(json.dumps(pieces), encoding="utf-8")
    last = pieces[-1]
    kept = {"wanted": options.replies, "graded": graded(output), "whole": output.exists(), "pieces": pieces}
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    print(f"{kept['graded']:,} of {options.replies:,} replies; {last['per_second']} a second in this piece")
    print(f"memory: {last['memory_first_half_mb']} MB at most in its first half, {last['memory_second_half_mb']} after")
    return int(last["memory_second_half_mb"] > last["memory_first_half_mb"] * MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
