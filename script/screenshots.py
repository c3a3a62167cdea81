"""Screenshots of every page of the web app with sample data, and the pictures of the documentation; see script/screenshots."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from simcustomer.library import Library
from tests.support.every_page import EveryPage, every_page

ROOT = Path(__file__).parent.parent
WIDE, PHONE = (1280, 900), (390, 844)
LOOKS: dict[str, tuple[Literal["light", "dark"], tuple[int, int]]] = {
    "light": ("light", WIDE),
    "dark": ("dark", WIDE),
    "phone": ("light", PHONE),
    "phone-dark": ("dark", PHONE),
}
PICTURES = {"debrief": ("debrief", "Your techniques"), "practise": ("practise-phone", None)}
"""Name of each picture in docs/images: its page, and the heading that it ends above (none: what the window shows)."""
MARGIN = 12
"""Pixels left above the heading that a picture ends at."""
COLOURS = 128
"""Kept of each picture of the documentation: enough for text and bars, at a quarter of the weight."""


def take(folder: Path, only: list[str]) -> None:
    """One picture a page and look, named PAGE.LOOK.png; `only` names pages, none all of them.

    Raises SystemExit for a name that no page has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _app() as (every, browser):
        if unknown := set(only) - set(every.pages):
            sys.exit(f"No page is called {', '.join(sorted(unknown))}. There are: {', '.join(every.pages)}")
        for look in LOOKS:
            _look(browser, look, only or list(every.pages), every, folder)


def illustrate(folder: Path) -> None:
    """The pictures of the documentation, light and wide, few colours."""
    with _app() as (every, browser):
        page = _opened(browser, "light")
        for picture, (name, below) in PICTURES.items():
            every.visit(page, name)
            shot = Image.open(BytesIO(page.screenshot(full_page=below is not None)))
            if below is not None:
                top = page.get_by_role("heading", name=below).evaluate("each => each.getBoundingClientRect().top")
                shot = shot.crop((0, 0, shot.width, int(top) - MARGIN))
            _few_colours(shot).save(folder / f"{picture}.png", optimize=True)
        page.close()


def _few_colours(shot: Image.Image) -> Image.Image:
    # Maximum coverage keeps the red of a cross, of which there is little; the median cut greys it.
    return shot.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


@contextmanager
def _app() -> Generator[tuple[EveryPage, Browser]]:
    library = Library(ROOT / "personas", ROOT / "rubrics")
    with (
        tempfile.TemporaryDirectory() as place,
        every_page(Path(place), library) as every,
        sync_playwright() as playwright,
    ):
        chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
        yield every, browser
        browser.close()


def _opened(browser: Browser, look: str) -> Page:
    scheme, (width, height) = LOOKS[look]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        is_mobile=width == PHONE[0],
        has_touch=width == PHONE[0],
    )
    page.set_default_timeout(60_000)
    return page


def _look(browser: Browser, look: str, names: list[str], every: EveryPage, folder: Path) -> None:
    page = _opened(browser, look)
    for name in names:
        every.visit(page, name)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        print(f"{name}.{look}{' scrolls sideways!' if wide else ''}", flush=True)
        page.screenshot(path=folder / f"{name}.{look}.png", full_page=not name.startswith("practise"))
    page.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--docs"]:
        illustrate(ROOT / "docs" / "images")
    else:
        take(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), sys.argv[2:])
