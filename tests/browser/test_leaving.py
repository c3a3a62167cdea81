"""Leaving the studio just after something was typed: whoever stays loses nothing, whoever goes gets where they wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.fakes import scripted_cast
from tests.serving import serving

pytestmark = [pytest.mark.browser]

NOTE = "# Ask the heating desk first.\n"
SLOW = 4.0
"""Seconds that the next page takes; Gradio would load the old one again after two."""


@pytest.fixture
def site(tmp_path: Path, library: Library) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'leaving.db'}")
    with serving(create_app(wiring.practice(store, scripted_cast(), longest_reply=500), library)) as port:
        yield f"http://127.0.0.1:{port}/"
    store.close()


def test_what_is_being_saved_is_asked_for_before_the_page_is_left(page: Page, site: str) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        (dialog.dismiss if len(asked) == 1 else dialog.accept)()

    page.on("dialog", answer)
    page.goto(f"{site}studio?edit=persona/ok-and")
    text = page.locator("#studio-text .cm-content")
    text.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(NOTE)
    leave = page.get_by_role("link", name="My progress")
    leave.click(no_wait_after=True)
    expect(page.locator("#studio-saved")).to_contain_text("✓")
    assert asked == ["beforeunload"]
    expect(text).to_contain_text(NOTE.strip())

    def slowly(route: Route) -> None:
        time.sleep(SLOW)
        route.continue_()

    page.route("**/?view=progress", slowly)
    page.keyboard.type("# And once more.\n")
    leave.click(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("My progress")
    assert page.url == f"{site}?view=progress"
    assert asked == ["beforeunload"] * 2
