"""Limits on practice: the turns, tokens and cost that a person may use in a minute and a day, and have used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from simcustomer.domain.limits import Limits
from simcustomer.roles import Meter
from simcustomer.store import Allowance, Store


@dataclass(frozen=True)
class Budget:
    """The limits in force, over a store that counts for all servers; `meter` knows what calls to models cost."""

    store: Store
    limits: Limits
    meter: Meter | None
    now: Callable[[], datetime]

    def allowance(self, owner: str) -> Allowance | None:
        """What a person may still have; None where nothing is limited."""
        return Allowance(owner, self.limits, self.now()) if self.limits.is_set else None

    async def take_turn(self, owner: str) -> None:
        """Count a turn whose reply is not stored, as in a rehearsal. Raises LimitReached."""
        if (allowance := self.allowance(owner)) is not None:
            await asyncio.to_thread(self.store.take_turn, allowance)

    @asynccontextmanager
    async def billed(self, session_id: str, owner: str) -> AsyncGenerator[None]:
        """Charge the model calls made within the block to the owner's day, however the block ends."""
        try:
            yield
        finally:
            # Taken even where nothing is limited, so that the meter does not keep it for ever.
            bill = self.meter.take(session_id) if self.meter is not None else None
            if bill is not None and any(bill) and (allowance := self.allowance(owner)) is not None:
                await asyncio.shield(asyncio.to_thread(self.store.enter_bill, allowance, bill))
