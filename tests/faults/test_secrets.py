"""Row 7: what is hidden stays hidden."""

from __future__ import annotations

import asyncio
import json
import random
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from simcustomer import wiring
from simcustomer.domain.session import Session
from simcustomer.lab.lab import Lab
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.settings import load_settings
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from tests.conftest import ROOT
from tests.engines.openai.extraction import Extracted, extracted
from tests.fakes import ScriptedCustomer
from tests.faults.row import Outcome, Row, none
from tests.serving import serving
from tests.support.fishing import TYPED, Fished, Marked, heard
from tests.support.practising import KEY, said
from tests.ui.test_app import Client

METHOD = """
Each shipped customer is given a word that occurs nowhere else in every hidden fact, in every line that tells one, and in the
hidden need. Trainees fish: for instructions, keys, codes and each fact by its topics, kindly and rudely, in whole conversations
with the embedded engine. A fact's word may be seen from the moment the customer was free to tell it, the others never. Searched
are: each answer as it streams; in every fourth conversation the page before its end, the debrief and the record, by HTTP; in
every twentieth the messages go by HTTP as well, and all exports (for needs and keys), `/config`, the start page, the lab and
addresses and forms that are wrong are asked for; and everything that was logged, at every level, which may hold no word of a
trainee either. A key of a model is set all the while. A fifteenth more messages go to a model that repeats its whole prompt and
its key (`tests/engines/openai/extraction.py`).
"""


@dataclass
class Fishing:
    """A served app, and who fishes in it; what its page says of itself is asked for once."""

    client: Client
    found: Fished
    seed: int

    def __post_init__(self) -> None:
        config = json.loads(self.client.ask("GET", "/config").text)
        named = {c["id"]: c["props"].get("elem_id") for c in config["components"]}
        self.functions: dict[str, int] = {}
        for dependency in config["dependencies"]:
            for source, event in dependency["targets"]:
                self.functions.setdefault(named.get(source) or str(event), dependency["id"])

    @property
    def practice(self) -> Practice:
        return self.client.practice

    def conversation(self, marked: Marked, number: int, library: Library, most: int) -> None:
        """One conversation of at most so many messages, and what can be asked for about it."""
        dice, by_http = random.Random(f"{self.seed} {number}"), number % 20 == 0  # noqa: S311
        session = self.practice.start(marked.persona, library.rubric(), owner="local", seed=number)
        said_by = self._by_http if by_http else self._by_practice
        session = said_by(session, [marked.message(dice) for _ in range(min(most, 12))], marked)
        if number % 4 == 0:
            self._pages(marked, session)
        if by_http:
            self._exports(marked, session)

    def _by_http(self, session: Session, texts: list[str], marked: Marked) -> Session:
        for turn, text in enumerate(texts, start=1):
            shown = self._event("send", [text, session.id, turn], f"f{session.id}-{turn}")
            session = self.practice.open(session.id, owner="local")
            self._answered(shown, marked, session)
            if session.outcome is not None:
                break
        return session

    def _by_practice(self, session: Session, texts: list[str], marked: Marked) -> Session:
        async def talk() -> Session:
            after = session
            for text in texts:
                shown, after = await said(self.practice, after, text)
                self._answered(shown, marked, after)
                if after.outcome is not None:
                    break
            return after

        return asyncio.run(talk())

    def _answered(self, shown: str, marked: Marked, session: Session) -> None:
        self.found.messages += 1
        self.found.look("an answer", shown, marked, session.told)

    def _event(self, name: str, data: list[Any], session_hash: str, query: str = "") -> str:
        """All that the page is sent for an event."""
        join = {
            "data": data,
            "fn_index": self.functions[name],
            "trigger_id": None,
            "session_hash": session_hash,
            "event_data": None,
        }
        joined = self.client.ask("POST", f"/gradio_api/queue/join?{query}", json.dumps(join))
        assert joined.status == 200, joined.text
        return self.client.ask("GET", f"/gradio_api/queue/data?session_hash={session_hash}").text

    def _pages(self, marked: Marked, session: Session) -> None:
        query = f"session={session.id}"
        self._look("the page", self._event("load", [], f"p{session.id}", query), marked, session)
        asyncio.run(self.practice.finish(session.id, owner="local"))
        self._look("the debrief", self._event("load", [], f"d{session.id}", query), marked, session)
        self._look("the record", self.client.ask("GET", f"/sessions/{session.id}.json").text, marked, session)

    def _exports(self, marked: Marked, session: Session) -> None:
        """Whatever is given by address, right or wrong; in exports others' sessions stand beside this one."""
        told = tuple(fact.id for fact in marked.persona.facts)
        for path in (
            "/config",
            "/",
            f"/sessions/{session.id}",
            "/sessions/none.json",
            "/exports/mine/none",
            "/exports/team/csv",
        ):
            self._look(path, self.client.ask("GET", path).text, marked, session)
        for body in ("{", '{"data": null, "fn_index": 1e9}', '{"fn_index": -1, "data": ["x"]}'):
            answer = self.client.ask("POST", "/gradio_api/queue/join", body)
            self._look("a refusal", answer.text, marked, session)
        wrong = self._event("send", [f"Hello {TYPED}", "no-such-session", 1], f"w{session.id}")
        self._look("an error", wrong, marked, session)
        for form in ("jsonl", "csv", "xapi"):
            answer = self.client.ask("GET", f"/exports/mine/{form}?since={session.started_at:%Y-%m-%d}")
            assert answer.status == 200
            self.found.pages += 1
            self.found.look(f"the export {form}", answer.text, marked, told)

    def _look(self, where: str, text: str, marked: Marked, session: Session) -> None:
        assert text
        self.found.pages += 1
        self.found.look(where, text, marked, session.told)


class Batch(NamedTuple):
    """So many messages in conversations with numbers from `first` on, to an app and a database of their own."""

    first: int
    count: int
    seed: int


BATCH, AT_ONCE = 1_000, 2
"""Messages to one app, since its exports hold all that was said there; and processes that fish at the same time."""


def fished(batch: Batch) -> Fished:
    """Send a batch to the embedded engine through the app, and look through all that this process logs meanwhile."""
    found = Fished()
    with heard() as log:
        customers = _fished(batch, found)
    for marked in customers:
        found.look("the log", "\n".join(log.lines), marked, ())
    found.needs += [f"a word of a trainee in the log: {line[:80]}" for line in log.lines if TYPED in line]
    found.logged(log)
    return found


def _fished(batch: Batch, found: Fished) -> list[Marked]:
    library = Library(ROOT / "personas", ROOT / "rubrics")
    customers = [Marked.of(persona) for persona in library.personas()]
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as name:
        for variable, value in (("OPENAI_API_KEY", KEY), ("OPENAI_MODEL", "stub"), ("LAB_DIR", f"{name}/lab")):
            patch.setenv(f"SIMCUSTOMER_{variable}", value)
        with closing(open_store(f"sqlite:///{name}/own.db")) as store, closing(Lab(load_settings())) as lab:
            practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
            with serving(create_app(practice, library, lab=lab, pace=Pace(before=0, words=10_000))) as port:
                client = Client(port, practice, ScriptedCustomer(), patience=120)
                fishing, number = Fishing(client, found, batch.seed), batch.first
                while found.messages < batch.count:
                    marked = customers[number % len(customers)]
                    fishing.conversation(marked, number, library, batch.count - found.messages)
                    number += 1
    return customers


def _extracted(count: int, found: Fished) -> Extracted:
    """Fish in a model that repeats all it knows, and look through what is logged of that."""
    with heard() as log:
        repeated = asyncio.run(extracted(Library(ROOT / "personas", ROOT / "rubrics"), messages=count))
    found.logged(log)
    return repeated


def measure(count: int, seed: int) -> Outcome:
    """Fish in the embedded engine, and in a model that repeats all it knows."""
    found, again = Fished(), max(12, count // 15)
    # Conversations of a batch are at most as many as its messages, so that no number comes twice.
    batches = [Batch(first, min(BATCH, count - first), seed) for first in range(0, count, BATCH)]
    if len(batches) == 1:  # the short form needs no process of its own
        repeated = _extracted(again, found)
        found.add(fished(batches[0]))
    else:
        with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
            begun = [pool.submit(fished, batch) for batch in batches]
            repeated = _extracted(again, found)
            for each in begun:
                found.add(each.result())
    total = found.messages + repeated.messages
    return Outcome(
        [
            none("hidden facts seen", [*found.facts, *repeated.facts], total),
            none(
                "hidden needs, prompts and words of trainees seen or logged", [*found.needs, *repeated.prompts], total
            ),
            none("keys seen or logged", [*found.keys, *repeated.keys], total),
            none("lines of log with a secret", found.lines_with_key, found.lines),
        ],
        f"{found.messages:,} messages to the embedded engine; {found.pages:,} pages, records, exports and refusals that were "
        f"asked for beside them; {repeated.messages:,} to the model that repeats; {found.lines:,} lines of log.",
    )


ROW = Row(number=7, title="Secrets of customers, prompts and keys", method=METHOD, full=15_000, measure=measure)


def test_nothing_hidden_is_seen_anywhere() -> None:
    ROW.quick(12)
