from __future__ import annotations

import asyncio
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field

import pytest

from simcustomer import wiring
from simcustomer.domain.session import Session
from simcustomer.errors import StoreError
from simcustomer.library import Library
from simcustomer.practice import Practice, Settled
from simcustomer.store import Store, open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from tests.conftest import ROOT, postgres_url
from tests.faults.databases import postgres, sqlite
from tests.faults.failing_databases import kill_connections, killable_url, lock_of, small_disk
from tests.faults.row import Figure, Outcome, Row, none
from tests.serving import serving
from tests.support.one_off import OneOffCustomer, one_off_cast
from tests.support.web_client import WebClient

OWNER = "local"
AT_ONCE = {"SQLite": 60, "PostgreSQL": 25}
"""Sessions that wait for one lock; each may take two connections, of which PostgreSQL has a hundred."""
OVER_HTTP = 10
"""One turn in so many goes through the web app."""
LOCKS = (1, 6, 30)
_BUILDING = threading.Lock()
"""Gradio lays pages out in one place for the whole process."""
LIBRARY = Library(ROOT / "personas", ROOT / "rubrics")


@dataclass
class Tried:
    """Turns that met one fault."""

    fault: str
    turns: int = 0
    heard: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    @property
    def figure(self) -> Figure:
        return none(f"{self.fault}: text lost, error not ours, or no recovery", self.wrong, self.turns)

    @property
    def detail(self) -> str:
        went = ", ".join(f"{number} {what}" for what, number in sorted(self.heard.items()))
        return f"- {self.fault}: {self.turns} turns ({went})."


@dataclass
class Turn:
    """One turn of a session that meets a fault, and what its trainee heard."""

    practice: Practice
    text: str = field(default_factory=lambda: f"I am sorry, {secrets.token_hex(6)}.")
    error: Exception | None = None

    def __post_init__(self) -> None:
        persona = LIBRARY.persona("no-heat-third-visit")
        self.session = self.practice.start(persona, LIBRARY.rubric(), owner=OWNER, seed=1).id

    def meet(self) -> None:
        """Send the reply."""
        try:
            self._send()
        except Exception as error:  # noqa: BLE001  # what kind it is, is what is looked at
            self.error = error

    def after(self, tried: Tried) -> None:
        """When the fault is over: hold what was heard against what is stored, and send the reply again."""
        tried.turns += 1
        tried.heard["answered all the same" if self.error is None else "told of the fault"] += 1
        kept = self._kept()
        if self.error is None and kept.exchanges[:1] == () and kept.pending is None:
            tried.wrong.append(f"answered and lost: {self.text!r}")
        if self.error is not None and not _is_sentence(self.error):
            tried.wrong.append(f"not a sentence of ours: {type(self.error).__name__}: {self.error}")
        try:
            self._send()
        except Exception as error:  # noqa: BLE001  # as above
            tried.wrong.append(f"no recovery: {type(error).__name__}: {error}")
        if [e.reply for e in self._kept().exchanges] != [self.text]:
            tried.wrong.append(f"stored in the end: {[e.reply for e in self._kept().exchanges]}")

    def _send(self) -> None:
        async def run() -> bool:
            events = self.practice.respond(self.session, self.text, owner=OWNER, number=1)
            return any([isinstance(event, Settled) async for event in events])

        assert asyncio.run(run())

    def _kept(self) -> Session:
        return self.practice.open(self.session, owner=OWNER)


class WebTurn(Turn):
    """A turn that is sent by a page; `client` is the app."""

    def __init__(self, practice: Practice, client: WebClient) -> None:
        super().__init__(practice)
        self.client = client
        self.stream = ""

    def meet(self) -> None:
        """Send the reply; a page is told in its stream."""
        self.stream = self.client.event("send", [self.text, self.session, 1], f"{self.session}-met")
        self.error = StoreError("Told in the page; try again.") if "notice" in self.stream else None

    def after(self, tried: Tried) -> None:
        """As for any turn; a reply that is not stored must stand in the box again."""
        kept = self._kept()
        if kept.exchanges == () and kept.pending is None and self.text not in self.stream:
            tried.wrong.append(f"neither stored nor given back by the page: {self.text!r}")
        super().after(tried)

    def _send(self) -> None:
        stream = self.client.event("send", [self.text, self.session, 1], f"{self.session}-{secrets.token_hex(4)}")
        assert "So you say:" in stream


def _is_sentence(error: Exception) -> bool:
    """An error of ours that says what to do."""
    return isinstance(error, StoreError) and "try again" in str(error) and "\n" not in str(error)


def practice_on(store: Store) -> Practice:
    return wiring.practice(store, one_off_cast(OneOffCustomer(pause=0.01)), longest_reply=5_000)


def turns_on(store: Store, count: int, stack: ExitStack) -> list[Turn]:
    """So many turns in sessions of their own, some of them in pages."""
    practice, pages = practice_on(store), count // OVER_HTTP
    turns: list[Turn] = [Turn(practice) for _ in range(count - pages)]
    if pages:
        with _BUILDING:
            app = create_app(practice, LIBRARY, pace=Pace(before=0, words=10_000, updates=100))
        client = WebClient(stack.enter_context(serving(app)))
        client.event("load", [], secrets.token_hex(4))
        turns += [WebTurn(practice, client) for _ in range(pages)]
    return turns


def locked(kind: str, url: str, seconds: float, count: int, chance: random.Random) -> Tried:
    """Turns that begin a moment before or after a lock of so many seconds."""
    tried, lock = Tried(f"{kind} locked for {seconds:g} s"), lock_of(url)
    for start in range(0, count, AT_ONCE[kind]):
        size = min(AT_ONCE[kind], count - start)
        with ExitStack() as stack:
            # Each has a store of its own, as if each were a server: they wait for the lock and not for one another.
            stores = [stack.enter_context(_closing(open_store(url))) for _ in range(size)]
            turns = [turns_on(stores[0], OVER_HTTP, stack)[-1]] if size == AT_ONCE[kind] else []
            turns += [Turn(practice_on(store)) for store in stores[len(turns) :]]
            with ThreadPoolExecutor(size) as pool:
                met = [pool.submit(_after, chance.uniform(0, 0.4), turn.meet) for turn in turns]
                time.sleep(0.2)
                with lock():
                    time.sleep(seconds)
                for each in met:
                    each.result()
            for turn in turns:
                turn.after(tried)
    return tried


def full(count: int, chance: random.Random) -> Tried:
    """Turns on a disk with 0 to 36 KiB left."""
    with small_disk() as disk, ExitStack() as stack:
        tried = Tried(f"SQLite on a full disk ({disk.how})")
        for turn in turns_on(disk.store, count, stack):
            disk.fill(chance)
            turn.meet()
            disk.free()
            turn.after(tried)
    return tried


def killed(count: int, chance: random.Random) -> Tried:
    """Turns whose connections are ended in the middle."""
    tried = Tried("PostgreSQL connection killed in the middle of a turn")
    with _closing(open_store(killable_url())) as store, ExitStack() as stack:
        for turn in turns_on(store, count, stack):
            thread = threading.Thread(target=turn.meet)
            thread.start()
            time.sleep(chance.uniform(0, 0.15))
            kill_connections()
            thread.join()
            turn.after(tried)
    return tried


def _after(seconds: float, does: Callable[[], None]) -> None:
    time.sleep(seconds)
    does()


class _closing(AbstractContextManager[Store]):  # noqa: N801  # as contextlib.closing, for what is made inside a with
    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def measure_on(kinds: tuple[str, ...], count: int, seed: int, locks: tuple[float, ...] = LOCKS) -> Outcome:
    """So many turns with each fault that these kinds of database have."""
    # They wait most of the time, and one kind does not touch the other.
    with ThreadPoolExecutor(len(kinds)) as side_by_side:
        parts = [side_by_side.submit(_all_of, kind, count, random.Random(seed), locks) for kind in kinds]  # noqa: S311
        tried = [each for part in parts for each in part.result()]
    return Outcome([each.figure for each in tried], "\n".join(each.detail for each in tried))


def _all_of(kind: str, count: int, chance: random.Random, locks: tuple[float, ...]) -> list[Tried]:
    """Each fault that a kind of database has."""
    tried = [full(count, chance) if kind == "SQLite" else killed(count, chance)]
    with sqlite() if kind == "SQLite" else nullcontext(postgres()) as url:
        return tried + [locked(kind, url, seconds, count, chance) for seconds in locks]


ROW = Row(
    number=4,
    title="The database fails",
    method="""
Turns that meet a database which is locked by another program for 1, 6 or 30 s (SQLite: BEGIN EXCLUSIVE; PostgreSQL: its tables in ACCESS
EXCLUSIVE MODE), a disk with 0 to 36 KiB left, and an administrator who ends the server's connections in the middle. A lock is met by 60
sessions at once, each with a store of its own as if each were a server; they begin up to 0.2 s before or after the lock. Of each fault
some turns go through the web app. What the trainee is told must be an error of ours, in one sentence that says to try again; their text
must be stored, or given back (in a page: stand in the box); once the fault is over the same process must take the same text and answer
it, and it must be stored once.
""",
    full=300,
    measure=lambda count, seed: measure_on(("SQLite", "PostgreSQL"), count, seed),
)


def test_a_sqlite_file_that_is_locked_or_cannot_grow_costs_no_text() -> None:
    ROW.model_copy(update={"measure": lambda count, seed: measure_on(("SQLite",), count, seed, (0.5,))}).quick(8)


@pytest.mark.postgres
def test_a_postgres_that_is_locked_or_ends_connections_costs_no_text() -> None:
    ROW.model_copy(update={"measure": lambda count, seed: measure_on(("PostgreSQL",), count, seed, (0.5,))}).quick(8)


@pytest.mark.postgres
def test_a_lock_that_lasts_is_told_of_on_postgres(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simcustomer.store.database.SECONDS_LOCKED", 1)
    store = open_store(postgres_url())
    with _closing(store):
        turn = Turn(practice_on(store))
        with lock_of(postgres_url())():
            turn.meet()
        assert isinstance(turn.error, StoreError)
        assert "is busy with another program" in str(turn.error)
