"""Screenshots of every page of the web app with sample data; see script/screenshots."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from simcustomer.library import Library
from tests.support.every_page import EveryPage, every_page

ROOT = Path(__file__).parent.parent
WIDE, PHONE = (1280, 900), (390, 844)
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE), "phone-dark": ("dark", PHONE)}


def take(folder: Path, only: list[str]) -> None:
    """One picture a page and look, named PAGE.LOOK.png; `only` names pages, none all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(ROOT / "personas", ROOT / "rubrics")
    with (
        tempfile.TemporaryDirectory() as place,
        every_page(Path(place), library) as every,
        sync_playwright() as playwright,
    ):
        chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
        names = [name for name in every.pages if not only or name in only]
        for look in LOOKS:
            _look(browser, look, names, every, folder)
        browser.close()


def _look(browser: Browser, look: str, names: list[str], every: EveryPage, folder: Path) -> None:
    scheme, (width, height) = LOOKS[look]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        is_mobile=width == PHONE[0],
        has_touch=width == PHONE[0],
    )
    page.set_default_timeout(60_000)
    for name in names:
        every.visit(page, name)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        print(f"{name}.{look}{' scrolls sideways!' if wide else ''}", flush=True)
        page.screenshot(path=folder / f"{name}.{look}.png", full_page=not name.startswith("practise"))
    page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), sys.argv[2:])
