"""How each player is timed, with nothing but the standard library: it says that it is ready, is told how many, and reports."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def scenario() -> dict[str, Any]:
    """What all players play, from the file that the command line names."""
    return json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def timed(play: Callable[[int], None], about: str) -> None:
    """Play once to be warm, then as many practices at once as each line of the input asks for; report each as a line of JSON."""
    play(1)
    print(json.dumps({"about": about, "start": _cpu()}), flush=True)
    for line in sys.stdin:
        count, cpu, started = int(line), _cpu(), time.perf_counter()
        play(count)
        report = {
            "wall": time.perf_counter() - started,
            "cpu": _cpu() - cpu,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(report), flush=True)


def _cpu() -> float:
    """Seconds of user and system time of this process and its children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
