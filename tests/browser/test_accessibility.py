"""Every page of practice, in both themes, under axe's rules."""

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
from tests.support.samples import Samples, play_samples

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GRAVE = ("serious", "critical")


@pytest.fixture
def samples(tmp_path: Path, library: Library) -> Iterator[tuple[Samples, str]]:
    """What there is to see, and where; it is played before the browser's event loop runs."""
    store = open_store(f"sqlite:///{tmp_path / 'samples.db'}")
    practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
    played = play_samples(practice, library)
    with serving(create_app(practice, library)) as port:
        yield played, f"http://127.0.0.1:{port}/"
    store.close()


@pytest.fixture
def site(samples: tuple[Samples, str]) -> str:
    return samples[1]


def test_no_page_has_a_grave_finding_in_either_theme(page: Page, samples: tuple[Samples, str]) -> None:
    played, site = samples
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for name, query in played.pages.items():
            page.goto(site + query)
            page.locator("h1").first.wait_for()
            page.wait_for_timeout(300)
            for violation in Axe().run(page).response["violations"]:
                if violation["impact"] in GRAVE:
                    where = [node["target"] for node in violation["nodes"]][:3]
                    found.append(f"{name}, {scheme}: {violation['id']} at {where}")
    assert found == []
