"""How many streams one visitor may hold open, and which there are."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from simcustomer.domain.accounts import LOCAL, Visitor
from simcustomer.ui.streams import EVENTS, HEARTBEAT, MOST_OPEN, FewStreams, KnownStreams
from simcustomer.ui.wording import Wording

OTHER = Visitor(id="other", name="Other", roles=LOCAL.roles)


@pytest.mark.parametrize("path", [EVENTS, f"{HEARTBEAT}x"])
def test_streams_beyond_the_most_are_refused_until_one_ends(path: str) -> None:
    asyncio.run(_asked(path))


async def _asked(path: str) -> None:
    ended, statuses = asyncio.Event(), list[int]()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await ended.wait()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    app = FewStreams(endless, Wording.load())

    async def ask(visitor: Visitor, wanted: str = path) -> None:
        await app({"type": "http", "path": wanted, "state": {"visitor": visitor}}, receive, send)

    async with asyncio.TaskGroup() as group:
        for _ in range(MOST_OPEN):
            group.create_task(ask(LOCAL))
        await asyncio.sleep(0)
        await ask(LOCAL)
        assert statuses == [200] * MOST_OPEN + [429]
        group.create_task(ask(OTHER))
        group.create_task(ask(LOCAL, "/config"))
        await asyncio.sleep(0)
        assert statuses[-2:] == [200, 200]
        ended.set()
    await ask(LOCAL)
    assert statuses[-1] == 200


@pytest.mark.parametrize(("known", "query"), [((), "session_hash=x"), (("y",), "session_hash=y&session_hash=x")])
def test_a_page_that_was_forgotten_is_told_so(known: tuple[str, ...], query: str) -> None:
    assert asyncio.run(_streamed(known, query)) == [200, KnownStreams.FORGOTTEN]


@pytest.mark.parametrize(("known", "query"), [(("x",), "session_hash=x"), ((), "")])
def test_other_pages_get_their_stream(known: tuple[str, ...], query: str) -> None:
    assert asyncio.run(_streamed(known, query)) == ["let through"]


async def _streamed(known: tuple[str, ...], query: str) -> list[object]:
    seen: list[object] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send
        seen.append("let through")

    async def send(message: Message) -> None:
        seen.append(message["status"] if message["type"] == "http.response.start" else message["body"])

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": EVENTS, "query_string": query.encode()}
    await KnownStreams(inner, known.__contains__)(scope, receive, send)
    return seen
