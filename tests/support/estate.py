"""A served app in which everyone has something of their own, marked so that it is known wherever it turns up."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from simcustomer import wiring
from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.session import Session
from simcustomer.lab.lab import Lab
from simcustomer.lab.order import Ending, Kind, Order, State
from simcustomer.lab.runs import ENDING, GRADED
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.reviews import Reviews
from simcustomer.settings import Settings
from simcustomer.store import Drafts, Editions, Store, open_store
from simcustomer.store.tables import metadata
from simcustomer.studio.writing import Writing
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from simcustomer.ui.pacing import Pace
from simcustomer.ui.studio.sheet import Sheet
from tests.conftest import ROOT
from tests.fakes import ScriptedGrader, scripted_cast
from tests.serving import serving
from tests.support.signed_in import PASSWORD, Browser
from tests.support.teams import SIGNS

SAID, WRITTEN, TRIED, MEASURED = (f"quince-7731-{kind}" for kind in ("said", "written", "tried", "measured"))
"""What stands in a trainee's replies and dispute, in an author's draft, in their trial of it, and in an engineer's run."""

PEOPLE: dict[str, tuple[Role, str]] = {
    "vera": (Role.TRAINEE, "Billing"),
    "max": (Role.MANAGER, "Billing"),
    "mona": (Role.AUTHOR, "Billing"),
    "lena": (Role.ENGINEER, "Billing"),
    "trainee": (Role.TRAINEE, "Sales"),
    "author": (Role.AUTHOR, "Sales"),
    "engineer": (Role.ENGINEER, "Sales"),
    "manager": (Role.MANAGER, "Sales"),
}
"""Those of Billing own what is marked; those of Sales are named after their role, and try to get at it."""

OWNERS, OTHERS = tuple(PEOPLE)[:4], tuple(PEOPLE)[4:]

Rows = dict[str, frozenset[tuple[str, ...]]]


@dataclass
class Estate:
    """The app, its store and its port; `ids` are of accounts, `targets` what can be named in a request."""

    app: FastAPI
    port: int
    store: Store
    practice: Practice
    lab: Lab
    ids: dict[str, str]
    targets: dict[str, str]

    def browser(self, name: str | None) -> Browser:
        """One of a person who has signed in, or of no one."""
        browser = Browser(self.port)
        if name:
            assert browser.sign_in(name).status == 303
        return browser

    def rows(self) -> Rows:
        """All that the database holds, by table."""
        with self.store.engine.connect() as connection:
            return {
                table.name: frozenset(tuple(map(str, row)) for row in connection.execute(table.select()))
                for table in metadata.sorted_tables
            }

    @property
    def _run(self) -> Path:
        return self.lab.folder.path / self.targets["run"]

    def files(self) -> dict[str, bytes]:
        """All that the lab keeps of the run of Billing."""
        return {path.name: path.read_bytes() for path in self._run.rglob("*") if path.is_file()}

    def put_back(self, files: Mapping[str, bytes]) -> None:
        """Keep these files of the run of Billing again: engineers may delete what they share."""
        self._run.mkdir(exist_ok=True)
        for name, held in files.items():
            (self._run / name).write_bytes(held)


@contextmanager
def estate() -> Iterator[Estate]:
    """Serve one, in a folder that lives as long."""
    with tempfile.TemporaryDirectory() as name, closing(open_store(f"sqlite:///{name}/estate.db")) as store:
        library = Library(ROOT / "personas", ROOT / "rubrics")
        practice = wiring.practice(store, scripted_cast(grader=ScriptedGrader(SIGNS)), longest_reply=2_000)
        with closing(Lab(Settings(lab_dir=Path(name) / "lab"))) as lab:
            accounts = wiring.accounts(store)
            ids = {
                person: accounts.add(person, password=PASSWORD, roles=[role], team=team).id
                for person, (role, team) in PEOPLE.items()
            }
            targets = {**_practised(practice, library, ids), **_written(practice, library, store, ids), **_run(lab)}
            opening = Opening(keeper=wiring.doorkeeper(Settings(), store))
            app = create_app(practice, library, opening=opening, lab=lab, pace=Pace(before=0, words=1000))
            with serving(app) as port:
                yield Estate(app, port, store, practice, lab, ids, targets)


def _visitor(name: str, ids: Mapping[str, str]) -> Visitor:
    return Visitor(id=ids[name], name=name, roles=frozenset({PEOPLE[name][0]}))


def _practised(practice: Practice, library: Library, ids: Mapping[str, str]) -> dict[str, str]:
    persona, rubric, vera = library.persona("no-heat-third-visit"), library.rubric(), ids["vera"]

    async def talk(*, finish: bool) -> Session:
        begun = practice.start(persona, rubric, owner=vera, seed=1)
        async for _ in practice.respond(begun.id, f"I am sorry, {SAID}. Please calm down.", owner=vera):
            pass
        return await practice.finish(begun.id, owner=vera) if finish else begun

    ended, opened = asyncio.run(talk(finish=True)), asyncio.run(talk(finish=False))
    team = wiring.team(practice.store, has_accounts=True)
    Reviews(practice, team).dispute(_visitor("vera", ids), ended.id, 1, "recovery", f"Please look again: {SAID}.")
    due = date.today() + timedelta(days=30)
    (made,) = team.assign(_visitor("max", ids), [persona], people=[vera], due=due, pass_mark=50)
    return {"ended": ended.id, "open": opened.id, "assignment": made.id, "person": vera}


def _written(practice: Practice, library: Library, store: Store, ids: Mapping[str, str]) -> dict[str, str]:
    mona = _visitor("mona", ids)
    writing = Writing(library, Editions(store.engine), Drafts(store.engine))
    opened = writing.edit(ContentKind.PERSONA, "ok-and", mona)
    text = opened.text.replace("\ntitle: ", f"\ntitle: {WRITTEN} ", 1)
    kept = writing.save(opened, text, mona, tab="t", stamp=1)
    trial = wiring.studio(practice, library, rubric_id="difficult-conversations").begin_trial(text, mona)

    async def talk() -> None:
        async for _ in practice.respond(trial.id, f"I am sorry, {TRIED}.", owner=trial.owner):
            pass

    asyncio.run(talk())
    return {"draft": kept.draft_id, "sheet": Sheet.of(kept, "t").sent, "trial": trial.id, "content": "persona/ok-and"}


def _run(lab: Lab) -> dict[str, str]:
    order = Order(kind=Kind.SUITES, engine="embedded", rubric="difficult-conversations", note=MEASURED)
    run = lab.folder.add(order, by="lena", server="gone")
    (lab.folder.place(run.id) / GRADED).write_text(json.dumps({"id": MEASURED}) + "\n", encoding="utf-8")
    lab.folder.write(run.id, ENDING, Ending(state=State.FAILED, at=datetime.now(UTC), problem=f"{MEASURED} failed."))
    return {"run": run.id}


def page_of(handler: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """The page to which a handler belongs: "", or the name of a room."""
    return next(name for name, page in config["page"].items() if handler["id"] in page["dependencies"])
