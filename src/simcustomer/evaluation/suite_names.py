"""The eval suites by name, and what each reads; known without the statistics that measuring needs."""

from __future__ import annotations

from pathlib import Path

SUITES = ("agreement", "contrast", "stability", "evidence", "acts")

GOLDEN_SUITES = frozenset({"agreement", "stability", "evidence"})
"""Those that grade the golden replies."""

PARTS = {
    "agreement": ("golden",),
    "contrast": ("contrasts",),
    "stability": ("golden",),
    "evidence": ("golden",),
    "acts": ("acts",),
}
"""The parts of the evals folder that each suite reads."""

SPLITS = ("test", "development", "all")

DATA = {
    "golden": ("golden/*.jsonl", "golden/split.json"),
    "contrasts": ("contrasts/*.jsonl",),
    "acts": ("acts/*.jsonl",),
}
"""The files of each part of an evals folder that figures depend on."""


def with_data(evals: Path) -> tuple[str, ...]:
    """The suites whose data an evals folder holds, in their order."""
    there = {part for part, patterns in DATA.items() if all(any(evals.glob(pattern)) for pattern in patterns)}
    return tuple(suite for suite in SUITES if there.issuperset(PARTS[suite]))
