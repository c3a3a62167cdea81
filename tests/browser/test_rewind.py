"""A trainee goes back to a reply: watches an expert, tries again, and sees both tries side by side."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.domain.session import Session
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.browser.pages import box
from tests.serving import serving

pytestmark = [pytest.mark.browser]

GOOD = "I'm sorry that nobody came three times and that you lost a day's pay for each. What does the boiler show?"
BAD = "Calm down, <b>it is</b> only a boiler."
BETTER = "I can book Sunita Rao for you, first job of the day tomorrow, and I will ring you myself at nine."


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    store = open_store(f"sqlite:///{tmp_path / 'rewind.db'}")
    yield wiring.practice(store, wiring.cast(), longest_reply=500)
    store.close()


@pytest.fixture
def parent(practice: Practice, library: Library) -> Session:
    async def talk() -> Session:
        begun = practice.start(library.persona("no-heat-third-visit"), library.rubric(), owner="local", seed=1)
        for reply in (GOOD, BAD):
            async for _ in practice.respond(begun.id, reply, owner="local"):
                pass
        return await practice.finish(begun.id, owner="local")

    return asyncio.run(talk())


@pytest.fixture
def site(practice: Practice, library: Library, parent: Session) -> Iterator[str]:
    """Where the session is; it is played before the browser's event loop runs."""
    with serving(create_app(practice, library)) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.slow)])
def test_going_back_to_a_reply(page: Page, site: str, practice: Practice, parent: Session, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(f"{site}?session={parent.id}")
    page.get_by_role("link", name="Go back to reply 2").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dean Ackroyd, before your reply 2")
    expect(page.locator("#fork .message.trainee .text").last).to_have_text(BAD)
    watch_an_expert(page, practice)
    branch = try_again(page, practice, parent)
    compare(page, width)
    assert practice.open(parent.id, owner="local") == parent
    page.reload()
    expect(page.get_by_role("heading", name="Before and this time")).to_be_visible()
    page.get_by_role("link", name="Debrief of the earlier try").click()
    expect(page).to_have_url(re.compile(re.escape(parent.id)))
    expect(page.locator("#debrief .marked .text").last).to_contain_text("<b>it is</b>")
    assert branch.exchanges[0] == parent.exchanges[0]


def watch_an_expert(page: Page, practice: Practice) -> None:
    page.get_by_role("button", name="See how an expert would go on").press("Enter")
    expect(page.locator("#expert .notice")).to_contain_text("The expert scored")
    expect(page.locator("#expert-announcement")).to_have_text("The expert's conversation is complete.")
    expect(page.locator("#expert .message.trainee .author").first).to_have_text("Expert")
    assert len(practice.store.list("local")) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def try_again(page: Page, practice: Practice, parent: Session) -> Session:
    page.get_by_role("button", name="Try again from here").press("Enter")
    expect(page.get_by_text("again from reply 2")).to_be_visible()
    expect(page.locator("#transcript .message")).to_have_count(3)
    expect(page).not_to_have_url(re.compile(re.escape(parent.id)))
    box(page).fill(BETTER)
    box(page).press("Enter")
    expect(page.locator("#transcript .message")).to_have_count(5)
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="Yes, end it").click()
    newest = practice.store.list("local")[0]
    assert newest.id != parent.id
    expect(page.get_by_role("heading", name="Before and this time")).to_be_visible()
    return practice.open(newest.id, owner="local")


def compare(page: Page, width: int) -> None:
    comparison = page.locator(".comparison")
    expect(comparison.locator(".try .points").first).to_have_text(re.compile(r"of 100"))
    expect(comparison.locator(".steps .message.trainee .text")).to_have_text([BAD, BETTER])
    expect(comparison.get_by_text(re.compile(r"▲ \+")).first).to_be_visible()
    before, after = (comparison.locator(".steps .column").nth(n).bounding_box() for n in (0, 1))
    assert before
    assert after
    assert (before["y"] == after["y"]) == (width > 900)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
