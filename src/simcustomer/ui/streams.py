"""The long answers that carry events to a page: none is missed when it begins, none outlives the server, and nobody has too many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import cast
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simcustomer.domain.accounts import Visitor
from simcustomer.telemetry.metrics import Metrics
from simcustomer.ui.wording import Wording

GRACE = 0.06
"""Seconds for which the answer to a new event is held back: longer than a closing message takes to the browser."""

JOIN = "/gradio_api/queue/join"
EVENTS, HEARTBEAT = "/gradio_api/queue/data", "/gradio_api/heartbeat/"

MOST_OPEN = 60
"""Streams that one visitor may hold open; a page has one, and two while something is being shown."""


class LateJoin:
    """Holds back the answer that announces a new event.

    The server closes a page's stream when its last event is done. A client that is told of a new event before it has
    heard of that waits on the old stream for ever; told a moment later, it opens a new one and misses nothing, since
    the queue keeps the messages. Measured with gradio 6.31: of 60 clicks made up to 60 ms after another one 25 were
    lost, and none of 350 with this.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"].rstrip("/") != JOIN:
            await self.app(scope, receive, send)
            return

        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(GRACE)
            await send(message)

        await self.app(scope, receive, send_late)


class FewStreams:
    """Refuses a visitor another stream who has MOST_OPEN: each holds a connection and a task of the server."""

    def __init__(self, app: ASGIApp, wording: Wording) -> None:
        self.app = app
        self.wording = wording
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with 429."""
        visitor = cast("Visitor | None", scope.get("state", {}).get("visitor"))
        path = scope["path"] if scope["type"] == "http" else ""
        if visitor is None or not (path.rstrip("/") == EVENTS or path.startswith(HEARTBEAT)):
            await self.app(scope, receive, send)
            return
        if self._open[visitor.id] >= MOST_OPEN:
            await PlainTextResponse(self.wording.say("refused.too_many_streams"), 429)(scope, receive, send)
            return
        self._open[visitor.id] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._open[visitor.id] -= 1


class EndWithServer:
    """Ends open answers when the server stops, as if the browser had gone; a page's streams never end by themselves."""

    def __init__(self, app: ASGIApp, stopping: asyncio.Event, metrics: Metrics | None = None) -> None:
        self.app = app
        self.stopping = stopping
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def receive_until_stop() -> Message:
            message = asyncio.ensure_future(receive())
            stop = asyncio.ensure_future(self.stopping.wait())
            try:
                await asyncio.wait((message, stop), return_when=asyncio.FIRST_COMPLETED)
                return message.result() if message.done() else {"type": "http.disconnect"}
            finally:
                message.cancel()
                stop.cancel()

        metrics = self.metrics if scope["path"].rstrip("/") == EVENTS else None
        with metrics.stream() if metrics else nullcontext():
            await self.app(scope, receive_until_stop, send)


class KnownStreams:
    """Tells a page that has been forgotten, as all are when the server starts anew, that it is so.

    Gradio tells it the same and then fails with a hundred lines in the log, for every page that was left open.
    """

    FORGOTTEN = b'data: {"msg":"unexpected_error","event_id":null,"message":"404: Not Found","session_not_found":true,"success":false}\n\n'

    def __init__(self, app: ASGIApp, is_known: Callable[[str], bool]) -> None:
        self.app = app
        self.is_known = is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] == "http" and scope["path"].rstrip("/") == EVENTS and scope["method"] == "GET":
            named = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [])
            if named and not self.is_known(named[-1]):
                await Response(self.FORGOTTEN, media_type="text/event-stream")(scope, receive, send)
                return
        await self.app(scope, receive, send)
