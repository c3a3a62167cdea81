"""An author goes from nothing to published, and a trainee finds the customer; two authors of one customer meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from starlette.requests import Request

from simcustomer import wiring
from simcustomer.domain.accounts import LOCAL, Visitor
from simcustomer.library import Library
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from tests.serving import serving
from tests.studio.conftest import ANN, BEN, BOOK

pytestmark = [pytest.mark.browser]


async def author_of(request: Request) -> Visitor:
    return {"ann": ANN, "ben": BEN}.get(request.headers.get("x-author", ""), LOCAL)


@pytest.fixture
def site(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("simcustomer.ui.app.alone", author_of)
    store = open_store(f"sqlite:///{tmp_path / 'studio.db'}")
    practice = wiring.practice(store, wiring.cast(), longest_reply=2000)
    app = create_app(practice, library, pace=Pace(before=0, words=1000))
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}/"
    store.close()


@pytest.fixture
def patient(page: Page) -> Page:
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    return page


def write(page: Page, text: str) -> None:
    page.locator("#studio-text .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    expect(page.locator("#studio-saved")).to_contain_text(
        re.compile(r"Saved at \d\d:\d\d\.")
    )  # in the browser's own time


def test_an_author_goes_from_nothing_to_published(patient: Page, site: str) -> None:
    page = patient
    page.get_by_role("link", name="Studio").click()
    page.get_by_role("link", name="New customer").click()
    expect(page.locator("#studio-checks")).to_contain_text("problems keep this from being published")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    jump_to_a_problem(page)
    write(page, BOOK)
    expect(page.locator("#studio-checks")).to_contain_text("This can be published.")
    expect(page).to_have_url(re.compile("draft="))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The book I returned")
    fill_in_the_form(page)
    talk_to_it(page)
    bench_it(page)
    page.get_by_role("button", name="Publish").first.click()
    page.get_by_role("textbox", name="Note for the history").fill("The first one")
    page.locator("#publish").click()
    expect(page.locator("#history-notice")).to_contain_text("Published as version 1.")
    expect(page.locator("#history")).to_contain_text("The first one")
    page.goto(site)
    page.get_by_role("link", name="My book, returned: read the brief").click()
    expect(page.get_by_text("Wensleigh Libraries").first).to_be_visible()


def jump_to_a_problem(page: Page) -> None:
    page.get_by_role("link", name="Line 8").first.click()
    expect(page.locator("#studio-text .cm-content")).to_be_focused()


def fill_in_the_form(page: Page) -> None:
    page.get_by_role("textbox", name="Title").fill("My book, returned")
    page.get_by_role("textbox", name="Title").blur()
    expect(page.locator("#studio-text")).to_contain_text("title: My book, returned")


def talk_to_it(page: Page) -> None:
    page.get_by_role("button", name="Try").click()
    page.get_by_role("button", name="Begin a conversation").click()
    box = page.get_by_role("textbox", name="Your reply")
    expect(box).to_be_focused()
    box.fill("I am sorry, Tom. When did you put it in the box?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#trial-notes tbody tr")).to_have_count(2)
    box.fill("Thank you. I am taking the £38 charge off your account now, and you will see it by 5pm.")
    box.press("Enter")  # sends a chat here as it does for a trainee
    expect(page.locator("#trial-notes tbody tr")).to_have_count(3)


def bench_it(page: Page) -> None:
    page.get_by_role("button", name="Bench", exact=True).click()
    page.get_by_label("20", exact=True).check()  # long enough to be stopped
    page.get_by_role("button", name="Run the bench").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Run the bench")).to_be_enabled()
    page.get_by_label("2", exact=True).check()
    page.get_by_role("button", name="Run the bench").click()
    expect(page.locator("table.bench tbody tr")).to_have_count(8)


@pytest.mark.slow
def test_two_authors_of_one_customer_get_a_conflict_and_lose_nothing(patient: Page, site: str) -> None:
    anns = patient
    anns.set_extra_http_headers({"x-author": "ann"})
    assert anns.context.browser
    bens = anns.context.browser.new_page(extra_http_headers={"x-author": "ben"})
    bens.set_default_timeout(60_000)
    for page, title in ((anns, "Ann was here"), (bens, "Ben was here")):
        page.goto(f"{site}studio?edit=persona/ok-and")
        page.get_by_role("textbox", name="Title").fill(title)
        page.get_by_role("textbox", name="Title").blur()
        expect(page.locator("#studio-saved")).to_contain_text("Saved at")
        page.locator("#view-publish").click()
        expect(page.locator("#publish-summary .diff")).to_contain_text(title)
    for page in (anns, bens):
        page.locator("#publish").click()
    expect(anns.locator("#history-notice")).to_contain_text("Published as version 2.")
    expect(bens.locator("#publish-notice")).to_contain_text("Nothing was overwritten")
    expect(bens.locator("#publish-summary .diff")).to_contain_text("Ann was here")
    expect(bens.locator("#publish-summary .diff")).to_contain_text("Ben was here")
    bens.get_by_role("button", name="I have seen theirs").click()
    bens.locator("#publish").click()
    expect(bens.locator("#history-notice")).to_contain_text("Published as version 3.")
    expect(bens.locator("#history")).to_contain_text("Ann")
    bens.close()
