from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra otel is not installed")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.settings import Settings
from simcustomer.store import open_store
from tests.fakes import scripted_cast

PRIVATE = "My number is 0171 555 0199."


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An OTLP collector on loopback: its address, and what it was sent."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/traces", bodies
        finally:
            server.shutdown()
            thread.join()


def spans(bodies: list[bytes]) -> list[Span]:
    requests = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    return [s for r in requests for held in r.resource_spans for scope in held.scope_spans for s in scope.spans]


def test_an_exchange_is_a_span_with_those_of_its_roles_and_no_text(
    tmp_path: Path, dean: Persona, rubric: Rubric
) -> None:
    with collector() as (address, bodies):
        traces = wiring.traces(Settings(traces_endpoint=address))
        assert traces is not None
        store = open_store(f"sqlite:///{tmp_path / 't.db'}")
        practice = wiring.practice(store, scripted_cast(), longest_reply=500, observer=traces)
        session = practice.start(dean, rubric, owner="ann.example", seed=1)

        async def talk() -> None:
            for reply in (PRIVATE, "This is ungradable."):
                async for _ in practice.respond(session.id, reply, owner="ann.example"):
                    pass

        asyncio.run(talk())
        traces.close()
        store.close()
    sent = spans(bodies)
    exchanges = [span for span in sent if span.name == "exchange"]
    assert len(exchanges) == 2
    for exchange in exchanges:
        within = [span.name for span in sent if span.parent_span_id == exchange.span_id]
        assert sorted(within) == ["customer", "grade"]
    endings = {v.value.string_value for s in sent for v in s.attributes if v.key == "simcustomer.ending"}
    assert endings == {"done", "ungraded"}
    told = b"".join(bodies)
    assert not [word for word in (b"0171", b"ann.example", session.id.encode(), dean.name.encode()) if word in told]


def test_without_the_setting_there_are_none() -> None:
    assert wiring.traces(Settings()) is None
