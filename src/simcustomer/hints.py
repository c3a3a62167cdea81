"""Hints: what to try next, given when the trainee asks, once for each reply, and kept because the score says how many there were."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from simcustomer.domain.session import Session
from simcustomer.errors import SessionOver
from simcustomer.roles import Adviser
from simcustomer.store import Store


@dataclass(frozen=True)
class Hints:
    """Giving hints, with one adviser and one store."""

    store: Store
    adviser: Adviser

    async def give(self, session_id: str, *, owner: str) -> Session:
        """The session with a hint for its next reply; the same one again where there is one already.

        Raises NotFound, SessionOver, EngineError, StoreError.
        """
        session = await asyncio.to_thread(self.store.load, session_id, owner)
        if session.outcome is not None:
            raise SessionOver("This conversation has ended. See its debrief, or start a new one.")
        if session.hint is not None or session.pending is not None:
            return session
        await asyncio.to_thread(self.store.keep_hint, session_id, await self.adviser.hint(session))
        return await asyncio.to_thread(self.store.load, session_id, owner)
