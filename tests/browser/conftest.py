"""A page in a real browser that opens the story's site, and that nothing may trouble."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

LEAVING = ("AbortError", "Connection errored out")
"""What Gradio's client writes to the console when a page is left while a stream of its is open."""


@pytest.fixture
def expected() -> tuple[str, ...]:
    """Signs of further troubles that a story brings about on purpose."""
    return ()


@pytest.fixture
def page(site: str, expected: tuple[str, ...]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((site, "data:")) else troubles.append(f"asked {r.url}"))
        page.goto(site)
        yield page
        browser.close()
    assert [trouble for trouble in troubles if not any(sign in trouble for sign in (*LEAVING, *expected))] == []
