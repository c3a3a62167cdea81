"""Whole practices of six turns, many at once, beside peers: python -m benchmarks.practices [--at-once 20 100 300] [--rounds 3].

Every player plays the same persona with the same six replies of a trainee against the same stub with a fixed latency, in a
process and an environment of its own (benchmarks/peers/setup). Beside each, in turns with it, the bare openai client makes the
very calls that the player made: as many, as large, those that ran side by side side by side. What a player costs is
its ratio to that.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import RESULTS, Stub, keep, player, stub
from benchmarks.scenario import PERSONA, scenario

PLAYERS = ("simcustomer", "openevals", "deepeval")
LATENCY = 0.2


def python_of(name: str) -> str:
    """The interpreter of a player's environment."""
    if name == "simcustomer":
        return sys.executable
    cache = os.environ.get("SIMCUSTOMER_PEERS")
    base = (
        Path(cache) if cache else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "simcustomer/peers"
    )
    found = base / name / "bin" / "python"
    if not found.exists():
        raise SystemExit(f"{found} is not there. Run benchmarks/peers/setup first.")
    return str(found)


def recorded(server: Stub, name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What one practice asks of the stub: its calls in rounds, and characters."""
    with player(name, told, python_of(name)) as played:
        server.reset(record=True)
        played.play(1)
        return server.counted()


def compared(server: Stub, name: str, at_once: list[int], rounds: int) -> dict[str, Any]:
    """A player and the bare client in turns, at each size."""
    told = scenario(server.url)
    one = recorded(server, name, told)
    bare = told | {"rounds": [[call["request"] for call in together] for together in one["rounds"]]}
    sizes: dict[str, Any] = {}
    with ExitStack() as stack:
        theirs = stack.enter_context(player(name, told, python_of(name)))
        least = stack.enter_context(player("openai", bare))
        for size in at_once:
            pairs: list[dict[str, dict[str, float]]] = []
            for _ in range(rounds):
                server.reset()
                mine = theirs.play(size)
                calls = server.counted()["calls"]
                pairs.append({"player": mine, "bare": least.play(size)})
                if calls != size * one["calls"]:
                    raise SystemExit(f"{name} made {calls} calls for {size} practices of {one['calls']}")
            sizes[str(size)] = _summed(pairs)
            print(_line(name, size, sizes[str(size)]), flush=True)
    return {
        "about": theirs.about,
        "start_cpu": theirs.start,
        "calls": one["calls"],
        "prompt": one["prompt"],
        "sizes": sizes,
    }


def kept_players() -> dict[str, Any]:
    """What was measured of players before, for a run of some of them."""
    kept = RESULTS / "practices.json"
    return json.loads(kept.read_text(encoding="utf-8"))["players"] if kept.exists() else {}


def _summed(pairs: list[dict[str, dict[str, float]]]) -> dict[str, float]:
    """Medians over the rounds; a ratio is the median of those of the rounds."""

    def of(who: str, what: str) -> float:
        return round(median(pair[who][what] for pair in pairs), 3)

    def ratio(what: str) -> float:
        return round(median(pair["player"][what] / pair["bare"][what] for pair in pairs), 2)

    return {
        "wall": of("player", "wall"),
        "cpu": of("player", "cpu"),
        "peak": of("player", "peak"),
        "bare_wall": of("bare", "wall"),
        "bare_cpu": of("bare", "cpu"),
        "wall_ratio": ratio("wall"),
        "cpu_ratio": ratio("cpu"),
    }


def _line(name: str, size: int, figures: dict[str, float]) -> str:
    return (
        f"{name:12} {size:4} at once: {figures['wall']:7.2f} s ({figures['wall_ratio']:.2f} x bare), CPU {figures['cpu']:7.2f} s "
        f"({figures['cpu_ratio']:.2f} x bare), {figures['peak']:.0f} MB at most"
    )


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--at-once", type=int, nargs="+", default=[20, 100, 300])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--players", nargs="+", default=list(PLAYERS), choices=PLAYERS)
    wanted = parser.parse_args()
    with stub(LATENCY) as server:
        players = {name: compared(server, name, wanted.at_once, wanted.rounds) for name in wanted.players}
    players = kept_players() | players
    keep("practices", {"latency": LATENCY, "rounds": wanted.rounds, "persona": PERSONA, "players": players})


if __name__ == "__main__":
    main()
