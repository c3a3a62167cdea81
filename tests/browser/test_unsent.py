"""A reply that is typed and not sent yet outlives a page that loads again, for whoever typed it, until it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.library import Library
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from tests.browser.pages import box
from tests.fakes import OPENING, scripted_cast
from tests.serving import serving
from tests.support.signed_in import PASSWORD, doorkeeper

pytestmark = [pytest.mark.browser]

TYPED = "I am sorry that you waited in\nthree times for nothing."
KEPT = "Object.entries(sessionStorage).filter(([key]) => key.startsWith('draft ')).map(([_, text]) => text)"


@pytest.fixture
def expected() -> tuple[str, ...]:
    # A page that signs out may have asked for something a moment before.
    return ("401 (Unauthorized)",)


@pytest.fixture
def site(tmp_path: Path, library: Library) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'unsent.db'}")
    keeper = doorkeeper(store, Ann=(Role.TRAINEE,), Ben=(Role.TRAINEE,))
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)
    with serving(create_app(practice, library, opening=Opening(keeper=keeper))) as port:
        yield f"http://127.0.0.1:{port}/"
    store.close()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(f"Signed in as {name}")).to_be_visible()


def test_what_is_not_sent_is_there_again(page: Page, site: str) -> None:
    sign_in(page, "Ann")
    page.goto(f"{site}?persona=no-heat-third-visit")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text(OPENING)).to_be_visible()
    box(page).fill(TYPED)
    page.reload()
    expect(box(page)).to_have_value(TYPED)

    # What came back is sent like what was typed, and does not come back once more.
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#transcript .message.trainee")).to_contain_text("three times for nothing")
    expect(box(page)).to_have_value("")
    assert page.evaluate(KEPT) == []
    page.reload()
    expect(page.locator("#transcript .message.trainee")).to_have_count(1)
    expect(box(page)).to_have_value("")

    # A page that loads again while its reply is on the way knows that it arrived.
    box(page).fill("And one thing more.")
    [key] = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft '))")
    page.add_init_script(f"sessionStorage.setItem({json.dumps(key)}, {json.dumps(TYPED)})")
    page.reload()
    expect(page.locator("#transcript .message.trainee")).to_have_count(1)
    expect(box(page)).to_have_value("")
    assert page.evaluate(KEPT) == []


def test_nobody_finds_what_another_had_typed(page: Page, site: str) -> None:
    sign_in(page, "Ann")
    page.goto(f"{site}?persona=no-heat-third-visit")
    page.get_by_role("button", name="Start").click()
    box(page).fill(TYPED)
    assert page.evaluate(KEPT) == [TYPED]
    page.evaluate("window.onpagehide = () => sessionStorage.setItem('draft someone else', 'theirs')")
    page.reload()
    expect(box(page)).to_have_value(TYPED)
    assert page.evaluate(KEPT) == [TYPED]
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert page.evaluate(KEPT) == []
