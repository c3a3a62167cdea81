"""docs/reliability.md from what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.faults.row import Counted, Row

HEAD = Path(__file__).with_name("page.head.md")


def page(counted: list[Counted], rows: Mapping[int, Row]) -> str:
    """The whole page as Markdown; rows that were tried in short only are named."""
    head = HEAD.read_text(encoding="utf-8").strip()
    short = [f"{number}. {row.title}" for number, row in rows.items() if number not in {row.number for row in counted}]
    left = f"In short only, by the tests: {'; '.join(short)}." if short else ""
    parts = (head, _table(counted), left, *(_section(row) for row in counted))
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(rows: list[Counted]) -> str:
    lines = ["| # | fault or attack | counted | asked | measured | of |", "| --- | --- | --- | ---: | ---: | ---: |"]
    for row in rows:
        for at, figure in enumerate(row.figures):
            name = f"{row.number} | [{row.title}](#{anchor(row)})" if at == 0 else " | "
            measured = figure.measured if figure.reached else f"**{figure.measured}** (not reached)"
            lines.append(f"| {name} | {figure.what} | {figure.asked} | {measured} | {figure.of:,} |")
    return "\n".join(lines)


def _section(row: Counted) -> str:
    made = f"Counted on {row.day.isoformat()} in {row.seconds:,} s: `python -m tests.faults {row.number} --seed {row.seed}`."
    return "\n\n".join(part for part in (f"## {heading(row)}", row.method.strip(), made, row.details.strip()) if part)


def heading(row: Counted) -> str:
    """The heading of a row's section."""
    return f"{row.number}. {row.title}"


def anchor(row: Counted) -> str:
    """What a renderer of Markdown makes of the heading."""
    kept = "".join(letter for letter in heading(row).lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
