"""An OpenAI-compatible server on loopback that answers as it is told, and can fail in every way that servers do."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
Play = Callable[[Body], str]

FAULTS = (
    "rate limit with Retry-After",
    "rate limit without Retry-After",
    "internal error (500)",
    "no answer at all",
    "connection reset",
    "answer cut off",
    "no finish_reason",
    "body that drips",
    "HTML with status 200",
    "truncated JSON",
    "fenced JSON",
    "invalid JSON",
    "schema violation",
    "scores out of range",
    "missing and double verdicts",
    "refusal",
    "empty content",
    "wrong role",
    "endless output",
    "out of character",
    "echo of the key",
)
"""The kinds of fault, as docs/reliability.md lists them."""

HELD = ("no answer at all", "body that drips", "endless output")
"""Faults that last as long as the client lets them."""

_SPOILT: dict[str, Callable[[str], str]] = {
    "truncated JSON": lambda text: text[: len(text) // 3],
    "fenced JSON": lambda text: "```json\n" + text.replace("}\n\n", "}\n```\n\n", 1) + ("" if "}\n\n" in text else "\n```"),
    "invalid JSON": lambda text: text.replace('"', "'"),
    "schema violation": lambda text: '{"mood": "fine", "level": "three"}\n\nWhat is that supposed to mean for me now?',
    "scores out of range": lambda text: (
        text.replace('"quote": "', '"quote": 7, "said": "').replace('"met": []', '"met": 99').replace('"met": [{', '"met": [99, {')
    ),
    "missing and double verdicts": lambda text: '{"met": [], "met": []}{' + text[1:2000],
    "empty content": lambda _: "",
    "out of character": lambda text: (
        text.split("\n\n")[0] + "\n\nAs an AI language model, I can offer you a refund. How can I help you today? *smiles*"
    ),
}  # fmt: skip


@dataclass
class ModelServer:
    """Answers with what `play` says; the first `times` requests fail with `fault`, all of them where it is None."""

    play: Play
    fault: str | None = None
    times: int | None = None
    port: int = 0
    requests: list[Body] = field(default_factory=list[Body])
    keys: list[str] = field(default_factory=list[str])
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    first: float = 0.0
    """Seconds before an answer, or its first piece."""
    between: float = 0.0
    """Seconds between pieces."""
    split: Callable[[str], list[str]] = lambda text: [text[i : i + 24] for i in range(0, len(text), 24)]
    rejects: dict[str, str] = field(default_factory=dict[str, str])
    """Parameters that this server does not know, with the message that it gives."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])}
            body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
            self.requests.append(body)
            self.keys.append(headers.get("authorization", "").removeprefix("Bearer "))
            await _Answer(self, body, writer).give()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had heard enough
        finally:
            writer.close()

    @property
    def fails_now(self) -> bool:
        return self.fault is not None and (self.times is None or len(self.requests) <= self.times)


@dataclass
class _Answer:
    server: ModelServer
    body: Body
    writer: asyncio.StreamWriter

    @property
    def fault(self) -> str | None:
        return self.server.fault if self.server.fails_now else None

    async def give(self) -> None:
        for name, message in self.server.rejects.items():
            if name in self.body and message:
                await self.json(400, {"error": {"message": message, "param": name, "code": "unsupported_parameter"}})
                return
        before = {
            "rate limit with Retry-After": (429, "Retry-After: 0.05\r\n"),
            "rate limit without Retry-After": (429, ""),
            "internal error (500)": (500, ""),
        }
        if self.fault in before:
            status, header = before[self.fault]
            await self.json(status, {"error": {"message": f"trouble with {json.dumps(self.body)[:300]}"}}, header)
        elif self.fault == "echo of the key":
            await self.json(401, {"error": {"message": f"Incorrect API key provided: {self.server.keys[-1]}."}})
        elif self.fault == "no answer at all":
            await asyncio.sleep(600)
        elif self.fault == "connection reset":
            self.reset()
        elif self.fault == "HTML with status 200":
            await self.send(b"<html><body>Please sign in to the hotel's network.</body></html>", "text/html")
        elif self.body.get("stream"):
            await asyncio.sleep(self.server.first)
            await self.stream(self.text())
        else:
            await asyncio.sleep(self.server.first)
            await self.whole(self.text())

    def text(self) -> str:
        text = self.server.play(self.body)
        return _SPOILT[self.fault](text) if self.fault in _SPOILT else text

    async def whole(self, text: str) -> None:
        message: Body = {"role": "critic" if self.fault == "wrong role" else "assistant", "content": text}
        if self.fault == "refusal":
            message |= {"content": None, "refusal": "I will not do that."}
        reason = None if self.fault == "no finish_reason" else "stop"
        usage = self.usage(text)
        data = json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": self.body.get("model"), "usage": usage,
             "choices": [{"index": 0, "message": message, "finish_reason": reason}]}
        ).encode()  # fmt: skip
        if self.fault == "answer cut off":
            await self.send(data, length=len(data) + 500)
        elif self.fault == "body that drips":
            await self.send(b"", length=len(data))
            await self.drip(data[:1] * 100_000)
        elif self.fault == "endless output":
            await self.send(b'{"choices": [{"message": {"content": "', length=10**9)
            while True:
                self.writer.write(b"and another thing " * 4_000)
                await self.writer.drain()
        else:
            await self.send(data)

    async def stream(self, text: str) -> None:
        await self.send(b"", "text/event-stream", length=None)
        role = "critic" if self.fault == "wrong role" else "assistant"
        if self.fault == "refusal":
            await self.event({"role": role, "refusal": "I will not do that."})
        pieces = self.server.split(text)
        if self.fault == "answer cut off":
            pieces = pieces[: len(pieces) // 2]
        for number, piece in enumerate(pieces):
            if self.fault == "body that drips":
                await self.drip(b":" * 100_000)
            if number:
                await asyncio.sleep(self.server.between)
            await self.event({"role": role, "content": piece})
        while self.fault == "endless output":
            await self.event({"content": "and another thing " * 50})
        if self.fault == "answer cut off":
            self.reset()
            return
        if self.fault != "no finish_reason":
            await self.event({}, "stop")
        if "stream_options" in self.body:
            self.writer.write(b"data: " + json.dumps(self.chunk([]) | {"usage": self.usage(text)}).encode() + b"\n\n")
        self.writer.write(b"data: [DONE]\n\n")
        await self.writer.drain()

    async def event(self, delta: Body, reason: str | None = None) -> None:
        chunk = self.chunk([{"index": 0, "delta": delta, "finish_reason": reason}])
        self.writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        await self.writer.drain()

    def chunk(self, choices: list[Body]) -> Body:
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": choices}

    def usage(self, text: str) -> Body:
        prompt = sum(len(str(m["content"])) for m in self.body.get("messages", [])) // 4
        return {
            "prompt_tokens": prompt, "completion_tokens": len(text) // 4, "total_tokens": prompt + len(text) // 4,
            "prompt_tokens_details": {"cached_tokens": prompt // 2},
        }  # fmt: skip

    async def drip(self, data: bytes) -> None:
        for byte in data:
            self.writer.write(bytes([byte]))
            await self.writer.drain()
            await asyncio.sleep(0.02)

    async def json(self, status: int, body: Body, header: str = "") -> None:
        await self.send(json.dumps(body).encode(), status=status, header=header)

    async def send(
        self,
        data: bytes,
        kind: str = "application/json",
        *,
        status: int = 200,
        length: int | None = -1,
        header: str = "",
    ) -> None:
        size = len(data) if length == -1 else length
        known = "" if size is None else f"Content-Length: {size}\r\n"
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{known}{header}Connection: close\r\n\r\n"
        self.writer.write(head.encode() + data)
        await self.writer.drain()

    def reset(self) -> None:
        """Close with a reset instead of a farewell."""
        held = self.writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def model_server(play: Play, fault: str | None = None, *, times: int | None = None) -> AsyncIterator[ModelServer]:
    """A server in the running event loop."""
    server = ModelServer(play, fault, times)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, limit=2**24)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


@contextmanager
def threaded_model_server(play: Play, fault: str | None = None) -> Iterator[ModelServer]:
    """A server in a thread of its own, for clients in other processes and other event loops."""
    server, ready, stop = ModelServer(play, fault), threading.Event(), threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, limit=2**24)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.02)
        listening.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        stop.set()
        thread.join(timeout=15)
