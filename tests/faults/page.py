"""docs/reliability.md from what was counted."""

from __future__ import annotations

from pathlib import Path

from tests.faults.row import Counted

HEAD = Path(__file__).with_name("page.head.md")


def page(rows: list[Counted]) -> str:
    """The whole page as Markdown."""
    head = HEAD.read_text(encoding="utf-8").strip()
    return "\n\n".join((head, _table(rows), *(_section(row) for row in rows))) + "\n"


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
