"""Grading on Ray nodes of this machine, one core each: `python -m benchmarks.cluster` (needs simcustomer[ray]; some minutes).

- Two nodes beside one: replies a second, in turns, workers warm.
- A node killed in the middle: the output beside that of one process without Ray, byte for byte.

Writes benchmarks/results/ray.json. `--only killed` does the second alone and writes nothing; exit code 1 where something is lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ray.cluster_utils import Cluster

from benchmarks.grader import write_transcripts
from benchmarks.machine import machine
from simcustomer import wiring
from simcustomer.bulk.cluster import RaySpread, connected
from simcustomer.bulk.grading import grade_in_parts, here
from simcustomer.bulk.progress import Mark
from simcustomer.bulk.work import Graded, Setup
from simcustomer.settings import load_settings

RESULTS = Path(__file__).parent / "results" / "ray.json"
PART = 16 * 1024
LEAST_RATIO = 1.6


class Nodes(NamedTuple):
    """A running cluster and its nodes beside the first."""

    cluster: Cluster
    others: list[Any]


@contextmanager
def nodes(count: int) -> Iterator[Nodes]:
    """A cluster of so many nodes with one core each."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        yield Nodes(cluster, [cluster.add_node(num_cpus=1) for _ in range(count - 1)])
    finally:
        cluster.shutdown()


class Watch:
    """Counts replies as they come, and does something once when half of them are there."""

    def __init__(self, half: int, then: threading.Event) -> None:
        self._half = half
        self._then = then
        self.said_at: list[str] = []

    def said(self, sentence: str) -> None:
        """What was said of the input."""
        self.said_at.append(sentence)

    def came_to(self, mark: Mark, part: Graded) -> None:  # noqa: ARG002  # only the count matters
        """Half is done, or is not yet."""
        if mark.replies >= self._half:
            self._then.set()


def setup() -> Setup:
    """The embedded grader with the shipped rubric."""
    settings = load_settings()
    return Setup.of("embedded", settings, wiring.library(settings).rubric(settings.rubric))


def timed(count: int, warm: Path, transcripts: Path, folder: Path) -> float:
    """Seconds that so many nodes take for a file, after a first one for which they load what they need."""
    with nodes(count) as running, connected(running.cluster.address):
        nobody = Watch(sys.maxsize, threading.Event())
        spread = RaySpread(None, waits=False)
        grade_in_parts(warm, folder / "warm.jsonl", setup(), spread, nobody, size=PART)
        began = time.perf_counter()
        grade_in_parts(transcripts, folder / f"{count}.jsonl", setup(), spread, nobody, size=PART)
        return time.perf_counter() - began


def killed(transcripts: Path, replies: int, folder: Path) -> dict[str, Any]:
    """Kill one of two nodes when a third of the replies are there, and compare with what one process gives."""
    one, two = folder / "alone.jsonl", folder / "killed.jsonl"
    nobody = Watch(sys.maxsize, threading.Event())
    grade_in_parts(transcripts, one, setup(), here, nobody, size=PART)
    with nodes(2) as running, connected(running.cluster.address):
        due, dead_at = threading.Event(), list[float]()

        def kill() -> None:
            due.wait()
            running.cluster.remove_node(running.others[0], allow_graceful=False)
            dead_at.append(time.perf_counter())

        killer = threading.Thread(target=kill)
        killer.start()
        mark = grade_in_parts(
            transcripts, two, setup(), RaySpread(None, waits=False), Watch(replies // 3, due), size=PART
        )
        ended = time.perf_counter()
        due.set()
        killer.join()
    same = one.read_bytes() == two.read_bytes()
    lines = [json.loads(line) for line in two.read_text(encoding="utf-8").splitlines()]
    keys = {(line["id"], line["turn"]) for line in lines}
    return {
        "replies": replies,
        "lines": len(lines),
        "lost": replies - len(keys),
        "double": len(lines) - len(keys),
        "counted": mark.replies,
        "bytes_equal": same,
        "seconds_after_the_kill": round(ended - dead_at[0], 1),
    }


def main() -> int:
    """Measure, print, keep; 1 where something is lost or the ratio is not reached."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--replies", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["killed"])
    options = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = Path(place)
        transcripts, warm = folder / "transcripts.jsonl", folder / "warm-in.jsonl"
        replies = write_transcripts(transcripts, options.replies)
        write_transcripts(warm, 150)
        lost = killed(transcripts, replies, folder)
        print(json.dumps(lost))
        whole = lost["bytes_equal"] and not lost["lost"] and not lost["double"]
        if options.only:
            return int(not whole)
        before, rounds = machine(), list[dict[str, float]]()
        for _ in range(options.rounds):
            one, two = timed(1, warm, transcripts, folder), timed(2, warm, transcripts, folder)
            rounds.append({"one": round(one, 1), "two": round(two, 1), "ratio": round(one / two, 2)})
            print(json.dumps(rounds[-1]), flush=True)
        ratio = median(each["ratio"] for each in rounds)
        kept = {"machine": before | {"load_after": machine()["load"]}, "replies": replies, "killed": lost}
        kept |= {"seconds_by_nodes": rounds, "ratio": ratio, "asked": LEAST_RATIO}
        RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        print(f"two nodes {ratio:.2f} times one")
    return int(not whole or ratio < LEAST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
