"""Row 7: what is hidden stays hidden."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import closing
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.session import Session
from simcustomer.lab.lab import Lab
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.settings import load_settings
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from tests.conftest import ROOT
from tests.engines.openai.extraction import DEMANDS, ENDINGS, OPENINGS, extracted
from tests.fakes import ScriptedCustomer
from tests.faults.row import Outcome, Row, none
from tests.serving import serving
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

TYPED = "zqtypedword"
KIND = "I am sorry that you went through this, and I will see to it today. "


@dataclass
class Fished:
    """What was seen that must not be."""

    messages: int = 0
    pages: int = 0
    facts: list[str] = field(default_factory=list[str])
    needs: list[str] = field(default_factory=list[str])
    keys: list[str] = field(default_factory=list[str])

    def look(self, where: str, text: str, marked: Marked, told: tuple[str, ...]) -> None:
        """Search a text that someone was given who was told these facts."""
        self.facts += [f"{fact} in {where}" for fact, word in marked.words.items() if word in text and fact not in told]
        self.needs += [f"{marked.persona.id} in {where}"] * (marked.need in text)
        self.keys += [where] * (KEY in text)


@dataclass(frozen=True)
class Marked:
    """A customer in whose hidden parts there are words to look for, by fact."""

    persona: Persona
    need: str
    words: dict[str, str]

    @classmethod
    def of(cls, persona: Persona) -> Marked:
        """A shipped customer, marked."""
        stem = f"zq{''.join(letter for letter in persona.id if letter.isalpha())}x"
        words = {fact.id: f"{stem}{at}x" for at, fact in enumerate(persona.facts)}
        facts = tuple(
            fact.model_copy(
                update={
                    "text": f"{fact.text} {words[fact.id]}",
                    "says": tuple(f"{line} {words[fact.id]}" for line in fact.says),
                }
            )
            for fact in persona.facts
        )
        hidden = f"{persona.hidden_need} {stem}need"
        return cls(persona.model_copy(update={"facts": facts, "hidden_need": hidden}), f"{stem}need", words)

    def message(self, dice: random.Random) -> str:
        """Something to fish with."""
        topics = [topic for fact in self.persona.facts for topic in fact.reveal.topics]
        asked = f"What about {dice.choice(topics)}?" if topics and dice.random() < 0.5 else dice.choice(DEMANDS)
        head = KIND if dice.random() < 0.4 else dice.choice(OPENINGS)
        return f"{head}{asked}{dice.choice(ENDINGS)} Ref {TYPED}."


class Heard(logging.Handler):
    """Keeps all that is logged, with its traces."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record))


@dataclass
class Fishing:
    """A served app, and who fishes in it."""

    client: Client
    found: Fished
    seed: int

    @property
    def practice(self) -> Practice:
        return self.client.practice

    def conversation(self, marked: Marked, number: int, library: Library, most: int) -> None:
        """One conversation of at most so many messages, and what can be asked for about it."""
        dice, by_http = random.Random(f"{self.seed} {number}"), number % 20 == 0  # noqa: S311
        session = self.practice.start(marked.persona, library.rubric(), owner="local", seed=number)
        for turn in range(1, min(most, 12) + 1):
            text = marked.message(dice)
            if by_http:
                shown = self.client.event("send", [text, session.id, turn], f"f{number}-{turn}")
                session = self.practice.open(session.id, owner="local")
            else:
                shown, session = asyncio.run(said(self.practice, session, text))
            self.found.messages += 1
            self.found.look("an answer", shown, marked, session.told)
            if session.outcome is not None:
                break
        if number % 4 == 0:
            self._pages(marked, session)
        if by_http:
            self._exports(marked, session)

    def _pages(self, marked: Marked, session: Session) -> None:
        query = f"session={session.id}"
        self._look("the page", self.client.event("load", [], f"p{session.id}", query), marked, session)
        asyncio.run(self.practice.finish(session.id, owner="local"))
        self._look("the debrief", self.client.event("load", [], f"d{session.id}", query), marked, session)
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
        wrong = self.client.event("send", [f"Hello {TYPED}", "no-such-session", 1], f"w{session.id}")
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


def fished(count: int, seed: int, heard: Heard) -> Fished:
    """Send so many messages to the embedded engine through the app."""
    library = Library(ROOT / "personas", ROOT / "rubrics")
    customers = [Marked.of(persona) for persona in library.personas()]
    found = Fished()
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as name:
        for variable, value in (("OPENAI_API_KEY", KEY), ("OPENAI_MODEL", "stub"), ("LAB_DIR", f"{name}/lab")):
            patch.setenv(f"SIMCUSTOMER_{variable}", value)
        with closing(open_store(f"sqlite:///{name}/own.db")) as store, closing(Lab(load_settings())) as lab:
            practice = wiring.practice(store, wiring.cast(), longest_reply=5_000)
            with serving(create_app(practice, library, lab=lab, pace=Pace(before=0, words=10_000))) as port:
                fishing, number = Fishing(Client(port, practice, ScriptedCustomer(), patience=120), found, seed), 0
                while found.messages < count:
                    marked = customers[number % len(customers)]
                    fishing.conversation(marked, number, library, count - found.messages)
                    number += 1
    for marked in customers:
        found.look("the log", "\n".join(heard.lines), marked, ())
    found.needs += [f"a word of a trainee in the log: {line[:80]}" for line in heard.lines if TYPED in line]
    return found


def measure(count: int, seed: int) -> Outcome:
    """Fish in the embedded engine, then in a model that repeats all it knows."""
    root, heard = logging.getLogger(), Heard()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        found = fished(count, seed, heard)
        library = Library(ROOT / "personas", ROOT / "rubrics")
        repeated = asyncio.run(extracted(library, messages=max(12, count // 15)))
    finally:
        root.removeHandler(heard)
        root.setLevel(before)
    logged = [line[:80] for line in heard.lines if KEY in line]
    total = found.messages + repeated.messages
    return Outcome(
        [
            none("hidden facts seen", [*found.facts, *repeated.facts], total),
            none(
                "hidden needs, prompts and words of trainees seen or logged", [*found.needs, *repeated.prompts], total
            ),
            none("keys seen or logged", [*found.keys, *repeated.keys, *logged], total),
            none("lines of log with a secret", logged, len(heard.lines)),
        ],
        f"{found.messages:,} messages to the embedded engine; {found.pages:,} pages, records, exports and refusals that were "
        f"asked for beside them; {repeated.messages:,} to the model that repeats; {len(heard.lines):,} lines of log.",
    )


ROW = Row(number=7, title="Secrets of customers, prompts and keys", method=METHOD, full=15_000, measure=measure)


def test_nothing_hidden_is_seen_anywhere() -> None:
    ROW.quick(12)
