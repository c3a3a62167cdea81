"""The exchanges that this server is running, so that it can finish them, or leave them to another, before it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from simcustomer.errors import ServerStopping

_LOOKING = 0.05
"""Seconds between looks at what is still running."""

_SECONDS_TO_LET_GO = 3.0
"""Seconds that a cancelled exchange has to give its claim back; after that the claim is left to run out."""


@dataclass
class Underway:
    """Exchanges by the tasks that run them, in one event loop."""

    _tasks: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])
    _is_closed: bool = False

    @property
    def running(self) -> int:
        """How many exchanges are running."""
        return sum(not task.done() for task in self._tasks)

    @property
    def is_closed(self) -> bool:
        """Whether no more exchanges are started."""
        return self._is_closed

    @contextmanager
    def exchange(self) -> Generator[None]:
        """Register the block as an exchange that is running. Raises ServerStopping once no more are started."""
        if self._is_closed:
            raise ServerStopping("This server is being restarted. Your reply is kept: try again in a moment.")
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("an exchange runs in a task")
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def close(self, seconds: float) -> int:
        """Start no more exchanges, give those that run this long to finish, and cancel the rest; returns how many were cancelled.

        An exchange that is stopped gives its claim back: another server answers the reply when it is asked for.
        """
        self._is_closed = True
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while self.running and clock() < until:
            await asyncio.sleep(_LOOKING)
        left = [task for task in self._tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_SECONDS_TO_LET_GO)
        return len(left)
