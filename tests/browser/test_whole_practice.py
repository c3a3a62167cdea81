"""One trainee, one customer, from the gallery to the debrief, in a real browser."""

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
from tests.fakes import DEAD_LINE, OPENING, ScriptedCustomer, ScriptedGrader, scripted_cast
from tests.serving import serving

pytestmark = [pytest.mark.browser]

SORRY = "I am <b>sorry</b> & I will ring you at 10.30."
ANSWER = "We will see about that, <i>won't</i> we?"
SIGNS = (
    ("recovery.apologises", "I am <b>sorry</b>"),
    ("ownership.gives_time", "I will ring you at 10.30"),
    ("!composure.defensive", "calm down"),
)


@pytest.fixture
def customer() -> ScriptedCustomer:
    return ScriptedCustomer(answers=(ANSWER, "Go on.", "Right.", "Put them on."), pause=0.01)


@pytest.fixture
def site(tmp_path: Path, library: Library, customer: ScriptedCustomer) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'browser.db'}")
    practice = wiring.practice(store, scripted_cast(customer, ScriptedGrader(SIGNS)), longest_reply=500)
    with serving(create_app(practice, library)) as port:
        yield f"http://127.0.0.1:{port}/"
    store.close()


def test_a_whole_practice(page: Page, customer: ScriptedCustomer) -> None:
    choose_and_start(page)
    reply_and_reload(page)
    lose_the_customer_and_try_again(page, customer)
    press_enter_twice(page)
    hand_over(page)
    read_the_debrief(page)
    practise_again_and_give_up(page)


def choose_and_start(page: Page) -> None:
    page.get_by_role("link", name=re.compile("No heat, third no-show")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("No heat, third no-show")
    expect(page.get_by_text("Promise that the loss of earnings claim will be paid.")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".message.customer")).to_have_text(re.compile(re.escape(OPENING)))
    expect(page).to_have_url(re.compile(r"\?session="))
    expect(page.get_by_text("What you must not do")).to_be_visible()
    expect(page.get_by_text(re.compile("angry ·"))).to_be_visible()
    expect(box(page)).to_be_focused()


def reply_and_reload(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notice")).to_contain_text("Your reply is empty")

    box(page).fill(SORRY)
    box(page).press("Shift+Enter")
    box(page).press_sequentially("Promised.")
    assert box(page).input_value() == f"{SORRY}\nPromised."
    box(page).press("Enter")
    expect(page.locator(".typing")).to_contain_text("Dean Ackroyd is about to speak")
    expect(page.locator("#transcript .message.trainee .text")).to_have_text(f"{SORRY}\nPromised.")
    expect(page.locator("#transcript .message.customer .text").last).to_have_text(ANSWER)
    expect(box(page)).to_have_value("")
    expect(page.locator("#announcement")).to_have_text(f"Dean Ackroyd says: {ANSWER}")

    page.reload()
    expect(page.locator("#transcript .message")).to_have_count(3)


def lose_the_customer_and_try_again(page: Page, customer: ScriptedCustomer) -> None:
    """The reply is kept, also over a reload, and is answered on a later try."""
    customer.failures = 2
    box(page).fill("You had better calm down.")
    box(page).press("Enter")
    expect(page.locator("#notice")).to_contain_text(DEAD_LINE)
    expect(page.locator("#live .message.trainee")).to_contain_text("You had better calm down.")
    page.reload()
    expect(page.locator("#notice")).to_contain_text(DEAD_LINE)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#transcript .message")).to_have_count(5)


def press_enter_twice(page: Page) -> None:
    box(page).fill("This is ungradable.")
    page.evaluate(
        """() => { const box = document.querySelector('#reply textarea');
        for (let i = 0; i < 2; i++) box.dispatchEvent(new KeyboardEvent('keypress', {key: 'Enter', bubbles: true})); }"""
    )
    expect(page.locator("#transcript .message")).to_have_count(7)


def hand_over(page: Page) -> None:
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="No, carry on").click()
    box(page).fill("I will put you through to my supervisor.")
    box(page).press("Enter")
    expect(page.locator("#notice")).to_contain_text("You handed Dean Ackroyd over.")
    expect(page.locator("#transcript .message")).to_have_count(9)
    expect(box(page)).to_have_count(0)
    page.get_by_role("button", name="See the debrief").click()


def read_the_debrief(page: Page) -> None:
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


def practise_again_and_give_up(page: Page) -> None:
    page.get_by_role("button", name="Practise again").click()
    expect(page.locator("#transcript .message")).to_have_count(1)
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="Yes, end it").click()
    expect(page.get_by_text("there is nothing to debrief")).to_be_visible()
    page.get_by_role("link", name="Choose another customer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who would you like to talk to?")
