"""Which persona practises, which technique grades, and which eval shows each point of the training material."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from simcustomer.domain.persona import Cause, Kind, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel
from simcustomer.evaluation.contrast import read_pairs

_HEAD = """# Coverage

Made by `simcustomer personas coverage`; change the content or `evaluation/coverage.toml`, not this file.

Each point of the training material (five practitioner articles on difficult customers, in our own words), where it is practised, what
grades it, and what shows that it works.
"""
_MOST_NAMED = 4


def coverage(personas: Sequence[Persona], rubric: Rubric, contrasts: Path) -> str:
    """The map as Markdown. Raises InvalidInput where the contrast pairs cannot be read."""
    pairs = Counter(pair.technique for pair in read_pairs(contrasts))
    source = files("simcustomer.evaluation").joinpath("coverage.toml").read_text(encoding="utf-8")
    points: list[dict[str, Any]] = tomllib.loads(source)["points"]
    lines = [
        _HEAD,
        "| point | what it asks | practised with | graded by | shown by |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(point, personas, rubric, pairs) for point in points]
    tables = {
        "Kinds of customer": {kind.value: [p.id for p in personas if kind in p.kinds] for kind in Kind},
        "Causes": {cause.value: [p.id for p in personas if cause in p.causes] for cause in Cause},
        "Channels": {channel.value: [p.id for p in personas if p.channel is channel] for channel in Channel},
    }
    for title, rows in tables.items():
        lines += ["", f"## {title}", "", "| | personas |", "| --- | --- |"]
        lines += [f"| {name} | {_named(ids, most=30)} |" for name, ids in rows.items()]
    lines += ["", "## Trades", "", ", ".join(sorted({p.trade for p in personas})) + "."]
    return "\n".join(lines) + "\n"


def gaps(personas: Sequence[Persona]) -> Iterator[str]:
    """Kinds, causes and channels that no persona covers."""
    for kind in Kind:
        if not any(kind in persona.kinds for persona in personas):
            yield f"no persona is of the kind {kind.value}"
    for cause in Cause:
        if not any(cause in persona.causes for persona in personas):
            yield f"no persona is upset by {cause.value}"
    for channel in Channel:
        if not any(persona.channel is channel for persona in personas):
            yield f"no persona uses {channel.value}"


def _row(point: dict[str, Any], personas: Sequence[Persona], rubric: Rubric, pairs: Counter[str]) -> str:
    techniques: list[str] = point["techniques"]
    kinds: list[str] = point.get("kinds", [])
    training = [p.id for p in personas if set(p.trains) & set(techniques) or {k.value for k in p.kinds} & set(kinds)]
    practised = _named(training) if techniques or kinds else "every persona"
    graded = "; ".join(
        f"{rubric.technique(t).name} ({len(rubric.technique(t).indicators)} indicators)" for t in techniques
    )
    if parts := point.get("persona"):
        graded = graded or f"every persona's {', '.join(parts)}"
    if "causes" in point:
        graded = graded or "every persona's causes"
    shown = ", ".join(f"{pairs[t]} contrast pairs on {t}" for t in techniques)
    shown = shown or point.get("product") or "tests/engines, personas bench"
    return f"| {point['id']} | {point['point']} | {practised} | {graded or '-'} | {shown} |"


def _named(ids: list[str], *, most: int = _MOST_NAMED) -> str:
    if not ids:
        return "**none**"
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest
