from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

import pytest

from simcustomer.errors import EngineError
from simcustomer.studio.background import Done, Far, Say, beside


async def counted(say: Say) -> int:
    for n in range(3):
        say(str(n))
    return 7


async def all_of(in_thread: bool) -> list[Far | Done[int]]:
    return [event async for event in beside(counted, 3, in_thread=in_thread)]


@pytest.mark.parametrize("in_thread", [True, False])
def test_it_says_how_far_it_is_and_what_came_of_it(in_thread: bool) -> None:
    events = asyncio.run(all_of(in_thread))
    assert events == [Far(0, 3, ""), Far(1, 3, "0"), Far(2, 3, "1"), Far(3, 3, "2"), Done(7)]


def test_closing_it_stops_the_work() -> None:
    played: list[int] = []

    async def work(say: Say) -> None:
        for n in range(1000):
            time.sleep(0.01)
            played.append(n)
            say(str(n))

    async def watch() -> int:
        async with aclosing(beside(work, 1000)) as events:
            async for event in events:
                if isinstance(event, Far) and event.done == 3:
                    break
        await asyncio.sleep(0.3)
        return len(played)

    assert asyncio.run(watch()) < 20


def test_a_failure_is_raised() -> None:
    async def work(say: Say) -> None:
        raise EngineError("no engine")

    async def run() -> None:
        async for _ in beside(work, 1):
            pass

    with pytest.raises(EngineError):
        asyncio.run(run())
