"""Row 10: markup in all that people, authors and models write, on every page, in a real browser."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2
import pytest
from playwright.sync_api import Error, Page, sync_playwright

from simcustomer.domain.accounts import clean_name
from simcustomer.errors import InvalidInput
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.marked_site import REPLY, marked_site
from tests.support.markup import FOREIGN, HIT, payloads, shown


@dataclass
class Watch:
    """What a page did that it should not."""

    own: str
    ran: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    blocked: list[str] = field(default_factory=list[str])
    texts: dict[str, int] = field(default_factory=dict[str, int])

    def over(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("dialog", lambda dialog: (self.ran.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda r: None if r.url.startswith((self.own, "data:")) else self.asked.append(r.url))
        page.on("console", lambda m: self.blocked.append(m.text[:150]) if "Content Security Policy" in m.text else None)
        page.add_init_script(f"Object.defineProperty(window, '{HIT}', {{set: () => console.log('{HIT} was set')}});")
        page.on("console", lambda m: self.ran.append(page.url) if f"{HIT} was set" in m.text else None)

    def seen(self, name: str, page: Page, texts: list[str]) -> None:
        """Count the payloads that a page shows as text, and try what needs a pointer over it."""
        for at in ((5, 5), (640, 450)):
            page.mouse.move(*at)
        held = page.evaluate(
            "document.body.textContent + [...document.querySelectorAll('input, textarea')].map((f) => f.value).join(' ')"
        )
        self.texts[name] = len(shown(texts, held))
        made = ", ".join((f"[src*='{FOREIGN}']", f"[href*='{FOREIGN}']", "[href^='javascript:']"))
        elements = page.locator(made).count()
        if elements:
            self.ran.append(f"{name}: {elements} elements made of a payload")


EVERY_PAGE, FEW = 60, ("gallery", "debrief", "lab graded")
"""From how many payloads on every page is opened, and those that are with fewer."""

PLAIN = ("team people", "team export", "lab paste", "studio history", "studio write", "studio try")
"""Pages that show no text of anyone's, or none that a payload fits in."""

SECONDS_TO_READ = 300.0

_HOLDS_ONE = "(texts) => texts.some((text) => document.body.textContent.includes(text))"


def measure(count: int, seed: int) -> Outcome:
    """`count` payloads in every sink, and every page opened."""
    del seed  # which payloads there are is no matter of chance
    refused = sum(1 for text in payloads(count) if _is_no_name(text))
    with marked_site(count) as place:
        own = f"http://127.0.0.1:{place.port}"
        _wait_for_gallery(own)
        watch = Watch(own)
        with sync_playwright() as playwright:
            chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(1_000 * SECONDS_TO_READ)
            watch.over(page)
            for name in place.pages if count >= EVERY_PAGE else FEW:
                page.goto(own + place.pages[name])
                if name not in PLAIN:
                    with suppress(Error):  # what is not there to be read is counted
                        page.wait_for_function(_HOLDS_ONE, arg=place.texts, timeout=90_000)
                page.wait_for_timeout(500)
                watch.seen(name, page, place.texts)
            _talk(page, own + place.talk, place.texts)
            watch.seen("answer as it comes", page, place.texts)
            browser.close()
    return _outcome(watch, len(place.texts), refused, place.fields)


def _wait_for_gallery(own: str) -> None:
    """Have the server read its personas, as many as payloads: until it has, a page is sent without them."""
    until = time.monotonic() + SECONDS_TO_READ
    while HIT not in httpx2.get(own, timeout=SECONDS_TO_READ).text:
        assert time.monotonic() < until


def _is_no_name(text: str) -> bool:
    try:
        clean_name(text)
    except InvalidInput:
        return True
    return False


def _talk(page: Page, address: str, texts: list[str]) -> None:
    """Type payloads as a reply, and watch the answer come."""
    page.goto(address)
    page.locator("#reply textarea").fill(" ".join(texts)[:REPLY])
    page.locator("#send").click()
    page.wait_for_function("document.querySelectorAll('#transcript .message').length > 3")


MANY = ("gallery", "conversation", "debrief", "team queue", "studio compare", "lab failed", "lab graded")
"""Pages on which all payloads, or nearly all, are to be read."""


def _outcome(watch: Watch, count: int, refused: int, fields: int) -> Outcome:
    pairs, many = sum(watch.texts.values()), [name for name in MANY if name in watch.texts]
    read = [name for name in many if watch.texts[name] * 2 >= count]
    table = "\n".join(f"| {name} | {n} |" for name, n in watch.texts.items())
    return Outcome(
        [
            none("scripts that ran, dialogs, and elements made of a payload", watch.ran, pairs),
            none("requests to another host", watch.asked, pairs),
            none("things that the Content-Security-Policy had to stop", watch.blocked, pairs),
            Figure(
                what="payloads that were refused as a user's name",
                asked="all",
                measured=str(refused),
                of=count,
                reached=refused == count,
            ),
            Figure(
                what="pages with room for all payloads on which at least half were read as text",
                asked=str(len(many)),
                measured=str(len(read)),
                of=len(watch.texts),
                reached=read == many,
            ),
        ],
        f"{fields} fields of one persona and one rubric took payloads. Payloads read as text, by page:\n\n"
        f"| page | payloads |\n| --- | ---: |\n{table}",
    )


ROW = Row(
    number=10,
    title="Markup in what is written",
    method="""\
Payloads (tags, attributes, SVG, Markdown, `javascript:` and `data:` addresses, templates, styles; each behind what would end an
attribute, a text box, a script or a comment) stand in every field of a persona and a rubric that takes text, in the customer's
answers, replies, the coach's remarks, evidence, disputes, drafts, notes, runs, names of files and conversations of the lab. Chromium
opens every page, and one reply of payloads is typed and answered. A script would set a property that is watched; requests to
another host, dialogs, elements made of a payload and what the policy stops are counted.""",
    full=300,
    measure=measure,
)


@pytest.mark.browser
def test_what_is_written_is_only_ever_text() -> None:
    ROW.quick(12)
