"""Every page, the rooms' among them, in both themes, under axe's rules; in short, three pages in one theme each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.serving import serving
from tests.support.every_page import EveryPage, every_page

pytestmark = [pytest.mark.browser]

GRAVE = ("serious", "critical")


def grave(page: Page, name: str) -> list[str]:
    """What axe finds grave on a page that is shown."""
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(300)
    return [
        f"{name}: {found['id']} at {[node['target'] for node in found['nodes']][:3]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in GRAVE
    ]


class TestInShort:
    PAGES = (("", "light"), ("?persona=no-heat-third-visit", "dark"), ("studio?new=persona", "light"))

    @pytest.fixture
    def site(self, tmp_path: Path, library: Library) -> Iterator[str]:
        store = open_store(f"sqlite:///{tmp_path / 'short.db'}")
        practice = wiring.practice(store, wiring.cast(), longest_reply=500)
        with serving(create_app(practice, library)) as port:
            yield f"http://127.0.0.1:{port}/"
        store.close()

    def test_a_few_pages_have_no_grave_finding(self, page: Page, site: str) -> None:
        found: list[str] = []
        for query, scheme in self.PAGES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.goto(site + query)
            found += grave(page, f"{query or 'gallery'}, {scheme}")
        assert found == []


@pytest.mark.slow
class TestEveryPage:
    @pytest.fixture
    def every(self, tmp_path: Path, library: Library) -> Iterator[EveryPage]:
        """Its samples are played before the browser's event loop runs."""
        with every_page(tmp_path, library) as every:
            yield every

    @pytest.fixture
    def site(self, every: EveryPage) -> str:
        return every.site

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_no_page_has_a_grave_finding(self, page: Page, every: EveryPage, scheme: str) -> None:
        page.set_default_timeout(60_000)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found: list[str] = []
        for name in every.pages:
            every.visit(page, name)
            found += grave(page, f"{name}, {scheme}")
        assert len(every.pages) > 35
        assert found == []
