"""`python -m tests.faults [NUMBER ...]`: run the long forms and write docs/reliability.md."""

from __future__ import annotations

import argparse
import importlib
import time
from datetime import date
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.page import page
from tests.faults.row import Counted, Row, kept

PAGE = ROOT / "docs" / "reliability.md"


def rows() -> dict[int, Row]:
    """All rows, by number: each test module here holds one as ROW."""
    modules = (importlib.import_module(f"tests.faults.{path.stem}") for path in Path(__file__).parent.glob("test_*.py"))
    found = [row for module in modules if isinstance(row := getattr(module, "ROW", None), Row)]
    return {row.number: row for row in sorted(found, key=lambda row: row.number)}


def main() -> None:
    """Measure what was asked for and write the page anew."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, help="rows to run; none: all")
    parser.add_argument("--count", type=int, help="how many of each, where not the row's own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="only write the page from what was counted before")
    options = parser.parse_args()
    known = rows()
    if unknown := [number for number in options.numbers if number not in known]:
        parser.error(f"there is no row {unknown[0]}; rows: {', '.join(map(str, known))}")
    for number in [] if options.page else options.numbers or known:
        row, started = known[number], time.monotonic()
        print(f"{number}. {row.title}", flush=True)  # noqa: T201  # a command of its own
        outcome = row.measure(options.count or row.full, options.seed)
        for figure in outcome.figures:
            print(f"  {figure.what}: {figure.measured} of {figure.of:,} (asked {figure.asked})", flush=True)  # noqa: T201
        Counted(
            number=number,
            title=row.title,
            method=row.method,
            seed=options.seed,
            day=date.today(),
            seconds=round(time.monotonic() - started),
            figures=tuple(outcome.figures),
            details=outcome.details,
        ).keep()
    PAGE.write_text(page(kept(), known), encoding="utf-8")


if __name__ == "__main__":
    main()
