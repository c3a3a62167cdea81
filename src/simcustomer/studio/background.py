"""Runs long work beside the pages: it reports its progress, and stops when nobody wants it any longer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Far:
    """How far the work is: `done` of `total` parts, and the last of them."""

    done: int
    total: int
    what: str


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What the work came to."""

    result: Result


class _Unwanted(Exception):
    """Nobody waits for the work any more."""


async def beside(
    work: Callable[[Say], Coroutine[Any, Any, Result]], total: int, *, in_thread: bool = True
) -> AsyncGenerator[Far | Done[Result]]:
    """Run the work, in a thread of its own unless it mostly waits; the last thing that comes is its result.

    `work` tells `say` of each part. Closing the iterator stops it before its next part. Raises what the work raises.
    """
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    stop = threading.Event()

    def say(what: str) -> None:
        if stop.is_set():
            raise _Unwanted
        loop.call_soon_threadsafe(heard.put_nowait, what)

    def run() -> Result:
        return asyncio.run(work(say))

    task = asyncio.ensure_future(asyncio.to_thread(run) if in_thread else work(say))
    task.add_done_callback(lambda _: heard.put_nowait(None))
    done = 0
    yield Far(0, total, "")
    try:
        while (what := await heard.get()) is not None:
            done += 1
            yield Far(done, total, what)
        yield Done(task.result())
    finally:
        stop.set()
        if not in_thread:
            task.cancel()
        if not task.done():
            task.add_done_callback(_heard)


def _heard(task: asyncio.Future[Any]) -> None:
    """Collect how unwanted work ended, so that asyncio does not warn of an exception that nobody retrieved."""
    if not task.cancelled():
        task.exception()
