"""An OpenAI-compatible server that is quick and knows nothing: python -m benchmarks.stub [--latency SECONDS].

It runs in a process of its own and prints its port. Each answer takes the latency, whole or as a stream of pieces of four
characters; what it says fits whatever role or schema the request asks for. `GET /counted` gives what came since the last
`POST /counted`, and with `{"record": true}` the requests themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.support.players import honest

Body = dict[str, Any]

PIECE = 4
"""Characters in a piece of a stream: a token of English."""

WRITES = 8
"""In so many parts a stream is sent, over the second half of the latency."""


def sample(schema: Body, defs: Body | None = None) -> Any:
    """A value that fits a JSON schema."""
    defs = schema.get("$defs", defs or {})
    if "$ref" in schema:
        return sample(defs[schema["$ref"].rsplit("/", 1)[-1]], defs)
    for option in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        if option.get("type") != "null":
            return sample(option, defs)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: sample(part, defs) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema.get("items", {"type": "string"}), defs)]
    plain: Body = {"number": 1, "integer": 1, "boolean": True}
    return plain.get(str(kind), "And who is going to see to it, and by when? I have waited three times.")


def answer(body: Body) -> Body:
    """The message that answers a request."""
    if tools := body.get("tools"):
        function = tools[0]["function"]
        made = json.dumps(sample(function["parameters"]))
        call = {"id": "call", "type": "function", "function": {"name": function["name"], "arguments": made}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    form = body.get("response_format", {}).get("json_schema")
    if form is not None and form["name"] not in {"grade", "debrief"}:
        return {"role": "assistant", "content": json.dumps(sample(form["schema"]))}
    if "logprobs" in body:  # deepeval's metrics ask so for a score
        return {"role": "assistant", "content": '{"reason": "They said what will happen, and when.", "score": 7}'}
    return {"role": "assistant", "content": honest(body)}


@dataclass(frozen=True)
class Known:
    """A request and its answer, ready to be sent."""

    request: Body
    said: str
    parts: list[bytes]
    prompt: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", characters(self.request))


@dataclass
class Counted:
    """What came since the last reset; `rounds` are requests that waited at the same time, one list after another."""

    calls: int = 0
    prompt: int = 0
    completion: int = 0
    waiting: int = 0
    record: bool = False
    rounds: list[list[Body]] = field(default_factory=list[list[Body]])

    def began(self, known: Known) -> None:
        """Enter a request."""
        self.calls += 1
        self.prompt += known.prompt
        if self.record:
            if not self.waiting:
                self.rounds.append([])
            self.rounds[-1].append({"request": known.request, "answer": known.said})
        self.waiting += 1

    def ended(self, known: Known) -> None:
        """Enter its answer."""
        self.waiting -= 1
        self.completion += len(known.said)


class Server(asyncio.Protocol):
    """One connection, which is kept."""

    known: ClassVar[dict[bytes, Known]] = {}
    """Answers that were made before, by the request's bytes: what is measured is the client."""

    def __init__(self, counted: list[Counted], latency: float) -> None:
        self.counted, self.latency, self.received = counted, latency, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Take the next part of a request."""
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = self.received[:end].decode("latin-1").lower()
            size = next((int(x.partition(":")[2]) for x in head.split("\r\n") if x.startswith("content-length:")), 0)
            if len(self.received) < end + 4 + size:
                return
            body, self.received = self.received[end + 4 : end + 4 + size], self.received[end + 4 + size :]
            method, path, _ = head.split(" ", 2)
            if path == "/counted":
                self.report(method, json.loads(body or b"{}"))
            else:
                self.asked(body)

    def report(self, method: str, body: Body) -> None:
        """Say what was counted, or begin anew."""
        if method == "post":
            self.counted[0] = Counted(record=bool(body.get("record")))
        self.send(json.dumps(vars(self.counted[0])).encode())

    def asked(self, request: bytes) -> None:
        """Answer one request, after the latency."""
        if request not in self.known:
            body = json.loads(request)
            message = answer(body)
            said = message["content"] or message["tool_calls"][0]["function"]["arguments"]
            parts = self.events(body, said) if body.get("stream") else [response(self.whole(body, message, said))]
            self.known[request] = Known(body, said, parts)
        known, counted, loop = self.known[request], self.counted[0], asyncio.get_running_loop()
        counted.began(known)
        for number, part in enumerate(known.parts, 1):
            loop.call_later(self.latency * (1 + number / len(known.parts)) / 2, self.write, part)
        loop.call_later(self.latency, counted.ended, known)

    def whole(self, body: Body, message: Body, said: str) -> bytes:
        """The answer in one piece."""
        reason = "tool_calls" if "tool_calls" in message else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return json.dumps(
            {
                "id": "c",
                "object": "chat.completion",
                "created": 1,
                "model": body["model"],
                "choices": [choice],
                "usage": usage(body, said),
            }
        ).encode()

    def events(self, body: Body, said: str) -> list[bytes]:
        """The answer as server-sent events, in parts that are sent one after another."""

        def event(choices: list[Body], **more: object) -> bytes:
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
            return b"data: " + json.dumps({**chunk, "choices": choices, **more}).encode() + b"\n\n"

        def piece(delta: Body, reason: str | None = None) -> bytes:
            return event([{"index": 0, "delta": delta, "finish_reason": reason}])

        said_in = [piece({"content": said[at : at + PIECE]}) for at in range(0, len(said), PIECE)]
        events = [piece({"role": "assistant", "content": ""}), *said_in, piece({}, "stop")]
        if "stream_options" in body:
            events.append(event([], usage=usage(body, said)))
        events.append(b"data: [DONE]\n\n")
        size = -(-len(events) // WRITES)
        parts = [b"".join(events[at : at + size]) for at in range(0, len(events), size)]
        chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts]
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks[0], chunks[-1] = head + chunks[0], chunks[-1] + b"0\r\n\r\n"
        return chunks

    def send(self, data: bytes) -> None:
        """A whole response."""
        self.write(response(data))

    def write(self, data: bytes) -> None:
        """Some bytes, if anybody still listens."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)


def response(data: bytes) -> bytes:
    """A whole response of JSON."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)


def characters(body: Body) -> int:
    """The length of all that a prompt says; the schemas of answers are part of it, since models are told them too."""
    said = sum(len(str(message.get("content") or "")) for message in body["messages"])
    return said + sum(len(json.dumps(body[name])) for name in ("tools", "response_format") if name in body)


def usage(body: Body, said: str) -> Body:
    """Tokens, four characters each."""
    prompt = characters(body) // 4
    completion = len(said) // 4
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


async def serve(latency: float) -> None:
    """Answer until killed."""
    counted = [Counted()]
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    server = await asyncio.get_running_loop().create_server(lambda: Server(counted, latency), sock=listener)
    print(listener.getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--latency", type=float, default=0.2)
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
