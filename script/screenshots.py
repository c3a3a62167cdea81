"""Screenshots of every page of the web app with sample data; see script/screenshots."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.serving import serving
from tests.support.samples import play_samples

ROOT = Path(__file__).parent.parent
WIDE, PHONE = (1280, 900), (390, 844)
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE), "phone-dark": ("dark", PHONE)}


def take(folder: Path, only: list[str]) -> None:
    """One picture a page and look, named PAGE.LOOK.png; `only` names pages, none all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(ROOT / "personas", ROOT / "rubrics")
    with tempfile.TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{place}/samples.db")
        practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
        pages = play_samples(practice, library).pages
        with serving(create_app(practice, library)) as port, sync_playwright() as playwright:
            chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
            for look in LOOKS:
                _look(browser, look, {n: p for n, p in pages.items() if not only or n in only}, port, folder)
            browser.close()
        store.close()


def _look(browser: Browser, look: str, pages: dict[str, str], port: int, folder: Path) -> None:
    scheme, (width, height) = LOOKS[look]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    for name, query in pages.items():
        page.goto(f"http://127.0.0.1:{port}/{query}")
        page.locator("h1").first.wait_for()
        page.wait_for_timeout(400)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        print(f"{name}.{look}{' scrolls sideways!' if wide else ''}")
        page.screenshot(path=folder / f"{name}.{look}.png", full_page=not name.startswith("practise"))
    page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), sys.argv[2:])
