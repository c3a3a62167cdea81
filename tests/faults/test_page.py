"""The page says what was counted, and what is counted is what the rows are."""

from __future__ import annotations

from tests.faults.__main__ import PAGE, rows
from tests.faults.page import page
from tests.faults.row import kept


def test_the_page_is_made_from_what_was_counted() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(kept()), "run: python -m tests.faults --page"


def test_every_row_was_counted_as_it_is_now_described() -> None:
    counted = {row.number: (row.title, row.method) for row in kept()}
    assert counted == {number: (row.title, row.method) for number, row in rows().items()}
