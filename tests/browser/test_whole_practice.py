"""One trainee, one customer, from the gallery to the debrief, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from simcustomer import wiring
from simcustomer.library import Library
from simcustomer.store import open_store
from tests.fakes import DEAD_LINE, OPENING, ScriptedCustomer, ScriptedGrader, scripted_cast
from tests.serving import serving

pytestmark = [pytest.mark.browser]

SORRY = "I am <b>sorry</b> & I will ring you at 10.30."
SIGNS = (
    ("recovery.apologises", "I am <b>sorry</b>"),
    ("ownership.gives_time", "I will ring you at 10.30"),
    ("!composure.defensive", "calm down"),
)


@pytest.fixture
def customer() -> ScriptedCustomer:
    return ScriptedCustomer(
        answers=("We will see about that, <i>won't</i> we?", "Go on.", "Right.", "Put them on."), pause=0.01
    )


@pytest.fixture
def site(tmp_path: Path, library: Library, customer: ScriptedCustomer) -> Iterator[str]:
    from simcustomer.ui.app import create_app

    store = open_store(f"sqlite:///{tmp_path / 'browser.db'}")
    practice = wiring.practice(store, scripted_cast(customer, ScriptedGrader(SIGNS)), longest_reply=500)
    with serving(create_app(practice, library)) as port:
        yield f"http://127.0.0.1:{port}/"
    store.close()


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(20_000)
        troubles: list[str] = []
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((site, "data:")) else troubles.append(f"asked {r.url}"))
        page.goto(site)
        yield page
        browser.close()
    assert not troubles


def test_a_whole_practice(page: Page, customer: ScriptedCustomer) -> None:
    page.get_by_role("link", name=re.compile("No heat, third no-show")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("No heat, third no-show")
    expect(page.get_by_text("Promise that the loss of earnings claim will be paid.")).to_be_visible()

    page.get_by_role("button", name="Start").click()
    expect(page.locator(".message.customer")).to_have_text(re.compile(re.escape(OPENING)))
    expect(page).to_have_url(re.compile(r"\?session="))
    expect(page.get_by_text("What you must not do")).to_be_visible()
    expect(page.get_by_text(re.compile("angry ·"))).to_be_visible()
    box = page.get_by_role("textbox", name="What you say")
    expect(box).to_be_focused()

    # An empty reply is refused in words, a line break is not a send, and markup stays text.
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notice")).to_contain_text("Your reply is empty")
    box.fill(SORRY)
    box.press("Shift+Enter")
    box.press_sequentially("Promised.")
    assert box.input_value() == f"{SORRY}\nPromised."
    box.press("Enter")
    expect(page.locator(".typing")).to_have_text(re.compile("Dean Ackroyd is about to speak"))
    expect(page.locator("#transcript .message.trainee .text")).to_have_text(f"{SORRY}\nPromised.")
    expect(page.locator("#transcript .message.customer .text").last).to_have_text(
        "We will see about that, <i>won't</i> we?"
    )
    expect(box).to_have_value("")

    # Reloading resumes.
    page.reload()
    expect(page.locator("#transcript .message")).to_have_count(3)

    # A customer who fails costs nothing: the reply is kept, also over a reload, and is answered on the next try.
    customer.failures = 2
    box.fill("You had better calm down.")
    box.press("Enter")
    expect(page.locator("#notice")).to_contain_text(DEAD_LINE)
    expect(page.locator("#live .message.trainee")).to_contain_text("You had better calm down.")
    page.reload()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#transcript .message")).to_have_count(5)

    # Two presses of Enter are one reply.
    box.fill("This is ungradable.")
    page.evaluate(
        """() => { const box = document.querySelector('#reply textarea');
        for (let i = 0; i < 2; i++) box.dispatchEvent(new KeyboardEvent('keypress', {key: 'Enter', bubbles: true})); }"""
    )
    expect(page.locator("#transcript .message")).to_have_count(7)

    # Ending asks first; the customer may be quicker.
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="No, carry on").click()
    box.fill("I will put you through to my supervisor.")
    box.press("Enter")
    expect(page.locator("#notice")).to_contain_text("You handed Dean Ackroyd over.")
    expect(box).to_have_count(0)
    page.get_by_role("button", name="See the debrief").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Dean Ackroyd: No heat, third no-show")
    debrief = page.locator("#debrief")
    expect(debrief.locator(".outcome")).to_contain_text("Handed over")
    expect(debrief.locator("mark.good").first).to_have_text("I am <b>sorry</b>")
    expect(debrief.locator("mark.bad")).to_have_text("calm down")
    expect(debrief.get_by_text("Not graded: the grader was <told> not to")).to_be_visible()
    expect(debrief.get_by_role("img", name=re.compile("Dean Ackroyd's mood"))).to_be_visible()
    expect(debrief.get_by_text("I am sorry that nobody came.")).to_be_visible()
    page.reload()
    expect(page.locator("#debrief .outcome")).to_contain_text("Handed over")

    page.get_by_role("button", name="Practise again").click()
    expect(page.locator("#transcript .message")).to_have_count(1)
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="Yes, end it").click()
    expect(page.get_by_text("there is nothing to debrief")).to_be_visible()
    page.get_by_role("link", name="Choose another customer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who would you like to talk to?")
