"""The Batch API of an OpenAI-compatible server on loopback: files, batches and their states, as a test wants them to go."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass
class Going:
    """How a batch goes: the states that are told before it ends, how it ends, and which requests fail or stay unanswered.

    `fails` gives, by the number of a request, an error line's `response` and `error`; None lets it be answered.
    """

    states: tuple[str, ...] = ("validating", "in_progress", "finalizing")
    ends: str = "completed"
    fails: Callable[[int], Body | None] = lambda _: None
    unanswered: Callable[[int], bool] = lambda _: False
    code: str | None = None


@dataclass
class BatchApi:
    """What was handed in; `goings` says how each batch goes in its turn, the last one all that follow."""

    play: Callable[[Body], str]
    goings: list[Going]
    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    batches: dict[str, Body] = field(default_factory=dict[str, Body])
    asked: list[Body] = field(default_factory=list[Body])
    polls: dict[str, int] = field(default_factory=dict[str, int])
    refuses: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Path and status of requests that are refused once each, after they were carried out."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def upload(self, raw: bytes, boundary: str) -> Body:
        parts = raw.split(b"--" + boundary.encode())
        data = next(part for part in parts if b'name="file"' in part).split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
        name = f"file-{len(self.files)}"
        self.files[name] = data
        return {"id": name, "object": "file", "bytes": len(data), "created_at": 1, "filename": "f", "purpose": "batch",
                "status": "processed"}  # fmt: skip

    def create(self, body: Body) -> Body:
        assert body["endpoint"] == "/v1/chat/completions"
        name = f"batch_{len(self.batches)}"
        self.asked += [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        self.batches[name] = {
            "id": name, "object": "batch", "completion_window": "24h", "created_at": 1, "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"], "status": "validating",
        }  # fmt: skip
        return self.batches[name]

    def state(self, name: str) -> Body:
        batch, number = self.batches[name], list(self.batches).index(name)
        going = self.goings[min(number, len(self.goings) - 1)]
        told = self.polls[name] = self.polls.get(name, 0) + 1
        if told <= len(going.states):
            batch["status"] = going.states[told - 1]
        else:
            self._end(batch, going)
        return batch

    def _end(self, batch: Body, going: Going) -> None:
        batch["status"] = going.ends
        if going.ends == "failed":
            batch["errors"] = {"object": "list", "data": [{"code": going.code, "message": "no, sk-secret-key"}]}
            return
        answered: list[Body] = []
        failed: list[Body] = []
        for number, line in enumerate(map(json.loads, self.files[batch["input_file_id"]].splitlines())):
            if going.unanswered(number):
                continue
            if (wrong := going.fails(number)) is not None:
                failed.append({"id": "r", "custom_id": line["custom_id"], **wrong})
            else:
                answered.append({"id": "r", "custom_id": line["custom_id"], "error": None,
                                 "response": {"status_code": 200, "body": self._completion(line["body"])}})  # fmt: skip
        # The order is not that of the requests, and a line can come twice.
        for name, lines in (("output_file_id", [*reversed(answered), *answered[:1]]), ("error_file_id", failed[::-1])):
            if lines:
                batch[name] = f"{batch['id']}-{name}"
                self.files[batch[name]] = "".join(json.dumps(line) + "\n" for line in lines).encode()

    def _completion(self, body: Body) -> Body:
        text = self.play(body)
        return {
            "id": "c", "object": "chat.completion", "created": 1, "model": body["model"],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    api: BatchApi

    def log_message(self, *_: object) -> None:
        """Nothing is written to the terminal."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/files":
            boundary = re.findall(r"boundary=(\S+)", self.headers["Content-Type"])[0]
            self.give(self.api.upload(raw, boundary))
        else:
            self.give(self.api.create(json.loads(raw)))

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/content"):
            self.give(self.api.files[path.split("/")[-2]])
        elif path == "/v1/batches":
            self.give({"object": "list", "data": list(self.api.batches.values())[::-1], "has_more": False})
        else:
            self.give(self.api.state(path.rpartition("/")[2]))

    def give(self, body: Body | bytes) -> None:
        status = 200
        for refused in [each for each in self.api.refuses if self.path.startswith(each[0])][:1]:
            self.api.refuses.remove(refused)
            status, body = refused[1], {"error": {"message": "no, sk-secret-key", "code": "x"}}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def batch_api(play: Callable[[Body], str], *goings: Going) -> Iterator[BatchApi]:
    """A server in a thread of its own."""
    api = BatchApi(play, list(goings) or [Going()])
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": api}))
    server.daemon_threads = True
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=15)
