"""Two people with accounts: in, out, an expired login in the middle of a reply, and never into the other's session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.signing_in import Doorkeeper
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from tests.browser.pages import box
from tests.fakes import OPENING, scripted_cast
from tests.serving import serving
from tests.support.signed_in import PASSWORD, doorkeeper

pytestmark = [pytest.mark.browser]

TYPED = "I am sorry that you waited in three times for nothing."


@pytest.fixture
def expected() -> tuple[str, ...]:
    return ("401 (Unauthorized)",)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    store = open_store(f"sqlite:///{tmp_path / 'accounts.db'}")
    yield wiring.practice(store, scripted_cast(), longest_reply=500)
    store.close()


@pytest.fixture
def keeper(practice: Practice) -> Doorkeeper:
    return doorkeeper(practice.store, Ann=(Role.TRAINEE,), Ben=(Role.TRAINEE,))


@pytest.fixture
def site(practice: Practice, library: Library, keeper: Doorkeeper) -> Iterator[str]:
    with serving(create_app(practice, library, opening=Opening(keeper=keeper))) as port:
        yield f"http://127.0.0.1:{port}"


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_two_people_practise_and_keep_apart(page: Page, site: str, keeper: Doorkeeper) -> None:
    page.goto(f"{site}/?persona=no-heat-third-visit")
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    sign_in(page, "Ann", "not her password")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    expect(page.get_by_label("Name")).to_have_value("Ann")
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signed in as Ann")).to_be_visible()
    start = page.get_by_role("button", name="Start")
    expect(start).to_be_visible()
    start.click()
    expect(page.get_by_text(OPENING)).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?session=[\w-]+$"))
    anns = page.url

    # Her login ends while she writes.
    box(page).fill(TYPED)
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "simcustomer-login")
    keeper.logins.end(token)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sign in again in another tab")).to_be_visible()
    expect(box(page)).to_have_value(TYPED)
    with page.expect_popup() as popup:
        page.evaluate("void window.open('/?persona=no-heat-third-visit')")
    other = popup.value
    sign_in(other, "Ann")
    expect(other.get_by_text("Signed in as Ann")).to_be_visible()
    other.close()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("And what will you do about it?").first).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(anns)
    sign_in(page, "Ben")
    expect(page.get_by_text("no such session of yours").first).to_be_visible()
    expect(page.get_by_text("Signed in as Ben")).to_be_visible()
    assert TYPED not in page.content()
