"""A manager assigns, a trainee practises and disputes a level, the manager overrides it, and the trainee sees both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.library import Library
from simcustomer.settings import Settings
from simcustomer.store import Store, open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from tests.browser.pages import box
from tests.fakes import ScriptedGrader, scripted_cast
from tests.serving import serving
from tests.support.signed_in import PASSWORD
from tests.support.teams import SIGNS

pytestmark = [pytest.mark.browser]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'team.db'}")
    accounts = wiring.accounts(opened)
    accounts.add("max", password=PASSWORD, roles=[Role.MANAGER], team="Billing")
    accounts.add("ann", password=PASSWORD, roles=[Role.TRAINEE], team="Billing")
    yield opened
    opened.close()


@pytest.fixture
def site(store: Store, library: Library) -> Iterator[str]:
    practice = wiring.practice(store, scripted_cast(grader=ScriptedGrader(SIGNS)), longest_reply=500)
    opening = Opening(keeper=wiring.doorkeeper(Settings(), store))
    with serving(create_app(practice, library, opening=opening)) as port:
        yield f"http://127.0.0.1:{port}/"


def sign_in(page: Page, site: str, name: str, address: str = "") -> None:
    page.goto("about:blank")  # a page that is left without its cookie would complain
    page.context.clear_cookies()
    page.goto(site + address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def test_from_assignment_to_override(page: Page, site: str, store: Store) -> None:
    sign_in(page, site, "max", "team")
    assign(page)
    sign_in(page, site, "ann")
    practise(page)
    debrief = dispute(page)
    sign_in(page, site, "max", "team")
    decide(page)
    take_away(page)
    sign_in(page, site, "ann", debrief)
    see_both_levels(page)
    written = [entry.what.value for entry in wiring.accounts(store).audited(50)]
    assert {"persona_assigned", "session_read", "level_overridden", "sessions_exported"} <= set(written)


def assign(page: Page) -> None:
    expect(page.get_by_text("Nothing is assigned yet.")).to_be_visible()
    page.get_by_role("link", name="Assign customers").press("Enter")
    # The first page with all customers on it reads their files.
    expect(page.get_by_role("button", name="Assign")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Assign").press("Enter")
    expect(page.locator("#assign-notice")).to_contain_text("choose at least one customer")
    page.get_by_role("checkbox", name="ann", exact=True).check()
    page.get_by_role("checkbox", name=re.compile("No heat, third no-show")).check()
    page.get_by_label("Pass mark").fill("45")
    page.get_by_role("button", name="Assign").press("Enter")
    expect(page.locator("#assign-notice")).to_contain_text("Assigned.")
    page.get_by_role("link", name="Assignments").first.press("Enter")
    expect(page.locator("table.board tbody tr")).to_have_count(1)
    expect(page.locator("table.board")).to_contain_text("not begun")


def practise(page: Page) -> None:
    expect(page.get_by_role("heading", name="Asked of you")).to_be_visible()
    page.locator(".assigned").get_by_role("link", name="No heat, third no-show").press("Enter")
    page.get_by_role("button", name="Start").press("Enter")
    for said, reply in ((3, "I am sorry that nobody came."), (5, "You had better calm down, my supervisor says.")):
        box(page).fill(reply)
        box(page).press("Enter")
        expect(page.locator("#transcript .message")).to_have_count(said)
    page.get_by_role("button", name="See the debrief").press("Enter")
    expect(page.locator("#debrief h1")).to_be_visible()


def dispute(page: Page) -> str:
    """Where the debrief is."""
    second = page.locator("#reply-2")
    second.get_by_text("Level by technique").press("Enter")
    second.get_by_role("link", name="Dispute the level of Calm and professional in reply 2").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calm and professional, reply 2")
    page.get_by_role("button", name="Send to a manager").press("Enter")
    expect(page.locator("#dispute-notice")).to_contain_text("Give a reason")
    page.get_by_label("Why is the level wrong?").fill("I <b>quoted</b> my supervisor.")
    page.get_by_role("button", name="Send to a manager").press("Enter")
    expect(page.locator("#dispute-notice")).to_contain_text("Sent.")
    # Said aloud, and the focus is where the form was.
    expect(page.locator("#dispute-notice .html-container")).to_have_attribute("aria-live", "assertive")
    expect(page.locator("#dispute-notice .notice")).to_be_focused()
    page.get_by_role("link", name="Debrief").press("Enter")
    expect(page.locator("#second-looks")).to_contain_text("disputed, no answer yet")
    return page.url.split("/", 3)[3]


def decide(page: Page) -> None:
    expect(page.locator("table.board")).to_contain_text("done, not passed")
    page.get_by_role("link", name=re.compile("Second looks")).press("Enter")
    expect(page.locator(".waiting")).to_contain_text("I <b>quoted</b> my supervisor.")
    page.get_by_role("link", name="Calm and professional, reply 2").press("Enter")
    expect(page.locator("#decision")).to_be_visible()
    expect(page.locator("#reply-2 mark")).to_have_text("calm down")
    page.get_by_role("radio", name="3 exemplary").check()
    page.get_by_label("Reason").fill("It was a quote.")
    page.get_by_role("button", name="Set this level").press("Enter")
    expect(page.locator("#review-notice")).to_contain_text("Set.")
    expect(page.locator("#team .look")).to_contain_text("1 of 3, attempted")
    page.goto(page.url.split("?")[0])
    expect(page.locator("table.board")).to_contain_text("passed")


def take_away(page: Page) -> None:
    page.get_by_role("link", name="Export", exact=True).press("Enter")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download: Overridden levels as labels").press("Enter")
    assert '"levels":{"composure":3}' in started.value.path().read_text(encoding="utf-8")


def see_both_levels(page: Page) -> None:
    looks = page.locator("#second-looks")
    expect(looks).to_contain_text("set by a manager")
    expect(looks).to_contain_text("3 of 3, exemplary")
    expect(looks).to_contain_text("1 of 3, attempted")
    expect(looks).to_contain_text("It was a quote.")
    expect(page.locator("table.techniques")).to_contain_text("Grader's own: 1 of 3")
    expect(page.locator(".score")).to_contain_text("By the grader's own levels")
    page.get_by_role("link", name="My progress").press("Enter")
    expect(page.locator(".assigned .standing")).to_contain_text("passed")
    expect(page.locator(".attempts")).to_contain_text("with levels set by a manager")
