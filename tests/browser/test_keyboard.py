"""A whole practice by keyboard alone, on a desk and on a phone: where the focus is, that it is seen, and what is read out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.browser.pages import box
from tests.fakes import ScriptedCustomer, ScriptedGrader, scripted_cast
from tests.serving import serving

pytestmark = [pytest.mark.browser]

ANSWER = "We will see about that."
SIGNS = (("recovery.apologises", "I am sorry"), ("!composure.defensive", "calm down"))
MOST_STEPS = 90

SEEN = """() => {
  const here = document.activeElement;
  const looks = [getComputedStyle(here), getComputedStyle(here, "::after"), getComputedStyle(here.closest("label, .card") ?? here)];
  return looks.some((look) => look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2 || look.boxShadow !== "none");
}"""
HEARD = """() => {
  window.heard = [];
  const place = document.querySelector("#announcement .html-container");
  new MutationObserver(() => {
    const said = place.innerText.trim();
    if (said && said !== window.heard.at(-1)?.said) window.heard.push({ said, mode: place.getAttribute("aria-live") });
  }).observe(place, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture
def site(tmp_path: Path, library: Library) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'keyboard.db'}")
    cast = scripted_cast(ScriptedCustomer(answers=(ANSWER, "Put them on."), pause=0.01), ScriptedGrader(SIGNS))
    practice = wiring.practice(store, cast, longest_reply=500)
    with serving(create_app(practice, library)) as port:
        yield f"http://127.0.0.1:{port}/"
    store.close()


def to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press a key until this has the focus; all that had it on the way must be seen to have it."""
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement === document.body"):
            continue
        assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {MOST_STEPS} times {key}")


def focused(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_a_whole_practice_by_keyboard(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.locator(".card").first.wait_for()
    open_and_close_the_preferences(page)
    start(page)
    reply(page)
    ask_to_end_and_carry_on(page)
    hand_over(page)
    follow_a_note_and_back(page)


def open_and_close_the_preferences(page: Page) -> None:
    to(page, ".preferences summary")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Language")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Language")).to_be_hidden()
    focused(page, ".preferences summary")


def start(page: Page) -> None:
    to(page, "a[href*='no-heat-third-visit']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("No heat, third no-show")
    to(page, "#coached input")
    page.keyboard.press("Space")
    to(page, "#start")
    page.keyboard.press("Enter")
    expect(page.locator(".message.customer")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?session="))
    if page.viewport_size and page.viewport_size["width"] > 900:
        focused(page, "#reply textarea")
    else:  # where a keyboard would cover half of the page, the box waits to be asked
        focused(page, "h1")
        to(page, "#reply textarea")


def reply(page: Page) -> None:
    page.evaluate(HEARD)
    page.keyboard.type("I am sorry. You had better calm down.")
    page.keyboard.press("Enter")
    expect(page.locator("#transcript .message")).to_have_count(3)
    expect(page.locator("#announcement")).to_have_text(f"Dean Ackroyd says: {ANSWER}")
    assert page.evaluate("window.heard") == [{"said": f"Dean Ackroyd says: {ANSWER}", "mode": "polite"}]
    expect(page.locator("#coaching [aria-live=polite] .comment")).to_have_count(1)
    focused(page, "#reply textarea")


def ask_to_end_and_carry_on(page: Page) -> None:
    to(page, "#end")
    page.keyboard.press("Enter")
    focused(page, "#end-no")
    expect(
        page.get_by_role("alertdialog", name=re.compile("End the conversation with Dean Ackroyd now?"))
    ).to_be_visible()
    page.keyboard.press("Escape")
    focused(page, "#end")
    to(page, "#hand-over", "Shift+Tab")
    page.keyboard.press("Enter")
    focused(page, "#hand-no")
    page.keyboard.press("Enter")
    focused(page, "#hand-over")


def hand_over(page: Page) -> None:
    to(page, "#reply textarea", "Shift+Tab")
    page.keyboard.type("I will put you through to my supervisor.")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("You handed Dean Ackroyd over.")
    expect(box(page)).to_have_count(0)
    focused(page, "#see-debrief")
    page.keyboard.press("Enter")
    expect(page.locator("#debrief .outcome")).to_contain_text("Handed over")
    focused(page, "h1")


def follow_a_note_and_back(page: Page) -> None:
    note = page.locator("#note-1-1")
    expect(note).to_be_hidden()
    to(page, "a[href='#note-1-1']")
    page.keyboard.press("Enter")
    expect(note).to_be_visible()
    focused(page, "#note-1-1")
    to(page, "a[href='#mark-1-1']")
    page.keyboard.press("Enter")
    focused(page, "#mark-1-1")
