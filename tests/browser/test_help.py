"""A trainee who is coached: a hint, a note on the reply, an answer not waited for, a hand-over, and the debrief in German."""

from __future__ import annotations

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
from simcustomer.ui.pacing import Pace
from tests.browser.pages import box
from tests.fakes import ScriptedCustomer, ScriptedGrader, scripted_cast
from tests.serving import serving

pytestmark = [pytest.mark.browser]

ANSWER = " ".join(["I have heard that before."] * 40)
SIGNS = (("recovery.apologises", "sorry"), ("!composure.defensive", "calm down"))


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    store = open_store(f"sqlite:///{tmp_path / 'help.db'}")
    cast = scripted_cast(ScriptedCustomer((ANSWER,)), ScriptedGrader(SIGNS))
    yield wiring.practice(store, cast, longest_reply=500)
    store.close()


@pytest.fixture
def site(practice: Practice, library: Library) -> Iterator[str]:
    """Answers come so slowly that there is time to stop one."""
    with serving(create_app(practice, library, pace=Pace(words=4))) as port:
        yield f"http://127.0.0.1:{port}/"


def test_a_coached_practice(page: Page, practice: Practice) -> None:
    page.goto(f"{page.url}?persona=no-heat-third-visit")
    page.get_by_label("Coach me while I talk").check()
    page.get_by_role("button", name="Start").click()
    ask_for_a_hint(page)
    stop_waiting(page)
    the_clock_can_be_paused(page)
    found_again_on_the_gallery(page)
    hand_over(page)
    read_in_german(page)
    assert [(a.coached, a.hints, a.outcome) for a in practice.finished(owner="local")] == [(True, 1, "escalated")]


def ask_for_a_hint(page: Page) -> None:
    expect(page.get_by_role("button", name="Hand over to a supervisor")).to_have_count(0)
    page.get_by_role("button", name="Give me a hint").click()
    expect(page.get_by_role("complementary", name="Hint")).to_contain_text("Dean has just said")
    expect(page.get_by_role("button", name="Give me a hint")).to_be_disabled()


def stop_waiting(page: Page) -> None:
    box(page).fill("I am sorry, but calm down.")
    box(page).press("Enter")
    page.get_by_role("button", name="Stop waiting").click()
    expect(page.locator("#transcript .message.customer .text").last).to_have_text(ANSWER)
    expect(page.get_by_role("button", name="Stop waiting")).to_have_count(0)
    note = page.get_by_role("region", name="What your reply did")
    expect(note.get_by_text("Calm and professional")).to_be_visible()


def the_clock_can_be_paused(page: Page) -> None:
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^\d+:\d\d$"))
    page.get_by_role("button", name="Pause the clock").click()
    expect(page.get_by_role("timer")).to_have_count(0)
    page.get_by_role("button", name="Show the clock").click()
    expect(page.get_by_role("timer")).to_be_visible()


def found_again_on_the_gallery(page: Page) -> None:
    page.get_by_role("link", name="All customers").click()
    expect(page.get_by_role("heading", name="Your open conversations")).to_be_visible()
    page.go_back()
    expect(page.locator("#transcript .message")).to_have_count(3)


def hand_over(page: Page) -> None:
    page.get_by_role("button", name="Hand over to a supervisor").click()
    expect(page.get_by_role("button", name="No, carry on")).to_be_focused()
    page.get_by_role("button", name="No, carry on").click()
    page.get_by_role("button", name="Hand over to a supervisor").click()
    page.get_by_role("button", name="Yes, hand over").click()
    expect(page.locator("#debrief .outcome").first).to_contain_text("Handed over")
    expect(page.get_by_text("with 1 hint")).to_be_visible()
    page.get_by_role("link", name="Note 1", exact=True).click()
    expect(page.locator("#note-1-1")).to_be_focused()


def read_in_german(page: Page) -> None:
    page.locator(".preferences summary").click()
    page.locator("select[name=language]").select_option("de")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#debrief .outcome").first).to_contain_text("Weitergegeben")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("button", name="Noch einmal üben")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
