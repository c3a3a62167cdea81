"""A trainee looks at their progress: nothing at first, then sessions, a trend, and what to practise next."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.fakes import ScriptedGrader, scripted_cast
from tests.serving import serving

pytestmark = [pytest.mark.browser]

SIGNS = (("recovery.apologises", "sorry"), ("!composure.defensive", "calm down"), ("empathy.names_feeling", "sorry"))


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    store = open_store(f"sqlite:///{tmp_path / 'progress.db'}")
    yield wiring.practice(store, scripted_cast(grader=ScriptedGrader(SIGNS, "new-grader")), longest_reply=500)
    store.close()


@pytest.fixture
def finished(practice: Practice, library: Library) -> list[str]:
    """Ids of someone else's session, of one by an older grader, and of two by this one."""

    async def talk(owner: str, grader: str, *replies: str) -> str:
        cast = scripted_cast(grader=ScriptedGrader(SIGNS, grader))
        use = wiring.practice(practice.store, cast, longest_reply=500)
        begun = use.start(library.persona("no-heat-third-visit"), library.rubric(), owner=owner, seed=1)
        for reply in replies:
            async for _ in use.respond(begun.id, reply, owner=owner):
                pass
        await use.finish(begun.id, owner=owner)
        return begun.id

    async def all_talks() -> list[str]:
        return [
            await talk("someone-else", "new-grader", "I am sorry."),
            await talk("local", "old-grader", "I am sorry."),
            await talk("local", "new-grader", "You had better calm down."),
            await talk("local", "new-grader", "I am sorry.", "My supervisor will see to it."),
        ]

    return asyncio.run(all_talks())


@pytest.fixture
def site(practice: Practice, library: Library, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the page is; what has been finished is played before the browser's event loop runs."""
    if "finished" in request.fixturenames:
        request.getfixturevalue("finished")
    with serving(create_app(practice, library)) as port:
        yield f"http://127.0.0.1:{port}/"


def test_who_has_finished_nothing_is_led_to_a_first_customer(page: Page) -> None:
    page.get_by_role("link", name="My progress").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My progress")
    expect(page.get_by_text("Nothing finished yet.")).to_be_visible()
    page.locator(".card a").first.press("Enter")
    expect(page.get_by_role("button", name="Start")).to_be_visible()


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.slow)])
def test_progress(page: Page, site: str, finished: list[str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(site)
    expect(page.locator(".best")).to_have_count(1)
    page.get_by_role("link", name="My progress").press("Enter")
    read_the_page(page, finished)
    filter_by_outcome(page)
    choose_a_technique(page)
    open_a_session(page, finished[3])


def read_the_page(page: Page, finished: list[str]) -> None:
    expect(page.get_by_text("is your weakest technique lately")).to_be_visible()
    expect(page.locator(".attempts tbody tr")).to_have_count(3)
    assert finished[0] not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def filter_by_outcome(page: Page) -> None:
    page.get_by_label("Outcome").select_option(label="Handed over")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.locator(".attempts tbody tr")).to_have_count(1)
    expect(page.get_by_text("1 of 3 sessions.")).to_be_visible()
    expect(page).to_have_url(re.compile("outcome=escalated"))
    page.get_by_role("link", name="Show all").press("Enter")
    expect(page.locator(".attempts tbody tr")).to_have_count(3)


def choose_a_technique(page: Page) -> None:
    page.get_by_role("link", name="Apology and recovery").press("Enter")
    expect(page.get_by_role("heading", name="Apology and recovery over time")).to_be_in_viewport()
    expect(page.get_by_role("img", name="Apology and recovery: level in each session")).to_be_visible()
    expect(page.locator("table.trend tbody tr.break")).to_contain_text("another grader")
    expect(page.locator("svg .break")).to_have_count(1)
    rows = page.locator("table.trend tbody tr:not(.break)")
    assert rows.count() == page.locator("#trend svg circle").count() == 2


def open_a_session(page: Page, session: str) -> None:
    page.locator(".attempts").get_by_role("link").first.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(session)))
    expect(page.locator("#debrief .outcome").first).to_contain_text("Handed over")
