from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from simcustomer import wiring
from simcustomer.domain.session import Session
from simcustomer.errors import SessionOver, TurnConflict
from simcustomer.library import Library
from simcustomer.practice import Practice, Settled
from simcustomer.store import Store, open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from tests.conftest import ROOT
from tests.faults.databases import sqlite
from tests.faults.row import Outcome, Row, none
from tests.serving import serving
from tests.support.one_off import OneOffCustomer, one_off_cast
from tests.support.web_client import WebClient

OWNER = "local"
OVER_HTTP = 10
"""One pair in so many goes through the web app."""
LIBRARY = Library(ROOT / "personas", ROOT / "rubrics")


@dataclass
class Found:
    """What all pairs came to."""

    pairs: Counter[str] = field(default_factory=Counter[str])
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])


@dataclass
class Pairs:
    """Pairs of requests that meet, on one store."""

    store: Store
    chance: random.Random
    customer: OneOffCustomer = field(default_factory=lambda: OneOffCustomer(pause=0.001))
    found: Found = field(default_factory=Found)

    @property
    def practice(self) -> Practice:
        return wiring.practice(self.store, one_off_cast(self.customer), longest_reply=5_000)

    def begun(self) -> Session:
        return self.practice.start(LIBRARY.persona("no-heat-third-visit"), LIBRARY.rubric(), owner=OWNER, seed=1)

    def opened(self, session: Session) -> Session:
        return self.practice.open(session.id, owner=OWNER)

    async def said(self, session: Session, reply: str, number: int) -> str | None:
        """The answer that the sender of a reply was shown in the end; None where the text was given back."""
        try:
            async for told in self.practice.respond(session.id, reply, owner=OWNER, number=number):
                if isinstance(told, Settled):
                    assert told.session.exchanges[number - 1].reply == reply
                    return told.session.exchanges[number - 1].answer
        except (TurnConflict, SessionOver):
            return None
        raise AssertionError("an exchange ended without Settled")

    async def together(self, *doings: Awaitable[str | None]) -> list[str | None]:
        """Both, one a moment after the other."""

        async def after(seconds: float, doing: Awaitable[str | None]) -> str | None:
            await asyncio.sleep(seconds)
            return await doing

        return list(
            await asyncio.gather(*(after(self.chance.choice((0, 0, 0.002, 0.01, 0.03)), doing) for doing in doings))
        )

    def look(self, kind: str, session: Session, told: dict[str, list[str | None]]) -> None:
        """Hold what senders were told of their replies to turn 2 against what is stored."""
        self.found.pairs[kind] += 1
        now = self.opened(session)
        replies = [e.reply for e in now.exchanges]
        answers = {e.reply: e.answer for e in now.exchanges}
        for reply, shown in told.items():
            for answer in shown:
                if answer is not None and answers.get(reply) != answer:
                    self.found.lost.append(f"{kind}: told {answer!r}, stored {answers.get(reply)!r}")
        if len(replies) != len(set(replies)) or len(replies) > 2:
            self.found.doubled.append(f"{kind}: {replies}")
        if all(answer is None for shown in told.values() for answer in shown) and now.outcome is None:
            self.found.lost.append(f"{kind}: nobody's reply was taken")
        if now.outcome is not None and now.debrief is not None and _debriefed(self.store, now) != len(replies):
            self.found.lost.append(
                f"{kind}: {len(replies)} replies, {_debriefed(self.store, now)} of them in the result"
            )
        if now.pending is not None:
            self.found.lost.append(f"{kind}: {now.pending!r} was left without an answer")


def _debriefed(store: Store, session: Session) -> int:
    """How many replies the result of an ended session counts, graded or not."""
    attempt = next(a for a in store.finished(OWNER) if a.session == session.id)
    return attempt.scorecard.graded + attempt.scorecard.ungraded


def _text() -> str:
    return f"I am sorry, {secrets.token_hex(6)}."


async def double_submit(pairs: Pairs, session: Session) -> None:
    """The same reply twice at the same moment."""
    text = _text()
    heard = len(pairs.customer.asked)
    told = await pairs.together(pairs.said(session, text, 2), pairs.said(session, text, 2))
    if len(pairs.customer.asked) != heard + 1:
        pairs.found.doubled.append("double submit: the customer was asked twice")
    pairs.look("double submit", session, {text: told})


async def replay(pairs: Pairs, session: Session) -> None:
    """The same request again when it was answered, and again when the conversation has gone on."""
    text = _text()
    told = [await pairs.said(session, text, 2), await pairs.said(session, text, 2)]
    told += [await pairs.said(session, "Once more.", 1), await pairs.said(session, text, 2)]
    pairs.look("replayed request", session, {text: told[:2] + told[3:], "Once more.": [told[2]]})


async def refresh(pairs: Pairs, session: Session) -> None:
    """The page is left in the middle of an answer; the new one asks for what waits, and the reply is sent again."""
    text = _text()

    sending = asyncio.ensure_future(pairs.said(session, text, 2))
    await asyncio.sleep(pairs.chance.uniform(0.005, 0.04))
    sending.cancel()
    await asyncio.wait([sending])

    async def reloaded() -> str | None:
        async for told in pairs.practice.resume(session.id, owner=OWNER):
            if isinstance(told, Settled) and len(told.session.exchanges) > 1:
                return told.session.exchanges[1].answer
        return None

    told = [await reloaded(), await pairs.said(session, text, 2)]
    pairs.look("refresh", session, {text: told})


async def two_tabs(pairs: Pairs, session: Session) -> None:
    """Two replies to one turn: one stands, the other is given back to its sender."""
    one, other = _text(), _text()
    told = await pairs.together(pairs.said(session, one, 2), pairs.said(session, other, 2))
    if None not in told:
        pairs.found.doubled.append(f"two tabs: both of {told} were told")
    pairs.look("two tabs", session, {one: [told[0]], other: [told[1]]})


async def reply_and_end(pairs: Pairs, session: Session) -> None:
    """One tab replies while the other ends the session: the reply is in the debriefed session, or given back."""
    text = _text()

    async def end() -> str | None:
        await pairs.practice.finish(session.id, owner=OWNER)
        return None

    told = await pairs.together(pairs.said(session, text, 2), end())
    pairs.look("reply and end", session, {text: [told[0]]})


KINDS: tuple[Callable[[Pairs, Session], Awaitable[None]], ...] = (
    double_submit,
    replay,
    refresh,
    two_tabs,
    reply_and_end,
)


async def through_practice(pairs: Pairs, count: int) -> None:
    """So many pairs, of each kind in turn."""
    for number in range(count):
        session = pairs.begun()
        await pairs.said(session, "Hello.", 1)
        await KINDS[number % len(KINDS)](pairs, session)


def through_the_web(pairs: Pairs, count: int) -> None:
    """So many pairs of pages."""
    with (
        serving(create_app(pairs.practice, LIBRARY, pace=Pace(before=0, words=10_000, updates=100))) as port,
        ThreadPoolExecutor(2) as both,
    ):
        client = WebClient(port)
        for number in range(count):
            session = pairs.begun()
            client.event("send", ["Hello.", session.id, 1], f"{session.id}-hello")
            one, other = _text(), _text()
            twin = one if number % 2 else other
            sent = [
                both.submit(client.event, "send", [text, session.id, 2], f"{session.id}-{at}")
                for at, text in enumerate((one, twin))
            ]
            client.event("load", [], f"{session.id}-load", f"session={session.id}")
            streams = [each.result() for each in sent]
            stored = {e.reply: e.answer for e in pairs.opened(session).exchanges}
            told = {
                text: [stored[text] if text in stored and stored[text] in stream else None]
                for text, stream in zip((one, twin), streams, strict=True)
            }
            for text, stream in zip((one, twin), streams, strict=True):
                if text not in stored and text not in stream:
                    pairs.found.lost.append(f"web: {text!r} was neither stored nor given back")
                if text in stored and stored[text] not in stream:
                    pairs.found.lost.append(f"web: the page was not shown {stored[text]!r}")
            again = client.event(
                "send", [next(text for text in stored if text != "Hello."), session.id, 2], f"{session.id}-again"
            )
            if not any(answer in again for answer in stored.values()):
                pairs.found.lost.append("web: a request sent again was not answered")
            pairs.look("pages: double submit and reload" if number % 2 else "pages: two tabs and reload", session, told)


def measure(count: int, seed: int) -> Outcome:
    with sqlite() as url:
        pairs = Pairs(open_store(url), random.Random(seed))  # noqa: S311
        web = max(2, count // OVER_HTTP)
        asyncio.run(through_practice(pairs, count - web))
        through_the_web(pairs, web)
        pairs.store.close()
    found = pairs.found
    done = found.pairs.total()
    return Outcome(
        [
            none("replies or answers lost", found.lost, done),
            none("replies or answers doubled", found.doubled, done),
        ],
        "Pairs: " + ", ".join(f"{number} {kind}" for kind, number in sorted(found.pairs.items())) + ".",
    )


ROW = Row(
    number=2,
    title="Twice: double submit, refresh, replay, two tabs",
    method="""
Pairs of requests that meet in one session: the same reply twice at once; a request sent again when it was answered and when the
conversation has gone on; a page left in the middle of an answer and opened again; two tabs with two replies to one turn; one tab that
replies while the other ends the session. The second comes 0 to 30 ms after the first. One pair in ten is two pages of the web app over
HTTP, with a reload between them. Whatever a sender was shown must be what is stored, a reply that was not taken must be given back, no
reply may be there twice, nothing may be left without an answer, and an ended session must count all its replies. The customer never gives
the same answer twice.
""",
    full=1_000,
    measure=measure,
)


def test_nothing_is_lost_or_doubled_when_two_requests_meet() -> None:
    ROW.quick(20)
