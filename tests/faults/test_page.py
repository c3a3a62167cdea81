"""The page says what was counted, and what is counted is what the rows are."""

from __future__ import annotations

from tests.faults.__main__ import PAGE, rows
from tests.faults.page import page
from tests.faults.row import kept


def test_the_page_is_made_from_what_was_counted() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(kept(), rows()), "run: python -m tests.faults --page"


def test_every_row_was_counted_as_it_is_now_described() -> None:
    described = {number: (row.title, row.method) for number, row in rows().items()}
    assert [row.number for row in kept() if described.get(row.number) != (row.title, row.method)] == []
