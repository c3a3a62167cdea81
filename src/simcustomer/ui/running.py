"""The running server: store, use cases and app under uvicorn, until it is interrupted or terminated."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field

import uvicorn

from simcustomer import wiring
from simcustomer.lab.lab import Lab
from simcustomer.observing import Several
from simcustomer.roles import Cast
from simcustomer.settings import Settings
from simcustomer.store import Store
from simcustomer.telemetry.metrics import Metrics
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from simcustomer.ui.pacing import Pace
from simcustomer.ui.probes import Readiness
from simcustomer.ui.server import address
from simcustomer.ui.streams import EndWithServer
from simcustomer.underway import Underway

_SECONDS_TO_SHOW = 2.0
"""For which answers that are complete may still be on their way to a page when the server stops."""

_SECONDS_TO_SEND = 0.3
"""After the last update was handed to Gradio: it sends what is queued twenty times a second."""


_SECONDS_FOR_A_PAGE = 2.0
"""For which a server that has just started does nothing but answer; the first reply comes later than that."""


@dataclass(frozen=True)
class Parts:
    """What a server works with: where it keeps things, how far it is open, and where it counts (None: nowhere to see)."""

    store: Store
    opening: Opening
    metrics: Metrics | None = None


@dataclass(frozen=True)
class _Stop:
    """How the server stops: exchanges finish or are handed over first, and then the pages' streams end."""

    underway: Underway
    pace: Pace
    seconds: float
    streams: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def most(self) -> int:
        """Whole seconds after which uvicorn need not wait any more."""
        return round(self.seconds + _SECONDS_TO_SHOW + _SECONDS_TO_SEND) + 4

    async def orderly(self) -> None:
        """Let what runs come to its end, within bounds."""
        await self.underway.close(self.seconds)
        await self.pace.hurry(_SECONDS_TO_SHOW)
        await asyncio.sleep(_SECONDS_TO_SEND)
        self.streams.set()


class _Server(uvicorn.Server):
    """A server that says when it answers, and stops in order."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stop: _Stop, readiness: Readiness) -> None:
        super().__init__(config)
        self._ready = ready
        self._readiness = readiness
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        # The checks read what is slow to read, and whoever waits for the server asks for a page at once: that goes first.
        await asyncio.sleep(_SECONDS_FOR_A_PAGE)
        await self._readiness.failing()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, bring to an end what runs, then stop; interrupted once more: at once."""
        ending = asyncio.create_task(self._stop.orderly())
        await super().shutdown(sockets)
        if not ending.done():
            ending.cancel()
            await self._stop.underway.close(0)


def run(settings: Settings, players: Cast, listener: socket.socket, ready: Callable[[str], None], parts: Parts) -> None:
    """Serve on a bound socket until interrupted or terminated; `ready` gets the URL."""
    traces = wiring.traces(settings)
    observers = tuple(observer for observer in (parts.metrics, traces) if observer is not None)
    practice = wiring.practice(
        parts.store,
        players,
        longest_reply=settings.longest_reply,
        limits=settings.limits,
        observer=Several(observers),
    )
    pace = Pace()
    with ExitStack() as closed:
        if traces is not None:
            closed.enter_context(closing(traces))
        lab = closed.enter_context(closing(Lab(settings)))
        app = create_app(
            practice,
            wiring.library(settings),
            rubric_id=settings.rubric,
            opening=parts.opening,
            pace=pace,
            lab=lab,
            metrics=parts.metrics,
        )
        stop = _Stop(practice.underway, pace, settings.stop_seconds)
        app.add_middleware(EndWithServer, stopping=stop.streams, metrics=parts.metrics)
        config = uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=stop.most,
            # Whoever may say where a request came from can lie about it: none but the proxies that are named.
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
        )
        server = _Server(config, lambda: ready(address(listener)), stop, app.state.readiness)
        if threading.current_thread() is threading.main_thread():
            # uvicorn raises the signal again once it has stopped; unheeded, SIGTERM would end the process before all is closed.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
