"""One row of docs/reliability.md: a fault or an attack, how it is tried, and what was counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

FIGURES = Path(__file__).parent / "figures"
"""What the last long form of each row counted, a file a row; the page is made from these."""


class Figure(BaseModel):
    """One thing that was counted.

    `asked` and `measured` are read by people ("0", "under 1 s"); `reached` is what code made of them; `of` is the denominator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    asked: str
    measured: str
    of: int
    reached: bool


def none(what: str, found: list[str], of: int) -> Figure:
    """A figure of which none is asked for; the first findings are printed, since a count alone mends nothing."""
    for line in found[:5]:
        print(f"  {what}: {line}")  # noqa: T201  # read on the terminal, or where the quick form fails
    return Figure(what=what, asked="0", measured=str(len(found)), of=of, reached=not found)


class Outcome(NamedTuple):
    """What a run of a row came to; `details` is more for the page, in Markdown, where figures alone do not say it."""

    figures: list[Figure]
    details: str = ""


class Row(BaseModel):
    """How a fault or an attack is tried: `measure(count, seed)` tries it; `method` is said on the page, in Markdown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    title: str
    method: str
    full: int
    measure: Callable[[int, int], Outcome]

    def quick(self, count: int, seed: int = 1) -> None:
        """The short form, for a test. Raises AssertionError with what was not reached, or where nothing was tried."""
        figures = self.measure(count, seed).figures
        assert figures
        assert all(figure.of > 0 for figure in figures)
        assert [figure for figure in figures if not figure.reached] == []


class Counted(BaseModel):
    """What the long form of a row counted, and when, with which seed and for how long (seconds)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    title: str
    method: str
    seed: int
    day: date
    seconds: int
    figures: tuple[Figure, ...]
    details: str = ""

    @property
    def path(self) -> Path:
        """Where this is kept."""
        return FIGURES / f"{self.number:02}.json"

    def keep(self) -> None:
        """Write this down for the page."""
        self.path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def kept() -> list[Counted]:
    """All that has been counted, by number."""
    return [Counted.model_validate_json(path.read_text(encoding="utf-8")) for path in sorted(FIGURES.glob("*.json"))]
