"""Plays the page of a running web app, and starts one in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.conftest import ROOT

JSON = {"Content-Type": "application/json"}
STARTS_WITHIN = 120.0


@dataclass
class WebClient:
    """Sends a page's events to the app on a port and gives back all that the page is sent."""

    port: int
    timeout: float = 120.0
    _functions: dict[str, int] = field(default_factory=dict[str, int])

    def ask(self, method: str, path: str, body: str | None = None) -> str:
        """The body of the answer. Raises OSError or HTTPException where there is none, AssertionError where it is refused."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, JSON if body else {})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        assert response.status == 200, text
        return text

    @cached_property
    def _config(self) -> dict[str, Any]:
        return json.loads(self.ask("GET", "/config"))

    def _function(self, elem_id: str) -> int:
        if elem_id not in self._functions:
            ids = {c["id"] for c in self._config["components"] if c["props"].get("elem_id") == elem_id}
            self._functions[elem_id] = next(
                d["id"]
                for d in self._config["dependencies"]
                if any(target == elem_id or source in ids for source, target in d["targets"])
            )
        return self._functions[elem_id]

    def event(self, elem_id: str, data: list[Any], session_hash: str, query: str = "") -> str:
        """Everything that the page is sent for an event on the control of that id; `load` is the page's own."""
        join = {
            "data": data,
            "fn_index": self._function(elem_id),
            "trigger_id": None,
            "session_hash": session_hash,
            "event_data": None,
        }
        self.ask("POST", f"/gradio_api/queue/join?{query}", json.dumps(join))
        return self.ask("GET", f"/gradio_api/queue/data?session_hash={session_hash}")


@dataclass
class ServerProcess:
    """A `simcustomer serve` that answers."""

    process: subprocess.Popen[bytes]
    client: WebClient

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def server_process(database_url: str) -> Iterator[ServerProcess]:
    """The real server on this database, with the embedded engines, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", "from simcustomer.cli import main; main()", "serve", "--port", str(port)],
        env={**os.environ, "SIMCUSTOMER_DATABASE_URL": database_url},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    client = WebClient(port)
    try:
        _wait_for(client, process)
        yield ServerProcess(process, client)
    finally:
        process.kill()
        process.wait()


def _wait_for(client: WebClient, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            client.ask("GET", "/config")
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return
