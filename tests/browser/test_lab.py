"""An engineer measures twice and compares, reads a disagreement, grades a pasted conversation, imports ratings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcustomer import wiring
from simcustomer.lab.lab import Lab
from simcustomer.library import Library
from simcustomer.settings import load_settings
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from tests.fakes import scripted_cast
from tests.lab.conftest import write_evals
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVIL = "<b>before</b> & after"
PASTED = "Customer: Three times!\nTrainee: I am sorry that nobody came.\nAnd I <i>mean</i> it.\nCustomer: Well?"


@pytest.fixture
def site(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("SIMCUSTOMER_EVALS_DIR", str(write_evals(tmp_path / "evals")))
    store, lab = open_store(f"sqlite:///{tmp_path / 'lab.db'}"), Lab(load_settings())
    practice = wiring.practice(store, scripted_cast(), longest_reply=500)
    with serving(create_app(practice, library, lab=lab)) as port:
        yield f"http://127.0.0.1:{port}/"
    lab.close()
    store.close()


def test_a_day_in_the_lab(page: Page, site: str, tmp_path: Path) -> None:
    page.get_by_role("link", name="Grader lab").press("Enter")
    expect(page.get_by_text("Nothing has been run yet.")).to_be_visible()
    measure(page, site, EVIL)
    measure(page, site, "second")
    compare(page, site)
    read_a_disagreement(page)
    grade_a_pasted_conversation(page, site)
    import_ratings(page, site, tmp_path)
    send_what_is_no_transcript(page, site, tmp_path)
    delete_a_run(page, site)


def fits(page: Page) -> None:
    """Nothing is wider than the page, on a desk or a phone."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 850})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def measure(page: Page, site: str, note: str) -> None:
    page.goto(f"{site}lab")
    page.get_by_label("Note").fill(note)
    expect(page.get_by_role("checkbox", name="Acts")).to_have_count(0)
    page.get_by_role("button", name="Start the run").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(note)
    expect(page).to_have_url(re.compile(r"/lab\?run=\d{8}-"))
    expect(page.get_by_role("button", name="Cancel this run")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Agreement with raters")).to_be_visible(timeout=90_000)
    expect(page.get_by_role("img", name=re.compile("^Apology and recovery: "))).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this run")).to_have_count(0)
    fits(page)


def compare(page: Page, site: str) -> None:
    page.goto(f"{site}lab")
    expect(page.locator(".runs tbody tr")).to_have_count(2)
    fits(page)
    page.get_by_role("button", name="Compare", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Two runs compared")
    expect(page.get_by_text("0 worse, 0 better")).to_be_visible()
    expect(page.get_by_role("link", name=EVIL)).to_be_visible()
    expect(page.locator("table.compared").first).to_contain_text("within its interval")
    fits(page)
    page.get_by_role("link", name="second").press("Enter")


def read_a_disagreement(page: Page) -> None:
    page.get_by_role("link", name="disagreements to read").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Disagreements")
    rows = page.locator("table.apart tbody tr")
    expect(rows.first).to_contain_text("c1, turn 1")
    page.get_by_label("Technique").select_option("recovery")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page).to_have_url(re.compile("technique=recovery"))
    expect(rows.filter(has_not_text="Apology and recovery")).to_have_count(0)
    rows.first.get_by_role("link").press("Enter")
    expect(page.locator(".message.chosen .text")).to_have_text("Calm down.")
    expect(page.locator(".message.chosen .verdict-line")).to_contain_text("raters 3 (3, 3)")
    fits(page)


def grade_a_pasted_conversation(page: Page, site: str) -> None:
    page.goto(f"{site}lab?view=grade")
    text, send = page.get_by_label("Conversation"), page.get_by_role("button", name="Grade it")
    text.fill("Hello there")
    send.press("Enter")
    expect(page.locator("#notice .notice")).to_contain_text("line 1: says nobody's name")
    expect(text).to_have_value("Hello there")
    text.fill(PASTED)
    send.press("Enter")
    expect(page.locator(".marked .text")).to_contain_text("And I <i>mean</i> it.", timeout=60_000)
    expect(page.locator(".marked .footnotes q").first).to_have_text(re.compile("sorry"))
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Grades as JSONL").click()
    (line,) = download.value.path().read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["id"], json.loads(line)["turn"]) == ("pasted", 1)


def import_ratings(page: Page, site: str, tmp_path: Path) -> None:
    page.goto(f"{site}lab?view=import")
    sample = page.locator("pre.sample").first.inner_text()
    file = tmp_path / "ours.csv"
    file.write_text(sample, encoding="utf-8")
    page.get_by_label("Rated conversations").set_input_files(file)
    page.get_by_role("button", name="Measure agreement").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ratings in ours.csv")
    expect(page.get_by_role("heading", name="Agreement with raters")).to_be_visible(timeout=60_000)
    fits(page)


def send_what_is_no_transcript(page: Page, site: str, tmp_path: Path) -> None:
    for name, content, says in (
        ("big.jsonl", b" " * (3 * 1024 * 1024), "larger than 1 MiB"),
        ("call.mp3", b"ID3", "no .jsonl or .txt file"),
        ("call.txt", b"Hello", "line 1: says nobody's name"),
    ):
        page.goto(f"{site}lab?view=grade")
        file = tmp_path / name
        file.write_bytes(content)
        page.get_by_label("Transcripts").set_input_files(file)
        page.get_by_role("button", name="Grade the file").press("Enter")
        expect(page.locator("#notice .notice")).to_contain_text(says)
        fits(page)


def delete_a_run(page: Page, site: str) -> None:
    page.goto(f"{site}lab")
    page.get_by_role("link", name=EVIL).press("Enter")
    page.get_by_role("button", name="Delete this run").press("Enter")
    page.get_by_role("button", name="Yes, delete it").press("Enter")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page.get_by_role("link", name=EVIL)).to_have_count(0)
    expect(page).to_have_url(f"{site}lab")
