"""What machines ask a server: whether it lives, whether it can serve, and its metrics. None of it needs a login or tells a secret."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from simcustomer.errors import SimcustomerError
from simcustomer.telemetry.metrics import CONTENT_TYPE, Metrics
from simcustomer.ui.admission import FORWARDED
from simcustomer.ui.opening import LOOPBACK_NAMES, is_loopback

HEALTH, READINESS, METRICS = "/healthz", "/readyz", "/metrics"

SECONDS_TO_ANSWER = 3.0
"""Within which every check must come back; a database that takes longer is of no use to a trainee."""

SECONDS_VALID = 1.0
"""For which an answer is given again: whoever asks without end costs no more than one who asks each second."""

Check = Callable[[], bool]
"""Whether a part can be used; also not where it raises SimcustomerError."""


@dataclass
class Readiness:
    """The checks that a server must pass before requests are sent to it, by what is said of one that fails."""

    checks: Mapping[str, Check]
    is_stopping: Callable[[], bool]
    _asked: asyncio.Task[tuple[str, ...]] | None = None
    _until: float = 0.0

    async def failing(self) -> tuple[str, ...]:
        """What fails now; nothing: the server is ready."""
        if self.is_stopping():
            return ("stopping",)
        clock = asyncio.get_running_loop().time
        if self._asked is None or (self._asked.done() and clock() >= self._until):
            self._asked = asyncio.create_task(self._checked())
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await asyncio.shield(self._asked)
        except TimeoutError:
            return ("time",)

    async def _checked(self) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        found: asyncio.Future[tuple[str, ...]] = loop.create_future()

        def check() -> None:
            failing = tuple(name for name, check in self.checks.items() if not _passes(check))
            with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
                loop.call_soon_threadsafe(found.set_result, failing)

        # A thread of its own: the others are waited for when the server stops, and a dead database has no end.
        threading.Thread(target=check, name="readiness", daemon=True).start()
        await found
        self._until = loop.time() + SECONDS_VALID
        return found.result()


class Probes:
    """Answers these questions, by whatever name the server is called; what is not one of them goes on."""

    def __init__(self, app: ASGIApp, readiness: Readiness, metrics: Metrics | None, token: str | None) -> None:
        self.app = app
        self.readiness = readiness
        self.metrics = metrics
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] == "http" and scope["path"] in (HEALTH, READINESS, METRICS):
            answer = await self._answer(Request(scope))
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method Not Allowed", 405, {"Allow": "GET, HEAD"})
        if request.url.path == HEALTH:
            return JSONResponse({"alive": True})
        if request.url.path == READINESS:
            failing = await self.readiness.failing()
            return JSONResponse({"ready": not failing, "failing": failing}, 503 if failing else 200)
        if self.metrics is None or not self._may_read(request):
            return PlainTextResponse("Not Found", 404)
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)

    def _may_read(self, request: Request) -> bool:
        """With the token where there is one; else from this machine only, past no proxy and by one of its own names."""
        if self.token is not None:
            given = request.headers.get("authorization", "").encode()
            return secrets.compare_digest(given, f"Bearer {self.token}".encode())
        if request.client is None or any(name in request.headers for name in FORWARDED):
            return False
        return is_loopback(request.client.host) and request.url.hostname in LOOPBACK_NAMES


def _passes(check: Check) -> bool:
    try:
        return check()
    except SimcustomerError:
        return False
