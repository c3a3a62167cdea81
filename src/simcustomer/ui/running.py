"""The running server: store, use cases and app under uvicorn, until it is interrupted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing, suppress

import uvicorn

from simcustomer import wiring
from simcustomer.lab.lab import Lab
from simcustomer.roles import Cast
from simcustomer.settings import Settings
from simcustomer.store import Store
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from simcustomer.ui.server import SECONDS_TO_STOP, address
from simcustomer.ui.streams import EndWithServer


class _Server(uvicorn.Server):
    """A server that says when it answers, and when it stops."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it is time, then stop."""
        self._stopping.set()
        await super().shutdown(sockets)


def run(
    settings: Settings,
    players: Cast,
    listener: socket.socket,
    ready: Callable[[str], None],
    *,
    store: Store,
    opening: Opening,
) -> None:
    """Serve on a bound socket until interrupted; `ready` gets the URL."""
    practice = wiring.practice(store, players, longest_reply=settings.longest_reply, limits=settings.limits)
    with closing(Lab(settings)) as lab:
        app = create_app(practice, wiring.library(settings), rubric_id=settings.rubric, opening=opening, lab=lab)
        stopping = asyncio.Event()
        app.add_middleware(EndWithServer, stopping=stopping)
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SECONDS_TO_STOP,
            # Whoever may say where a request came from can lie about it: none but the proxies that are named.
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
        )
        server = _Server(config, lambda: ready(address(listener)), stopping)
        with suppress(KeyboardInterrupt):  # uvicorn raises it again once it has stopped
            server.run(sockets=[listener])
