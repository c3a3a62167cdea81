"""Shows a customer's answer at the speed at which people type, however fast an engine gives it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from simcustomer.domain.session import Session
from simcustomer.practice import Event, Settled

_log = logging.getLogger(__name__)
_WORD = re.compile(r"\s*\S+")


@dataclass(frozen=True, slots=True)
class Said:
    """The customer's answer as far as it may be shown."""

    text: str


@dataclass
class _Heard:
    text: str = ""
    session: Session | None = None


@dataclass
class Pace:
    """How fast answers appear: after `before` seconds, `words` a second, in `updates` a second."""

    before: float = 0.8
    words: float = 16.0
    updates: float = 10.0
    _showing: int = field(default=0, repr=False)
    _is_hurried: bool = field(default=False, repr=False)
    _listening: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"], repr=False)

    async def shown(self, events: AsyncIterator[Event]) -> AsyncIterator[Said | Settled]:
        """The growing answer, then the settled session. Raises what `events` raises, at once.

        When nobody watches any more, the exchange still runs to its end: what was asked gets its answer.
        """
        self._showing += 1
        try:
            async for moment in self._shown(events):
                yield moment
        finally:
            self._showing -= 1

    async def hurry(self, seconds: float) -> None:
        """Show what has been said at once, now and from now on, and wait so long until all of it is shown."""
        self._is_hurried = True
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while self._showing and clock() < until:
            await asyncio.sleep(0.05)

    async def _shown(self, events: AsyncIterator[Event]) -> AsyncIterator[Said | Settled]:
        heard = _Heard()
        task = asyncio.create_task(_listen(events, heard))
        self._listening.add(task)
        task.add_done_callback(self._listened)
        clock = asyncio.get_running_loop().time
        shown, allowed, due = 0, 0.0, clock()
        begins = due + self.before
        while not (task.done() and shown >= _words(heard.text)):
            # What an update costs comes off the wait for the next one, so that they keep coming at this rate.
            due = max(due + 1 / self.updates, clock())
            await asyncio.sleep(due - clock())
            if task.done():
                task.result()
            if heard.text and clock() >= begins:
                allowed = min(allowed + self.words / self.updates, _words(heard.text))
            if self._is_hurried:
                allowed = _words(heard.text)
            if int(allowed) > shown:
                shown = int(allowed)
                yield Said("".join(_WORD.findall(heard.text)[:shown]))
        task.result()
        if heard.session is not None:
            yield Settled(heard.session)

    def _listened(self, task: asyncio.Task[None]) -> None:
        self._listening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.debug("an exchange failed: %s", error)


async def _listen(events: AsyncIterator[Event], heard: _Heard) -> None:
    async for event in events:
        if isinstance(event, Settled):
            heard.session = event.session
        else:
            heard.text += event.text


def _words(text: str) -> int:
    return len(_WORD.findall(text))
