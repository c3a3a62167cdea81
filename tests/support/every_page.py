"""A web app with something on every page, and one person who may see them all."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

from simcustomer import wiring
from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.transcript import Channel
from simcustomer.evaluation.pasted import read_pasted
from simcustomer.lab.lab import Lab
from simcustomer.lab.order import Kind, Order
from simcustomer.library import DEFAULT_RUBRIC, Library
from simcustomer.practice import Practice
from simcustomer.reviews import Reviews
from simcustomer.settings import load_settings
from simcustomer.store import Store, open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from tests.lab.conftest import write_evals
from tests.serving import serving
from tests.support.samples import Samples, play_samples
from tests.support.signed_in import PASSWORD

NAME, TEAM = "Robin", "Billing"
COOKIE = "simcustomer-login"
PASTED = "Customer: Three times!\nTrainee: I am sorry that nobody came. I will send someone today.\nCustomer: Well?"


PRINTED = "-print"
"""How the name of a page ends that is looked at as it is printed."""


class EveryPage(NamedTuple):
    """Where the app answers, the login of a person with every role, and the address of each page by a name for it."""

    site: str
    token: str
    pages: dict[str, str]

    @property
    def cookie(self) -> dict[str, str]:
        """The login as a browser keeps it."""
        return {"name": COOKIE, "value": self.token, "url": self.site}

    def visit(self, page: Page, name: str) -> None:
        """Go to a page, and wait until it is there."""
        page.emulate_media(media="print" if name.endswith(PRINTED) else "screen")
        page.context.clear_cookies()
        if name != "sign-in":
            page.context.add_cookies([self.cookie])
        page.goto(self.site + self.pages[name])
        page.locator("h1").first.wait_for()
        page.wait_for_timeout(400)
        if name.endswith(PRINTED):
            page.evaluate("dispatchEvent(new Event('beforeprint'))")


@contextmanager
def every_page(folder: Path, library: Library) -> Generator[EveryPage]:
    """The app with samples in this folder; not to be called where an event loop runs."""
    settings = load_settings().model_copy(
        update={"lab_dir": folder / "lab", "evals_dir": write_evals(folder / "evals")}
    )
    with closing(open_store(f"sqlite:///{folder / 'pages.db'}")) as store, closing(Lab(settings)) as lab:
        account = wiring.accounts(store).add(NAME, password=PASSWORD, roles=list(Role), team=TEAM)
        person = Visitor(id=account.id, name=account.name, roles=account.roles)
        practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
        samples = play_samples(practice, library, owner=person.id)
        keeper = wiring.doorkeeper(settings, store)
        pages = {
            "sign-in": "sign-in",
            "password": "password",
            **samples.pages,
            f"debrief{PRINTED}": samples.pages["debrief"],
            **_team_pages(store, practice, library, samples, person),
            **STUDIO_PAGES,
            **_lab_pages(lab),
        }
        token = keeper.sign_in(NAME, PASSWORD, address="127.0.0.1").token
        with serving(create_app(practice, library, opening=Opening(keeper=keeper), lab=lab)) as port:
            yield EveryPage(f"http://127.0.0.1:{port}/", token, pages)


STUDIO_PAGES = {
    "studio": "studio",
    **{
        f"studio-{view}": f"studio?edit=persona/ok-and&show={view}"
        for view in ("write", "compare", "try", "bench", "publish")
    },
    "studio-new": "studio?new=persona",
    "studio-rubric": f"studio?edit=rubric/{DEFAULT_RUBRIC}&show=try",
    "studio-history": "studio?history=persona/ok-and",
}


def _team_pages(
    store: Store, practice: Practice, library: Library, samples: Samples, person: Visitor
) -> dict[str, str]:
    """The managers' room with an assignment and a level to look at again."""
    team = wiring.team(store, has_accounts=True)
    day = team.today + timedelta(days=7)
    assigned = team.assign(person, [library.persona("ok-and")], people=None, due=day, pass_mark=60)
    last = samples.finished[-1]
    Reviews(practice, team).dispute(person, last.id, 1, samples.technique, "I did say it: look at my second sentence.")
    views = ("profile", "people", "queue", "assign", "export")
    level = f"team?session={last.id}&reply=1&technique={samples.technique}"
    return {
        "team": "team",
        **{f"team-{view}": f"team?view={view}" for view in views},
        "team-person": f"team?view=person&person={person.id}",
        "team-assignment": f"team?assignment={assigned[0].id}",
        "team-session": level,
    }


def _lab_pages(lab: Lab) -> dict[str, str]:
    """The lab with a graded conversation, and two measurements over a few rated ones."""
    given = "\n".join(record.model_dump_json() for record in read_pasted(PASTED, Channel.CHAT)).encode()
    order = Order(kind=Kind.TRANSCRIPTS, engine="embedded", rubric=DEFAULT_RUBRIC)
    suites = order.model_copy(update={"kind": Kind.SUITES, "suites": ("agreement", "contrast"), "evals": lab.evals})
    graded = lab.order(order, by=NAME, given=given)
    runs = [lab.order(suites.model_copy(update={"note": note}), by=NAME) for note in ("Before", "After")]
    ends = time.monotonic() + 300
    while any(lab.standing(run.id).state.is_open for run in (graded, *runs)):
        if time.monotonic() > ends:
            raise TimeoutError("the lab did not grade a few conversations in five minutes")
        time.sleep(0.2)
    return {
        "lab": "lab",
        "lab-grade": "lab?view=grade",
        "lab-import": "lab?view=import",
        "lab-run": f"lab?run={graded.id}",
        "lab-measured": f"lab?run={runs[0].id}",
        "lab-compared": f"lab?before={runs[0].id}&after={runs[1].id}",
        "lab-apart": f"lab?run={runs[0].id}&view=apart",
    }
