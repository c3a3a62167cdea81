"""Spans of exchanges, answers, grades and debriefs for OpenTelemetry, sent by OTLP over HTTP."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, Status, StatusCode, set_span_in_context

from simcustomer import __version__
from simcustomer.observing import Activity

_EXCHANGE: ContextVar[Span | None] = ContextVar("exchange", default=None)
"""The span that those of the roles belong to; the graph's tasks inherit it."""


class Traces:
    """Sends a span for each activity to a collector; attributes hold endings and times, nothing of what was said."""

    def __init__(self, endpoint: str) -> None:
        resource = Resource.create({"service.name": "simcustomer", "service.version": __version__})
        # Left out of the global state, which other packages would write into.
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        self._tracer = self._provider.get_tracer("simcustomer", __version__)

    @contextmanager
    def watching(self, activity: Activity) -> Generator[None]:
        """Implements `observing.Observer`."""
        parent = _EXCHANGE.get()
        within = None if parent is None or activity.kind == "exchange" else set_span_in_context(parent)
        span = self._tracer.start_span(activity.kind, within)
        token = _EXCHANGE.set(span) if activity.kind == "exchange" else None
        try:
            yield
        finally:
            if token is not None:
                # An exchange that was given up is cleared away in another task, which never had the span.
                with suppress(ValueError):
                    _EXCHANGE.reset(token)
            span.set_attribute("simcustomer.ending", activity.ending)
            if activity.first_word is not None:
                span.set_attribute("simcustomer.first_word_seconds", round(activity.first_word, 4))
            if activity.ending in ("failed", "ungraded"):
                span.set_status(Status(StatusCode.ERROR))
            span.end()

    def close(self) -> None:
        """Send what has not been sent yet."""
        self._provider.shutdown()
