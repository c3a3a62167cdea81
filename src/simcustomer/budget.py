"""What a person may have in a minute and a day, and what was had: turns, tokens and cost."""

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
    """The limits that hold here, over a store that counts for all servers; `meter` knows what models came to."""

    store: Store
    limits: Limits
    meter: Meter | None
    now: Callable[[], datetime]

    def allowance(self, owner: str) -> Allowance | None:
        """What a person may still have; None where nothing is limited."""
        return Allowance(owner, self.limits, self.now()) if self.limits.is_set else None

    async def take_turn(self, owner: str) -> None:
        """Count a turn of which nothing is kept. Raises LimitReached."""
        if (allowance := self.allowance(owner)) is not None:
            await asyncio.to_thread(self.store.take_turn, allowance)

    @asynccontextmanager
    async def billed(self, session_id: str, owner: str) -> AsyncGenerator[None]:
        """Count what the models are asked for meanwhile towards the owner's day, however it ends."""
        try:
            yield
        finally:
            # Taken even where nothing is limited, so that the meter does not keep it for ever.
            bill = self.meter.take(session_id) if self.meter is not None else None
            if bill is not None and any(bill) and (allowance := self.allowance(owner)) is not None:
                await asyncio.shield(asyncio.to_thread(self.store.enter_bill, allowance, bill))
