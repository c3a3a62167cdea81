"""A trainee's browser without a page: Gradio's event protocol over HTTP, with the times at which things arrive."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

JOIN, EVENTS = "/gradio_api/queue/join", "/gradio_api/queue/data"


class Response(NamedTuple):
    status: int
    body: bytes


class Answered(NamedTuple):
    """An exchange as its trainee saw it: seconds from sending to the first word and to the page with all of it.

    `problem` says what went wrong, and is empty where nothing did; `first_word` is None where none came.
    """

    first_word: float | None
    settled: float
    problem: str = ""


@dataclass(frozen=True)
class Controls:
    """What the page says of itself: numbers of its handlers by the element id of a control, their outputs, and the session's place."""

    functions: dict[str, int]
    outputs: dict[int, list[int]]
    session_id: int

    @classmethod
    def of(cls, config: dict[str, Any]) -> Controls:
        named = {c["id"]: c["props"].get("elem_id") for c in config["components"]}
        functions: dict[str, int] = {}
        for dependency in config["dependencies"]:
            for source, event in dependency["targets"]:
                functions.setdefault(named.get(source) or str(event), dependency["id"])
        outputs = {d["id"]: d["outputs"] for d in config["dependencies"]}
        inputs = {d["id"]: d["inputs"] for d in config["dependencies"]}
        return cls(functions, outputs, inputs[functions["stop"]][0])


@dataclass
class WebVisitor:
    """One trainee at one server; `cookie` is their login where there is one."""

    port: int
    cookie: str = ""
    host: str = "127.0.0.1"
    session_hash: str = field(default_factory=lambda: secrets.token_hex(6))
    session_id: str = ""
    turn: int = 1

    async def controls(self) -> Controls:
        return Controls.of(json.loads((await self.ask("GET", "/config")).body))

    async def ask(self, method: str, path: str, body: bytes = b"") -> Response:
        reader, writer = await self._sent(method, path, body)
        try:
            status, _ = await _head(reader)
            return Response(status, await reader.read())
        finally:
            writer.close()

    async def event(self, function: int, data: list[Any], query: str = "") -> AsyncIterator[dict[str, Any]]:
        """Run a handler: each message of its, until it is complete. Raises ConnectionError where the server refuses."""
        join = {
            "data": data, "fn_index": function, "trigger_id": None, "session_hash": self.session_hash, "event_data": None,
        }  # fmt: skip
        joined = await self.ask("POST", f"{JOIN}?{query}", json.dumps(join).encode())
        if joined.status != 200:
            raise ConnectionError(f"{joined.status} {joined.body[:200]!r}")
        reader, writer = await self._sent("GET", f"{EVENTS}?session_hash={self.session_hash}")
        try:
            status, chunked = await _head(reader)
            if status != 200:
                raise ConnectionError(f"the stream: {status}")
            async for line in _lines(reader, chunked=chunked):
                if line.startswith(b"data: "):
                    message = json.loads(line[6:])
                    if message["msg"] == "close_stream":
                        return
                    yield message
        finally:
            writer.close()

    async def wait_until_ready(self) -> None:
        """Come back when the server says that it is ready."""
        while (await self.ask("GET", "/readyz")).status != 200:
            await asyncio.sleep(0.2)

    async def shown(self) -> str:
        """What a new page at the session's address is filled with."""
        other = WebVisitor(self.port, self.cookie, self.host)
        function = (await other.controls()).functions["load"]
        told = [m async for m in other.event(function, [], query=f"session={self.session_id}")]
        return json.dumps(told, ensure_ascii=False)

    async def start(self, controls: Controls, persona_id: str) -> None:
        """Begin a practice. Raises ConnectionError where none came about."""
        function = controls.functions["start"]
        async for message in self.event(function, [persona_id, False]):
            if message["msg"] == "process_completed":
                data = message["output"].get("data") or []
                place = controls.outputs[function].index(controls.session_id)
                self.session_id = str(data[place]) if len(data) > place else ""
        if not self.session_id:
            raise ConnectionError("no session was begun")

    async def say(self, controls: Controls, reply: str, greeting: str) -> Answered:
        """Send a reply, and watch the answer come; `greeting` is how each answer of the customer begins."""
        began, first = time.monotonic(), None
        problem = "the stream ended early"
        try:
            async for message in self.event(controls.functions["reply"], [reply, self.session_id, self.turn]):
                text = json.dumps(message)
                if first is None and greeting in text:
                    first = time.monotonic() - began
                if message["msg"] == "process_completed":
                    problem = "" if message.get("success") and first is not None else text[:300]
        except (OSError, asyncio.IncompleteReadError) as error:
            problem = f"{type(error).__name__}: {error}"
        self.turn += 1
        return Answered(first, time.monotonic() - began, problem)

    async def _sent(
        self, method: str, path: str, body: bytes = b""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Connection: close"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        return reader, writer


async def _head(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """The status of a response, and whether it comes in chunks."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return int(head.split(b" ", 2)[1]), b"transfer-encoding: chunked" in head


async def _lines(reader: asyncio.StreamReader, *, chunked: bool) -> AsyncIterator[bytes]:
    waiting = b""
    while True:
        if chunked:
            size = int((await reader.readline()).strip() or b"0", 16)
            piece = (await reader.readexactly(size + 2))[:size] if size else b""
        else:
            piece = await reader.read(2**16)
        if not piece:
            return
        *whole, waiting = (waiting + piece).split(b"\n")
        for line in whole:
            yield line
