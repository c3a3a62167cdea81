"""Runs the web app: a checked address first, then Gradio, and a quiet stop."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from simcustomer.errors import SettingsError
from simcustomer.roles import Cast
from simcustomer.settings import Settings
from simcustomer.store import open_store
from simcustomer.ui.loading import load_gradio
from simcustomer.ui.opening import opening
from simcustomer.ui.wording import Wording

if TYPE_CHECKING:
    from simcustomer.telemetry.metrics import Metrics

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860


def serve(
    settings: Settings,
    players: Cast,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    announce: Callable[[str], None] = print,
    metrics: Metrics | None = None,
) -> None:
    """Serve until interrupted or terminated; `announce` gets the address as soon as it answers.

    Raises SettingsError for a host or port that cannot be served, or not without accounts, before anything slow is
    loaded; ContentError and StoreError as the library and the store do.
    """
    wording = Wording.load()
    with closing(open_store(settings.database_url)) as store:
        opened = opening(settings, store, host, wording)

        def ready(url: str) -> None:
            announce(wording.say("server.ready", url=url))
            if opened.is_shared and not settings.proxies:
                announce(wording.say("server.in_the_clear"))

        with closing(bound(host, port, wording)) as listener:
            # Gradio takes long to import, which a busy port should not cost.
            load_gradio()
            from simcustomer.ui.running import Parts, run  # noqa: PLC0415

            run(settings, players, listener, ready, Parts(store, opened, metrics))
    announce(wording.say("server.stopped"))


def bound(host: str, port: int, wording: Wording) -> socket.socket:
    """A socket that holds the address. Raises SettingsError where it is not to be had."""
    if not 0 <= port <= 65535:
        raise SettingsError(wording.say("server.bad_port", port=port))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(_explained(error, host, port, wording)) from error
    return listener


def address(listener: socket.socket, host: str | None = None) -> str:
    """The URL of a bound socket."""
    name, port = listener.getsockname()[:2]
    name = host or name
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _explained(error: OSError, host: str, port: int, wording: Wording) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return wording.say("server.port_busy", port=port, url=f"http://{host}:{port}", other=other)
    if error.errno == errno.EACCES:
        return wording.say("server.port_denied", port=port)
    return wording.say("server.port_failed", host=host, port=port, reason=error.strerror or type(error).__name__)
