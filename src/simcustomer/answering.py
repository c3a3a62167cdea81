"""Answers stored replies: one server at a time, and what the trainee was shown is what is stored."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcustomer.budget import Budget
from simcustomer.domain.session import Session
from simcustomer.errors import ServerStopping, StoreError
from simcustomer.graph import Finished, Spoken, run_exchange
from simcustomer.observing import Observer, observed
from simcustomer.store import Claim, Hold, Store
from simcustomer.underway import Underway

if TYPE_CHECKING:
    from simcustomer.graph import ExchangeGraph

_log = logging.getLogger(__name__)

CLAIM_SECONDS = 15.0
"""How long an exchange stays claimed by a server that has stopped renewing its claim."""

SETTLE_AGAIN = (0.2, 1.0)
"""Pauses, in seconds, after which a database that failed is asked again to keep an answer."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The session after an exchange, as it is stored."""

    session: Session


Event = Spoken | Settled


@dataclass(slots=True)
class _Held:
    """A claim that is held, and whether its exchange was settled under it."""

    settled: bool = False


@dataclass(frozen=True)
class Answering:
    """The exchanges of one server over a store that it may share."""

    store: Store
    graph: ExchangeGraph
    budget: Budget
    observer: Observer
    underway: Underway

    async def respond(self, session: Session, number: int, reply: str) -> AsyncIterator[Event]:
        """Keep a reply for the next exchange of a session and answer it; the last event is always Settled.

        Raises TurnConflict, LimitReached, SessionOver, StoreError, EngineError and ServerStopping; after the last two the reply is kept.
        """
        claim, allowance = Claim(session.id, number, secrets.token_hex(16)), self.budget.allowance(session.owner)
        mine = await asyncio.to_thread(
            self.store.keep_reply, session.id, number, reply, hold=Hold(claim.token, CLAIM_SECONDS), allowance=allowance
        )
        # A reply that nobody had sent before is ours to answer, in the session as it was read.
        claimed = session.model_copy(update={"pending": reply}) if mine else None
        async for event in self._answer(claim, session.owner, claimed):
            yield event

    async def resume(self, session: Session) -> AsyncIterator[Event]:
        """Answer the reply that waits in a session; the last event is always Settled. Raises as `respond` does."""
        claim = Claim(session.id, len(session.exchanges) + 1, secrets.token_hex(16))
        async for event in self._answer(claim, session.owner, None):
            yield event

    async def _answer(self, claim: Claim, owner: str, session: Session | None) -> AsyncIterator[Event]:
        """Answer the reply of a claim, in the `session` where it is ours already; else once it is."""
        try:
            with self.underway.exchange():
                async for event in self._settled(claim, owner, session):
                    yield event
        except ServerStopping:
            # Another server can take it up at once, not only when the claim runs out.
            await asyncio.to_thread(self._release, claim)
            raise

    async def _settled(self, claim: Claim, owner: str, session: Session | None) -> AsyncIterator[Event]:
        spoken, after = False, None
        while True:
            while session is None and not await asyncio.to_thread(self.store.claim, claim, CLAIM_SECONDS):
                stored = await asyncio.to_thread(self.store.load, claim.session_id, owner)
                if len(stored.exchanges) >= claim.number:
                    if not spoken:
                        yield Spoken(stored.exchanges[claim.number - 1].answer)
                    yield Settled(stored)
                    return
                await asyncio.sleep(0.1)
            async with self.budget.billed(claim.session_id, owner), self._held(claim) as held:
                session = session or await asyncio.to_thread(self.store.load, claim.session_id, owner)
                with observed(self.observer, "exchange") as activity:
                    async for event in self._run(session):
                        if isinstance(event, Finished):
                            held.settled = await self._settle(claim, event)
                            after = session.with_exchange(event.exchange)
                        else:
                            spoken = True
                            activity.spoke()
                            yield event
            if held.settled:
                break
            session = None
        # A session that has ended is told with its debrief, which its last exchange does not hold.
        if after is None or after.outcome is not None:
            after = await asyncio.to_thread(self.store.load, claim.session_id, owner)
        yield Settled(after)

    async def _run(self, session: Session) -> AsyncIterator[Spoken | Finished]:
        """The exchange of the waiting reply; the last event is always Finished."""
        if session.pending is None:
            raise StoreError("The reply is no longer waiting for an answer. Reload to see where the session stands.")
        async for event in run_exchange(self.graph, session, session.pending):
            yield event

    async def _settle(self, claim: Claim, finished: Finished) -> bool:
        """Keep what came of a reply; False where someone else has taken it over. Raises StoreError.

        What the trainee has heard should be what is kept, so a database that fails is asked again.
        """
        for pause in SETTLE_AGAIN:
            try:
                return await asyncio.to_thread(self.store.settle, claim, finished.exchange, finished.debrief)
            except StoreError as error:
                _log.warning("an answer could not be kept and is tried again: %s", error)
                await asyncio.sleep(pause)
        return await asyncio.to_thread(self.store.settle, claim, finished.exchange, finished.debrief)

    @asynccontextmanager
    async def _held(self, claim: Claim) -> AsyncGenerator[_Held]:
        """Renew the claim as long as this lasts, and give it back unless the exchange was settled."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(CLAIM_SECONDS / 3)
                try:
                    await asyncio.to_thread(self.store.claim, claim, CLAIM_SECONDS)
                except StoreError as error:
                    _log.warning("a claim could not be renewed and is tried again: %s", error)

        held, task = _Held(), asyncio.create_task(renew())
        try:
            yield held
        finally:
            task.cancel()
            if not held.settled:
                await asyncio.shield(asyncio.to_thread(self._release, claim))

    def _release(self, claim: Claim) -> None:
        try:
            self.store.release(claim)
        except StoreError as error:
            # It runs out by itself; what ended the exchange is what the trainee should be told.
            _log.warning("a claim could not be given back: %s", error)
