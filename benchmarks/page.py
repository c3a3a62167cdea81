"""docs/performance.md from what was measured: python -m benchmarks.page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.processes import RESULTS, ROOT

PAGE = ROOT / "docs" / "performance.md"

HEAD = """# Performance

Made by `python -m benchmarks.page` from `benchmarks/results/*.json`; [benchmarks/README.md](../benchmarks/README.md) says how
each is measured.
Seconds are those of one machine and of whatever else ran on it; ratios are of the same run, in turns, and are what to go by."""


def page() -> str:
    """The whole page as Markdown."""
    sections = {
        "practices": _practices,
        "web": _web,
        "tokens": _tokens,
        "growth": _growth,
        "embedded": _embedded,
    }
    parts = [HEAD]
    for name, section in sections.items():
        result = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        parts += [section(result), _measured_on(name, result["machine"])]
    return "\n\n".join(parts) + "\n"


def _practices(result: dict[str, Any]) -> str:
    rows = [
        [
            name,
            size,
            player["calls"],
            f"{player['prompt']:,}",
            f"{each['wall']:.1f} s",
            f"{each['wall_ratio']:.2f}",
            f"{each['cpu']:.1f} s",
            f"{each['cpu_ratio']:.2f}",
            f"{each['peak']:.0f} MB",
        ]
        for name, player in result["players"].items()
        for size, each in player["sizes"].items()
    ]
    titles = ("", "at once", "calls", "characters", "time", "x bare", "CPU", "x bare", "memory")
    return "\n\n".join(
        (
            "## Many practices at once",
            f"Whole practices of six turns with `{result['persona']}` against a model server on loopback that takes "
            f"{result['latency']} s for each answer. simcustomer streams, grades every reply, stores every turn in SQLite and debriefs "
            "with a model; openevals and deepeval simulate the customer, judge once at the end and store nothing. `x bare`: beside the "
            "openai client alone making the very calls of that row. Calls and characters of prompts are of one practice.",
            _table(titles, rows),
            "Asked of simcustomer at 100 at once: time at most 1.3 x, CPU at most 2 x. " + _reached(result),
        )
    )


def _reached(result: dict[str, Any]) -> str:
    ours = result["players"]["simcustomer"]["sizes"]["100"]
    wall = "reached" if ours["wall_ratio"] <= 1.3 else "**not reached**"
    cpu = "reached" if ours["cpu_ratio"] <= 2 else "**not reached**"
    return f"Time {ours['wall_ratio']:.2f} x: {wall}. CPU {ours['cpu_ratio']:.2f} x: {cpu}."


def _web(result: dict[str, Any]) -> str:
    names = ("median", "p95", "p99")
    rows = [
        [
            each["sessions"],
            each["exchanges"],
            each["errors"],
            *(f"{each[f'first_word_added_{name}_ms']} ms" for name in names),
            *(f"{each[f'graded_page_added_{name}_ms'] / 1000:.1f} s" for name in names[:2]),
            f"{each['server_cpu_share']:.2f}",
        ]
        for each in result["rows"]
    ]
    one, most = result["rows"][0], result["rows"][-1]
    median = "reached" if one["first_word_added_median_ms"] <= 30 else "**not reached**"
    late = "reached" if most["first_word_added_p95_ms"] <= 250 else "**not reached**"
    titles = (
        "at once",
        "exchanges",
        "errors",
        "first word: median",
        "p95",
        "p99",
        "graded page: median",
        "p95",
        "cores used",
    )
    return "\n\n".join(
        (
            "## What a trainee waits for",
            "The web app as a process of its own, used over HTTP by so many trainees at once who think for 4 to 12 s between an "
            f"answer and their reply. The model on loopback takes {result['model_first_seconds']:g} s to its first sentence; what comes on "
            "top of that is shown: until the first word is there, and until the page holds the whole answer, graded and typed out at "
            "the speed of reading.",
            _table(titles, rows),
            f"Asked of the first word: at most 30 ms more in the median for one trainee ({median}), 250 ms at p95 for 100 ({late}).",
        )
    )


def _tokens(result: dict[str, Any]) -> str:
    rows = [
        [f"{name}: {role}" if role != "all" else f"**{name}**", *(f"{part[key]:,}" for key in _TOKENS)]
        for name, roles in result["players"].items()
        for role, part in roles.items()
    ]
    less = " ".join(f"{title}: {_cheapest(result['players'], key)}" for title, key in _ASKED.items())
    return "\n\n".join(
        (
            "## Tokens of one practice",
            "Four characters are counted as a token. The prefix that a prompt shares with an earlier one of the same practice (from "
            "1,024 tokens on, in blocks of 128) is cached; `counted` is the prompt with its cached prefix at a tenth, and `following` "
            "the same where a colleague has practised with this customer shortly before. simcustomer grades each of the six replies by "
            "fourteen techniques, with quotes; the peers judge the conversation once as a whole, or once for each technique.",
            _table(("", *_TOKENS), rows),
            f"Asked: fewer counted tokens than both peers. {less}",
        )
    )


def _cheapest(players: dict[str, Any], key: str) -> str:
    """Whether ours is the least, beside peers that judge the same and beside those that judge less."""
    ours = players["simcustomer"]["all"][key]
    said: list[str] = []
    for judged in ("each technique", "as a whole"):
        peers = {name: roles["all"][key] for name, roles in players.items() if name.endswith(judged)}
        reached = "reached" if ours < min(peers.values()) else "**not reached**"
        said.append(f"beside peers that judge {judged} {reached}")
    return "; ".join(said) + "."


_ASKED = {"The first practice of a day": "counted", "Each that follows": "following"}
_TOKENS = ("calls", "prompt", "cached", "completion", "counted", "following")


def _growth(result: dict[str, Any]) -> str:
    turns = [[f"{each['turns']:,}", f"{each['bytes_a_turn']:,}", f"{each['open']:.1f} ms"] for each in result["turns"]]
    keys = ("open", "list", "unfinished", "progress", "progress_of_a_colleague", "team", "start")
    store = [
        [f"{each['sessions']:,}", f"{each['of_the_user']:,}", *(f"{each[key]:.1f} ms" for key in keys)]
        for each in result["store"]
    ]
    titles = (
        "sessions", "the user's", "open one", "list", "unfinished", "My progress, all", "My progress, 25", "Team of 20", "open the store",
    )  # fmt: skip
    per_turn = [each["bytes_a_turn"] for each in result["turns"]][1:]
    return "\n\n".join(
        (
            "## Growth",
            "One session that grows turn by turn, in SQLite:",
            _table(("turns", "bytes a turn since the row above", "open it"), turns),
            f"From turn 10 on a turn takes {min(per_turn):,} to {max(per_turn):,} bytes.",
            "A store that fills; every tenth session is one user's, the others are of colleagues with 25 each. The store's side of "
            "each page:",
            _table(titles, store),
        )
    )


def _embedded(result: dict[str, Any]) -> str:
    rows = [
        ["exchanges a second, stored, one after another", result["exchanges_a_second"], ""],
        ["replies graded a second", result["grades_a_second"], ""],
        ["`simcustomer --help`, CPU", f"{result['help_cpu']} s", "0.3 s"],
        ["server ready", f"{result['server']} s", ""],
        ["Gradio hello-world ready", f"{result['hello']} s", ""],
        ["ratio of both, in turns", result["ratio"], "1.3"],
    ]
    return "\n\n".join(("## Without a model", _table(("", "measured", "asked at most"), rows)))


def _measured_on(name: str, machine: dict[str, str]) -> str:
    told = ", ".join(f"{key} {value}" for key, value in machine.items())
    return f"Measured by `python -m benchmarks.{name}` ({told})."


def _table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(titles)} |", f"| --- |{' ---: |' * (len(titles) - 1)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
