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
class Heard:
    """An exchange that runs, and what it has given since `began`; `news` is set by each piece and by its end."""

    began: float
    text: str = ""
    session: Session | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] = field(init=False)


@dataclass
class Pace:
    """How fast answers appear: after `before` seconds, `words` a second, in `updates` a second.

    All pages together get `most_updates` a second: where many answers are shown at once, each comes in larger steps.
    """

    before: float = 0.8
    words: float = 16.0
    updates: float = 10.0
    most_updates: float = 60.0
    _open: int = field(default=0, repr=False)
    _is_hurried: bool = field(default=False, repr=False)
    _listening: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"], repr=False)

    def hear(self, events: AsyncIterator[Event]) -> Heard:
        """Let an exchange run from now on, before anything of it is shown.

        When nobody watches any more, it still runs to its end: what was asked gets its answer.
        """
        heard = Heard(began=asyncio.get_running_loop().time())
        heard.task = asyncio.create_task(_listen(events, heard))
        self._listening.add(heard.task)
        heard.task.add_done_callback(self._listened)
        return heard

    async def shown(self, heard: Heard) -> AsyncIterator[Said | Settled]:
        """The growing answer, then the settled session. Raises what the exchange raises, at once."""
        self._open += 1
        try:
            await heard.news.wait()
            if heard.text:
                await _pause(heard.task, heard.began + self.before)
            async for text in self._growing(heard.task, heard):
                yield Said(text)
        finally:
            self._open -= 1
        heard.task.result()
        if heard.session is not None:
            yield Settled(heard.session)

    async def hurry(self, seconds: float) -> None:
        """Show what has been said at once, now and from now on, and wait so long until all of it is shown."""
        self._is_hurried = True
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        while self._open and clock() < until:
            await asyncio.sleep(0.05)

    async def _growing(self, task: asyncio.Task[None], heard: Heard) -> AsyncIterator[str]:
        """The answer as far as it may be shown, each time that more of it may be."""
        clock = asyncio.get_running_loop().time
        shown, allowed, due = 0, 0.0, clock()
        while not (task.done() and shown >= _words(heard.text)):
            heard.news.clear()
            if task.done():
                task.result()
            step = max(1 / self.updates, self._open / self.most_updates)
            said = _words(heard.text)
            allowed = said if self._is_hurried else min(allowed + self.words * step, said)
            if int(allowed) > shown:
                shown = int(allowed)
                yield "".join(_WORD.findall(heard.text)[:shown])
            # What an update costs comes off the wait for the next one, so that they keep coming at this rate.
            due = max(due + step, clock())
            if allowed >= said and not task.done():
                await heard.news.wait()
            await _pause(task, due)

    def _listened(self, task: asyncio.Task[None]) -> None:
        self._listening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.debug("an exchange failed: %s", error)


async def _listen(events: AsyncIterator[Event], heard: Heard) -> None:
    try:
        async for event in events:
            if isinstance(event, Settled):
                heard.session = event.session
            else:
                heard.text += event.text
                heard.news.set()
    finally:
        heard.news.set()


async def _pause(task: asyncio.Task[None], until: float) -> None:
    """Wait until this time of the event loop; not if the task fails meanwhile."""
    clock = asyncio.get_running_loop().time
    if not task.done():
        await asyncio.wait((task,), timeout=max(0.0, until - clock()))
    if not (task.done() and (task.cancelled() or task.exception())):
        await asyncio.sleep(max(0.0, until - clock()))


def _words(text: str) -> int:
    return len(_WORD.findall(text))
