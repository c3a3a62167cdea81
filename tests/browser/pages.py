"""Parts of the pages that every story uses."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="What you say")
