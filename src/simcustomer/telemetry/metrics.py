"""Counts and times for Prometheus."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from simcustomer.observing import Activity

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)
"""Upper bounds in seconds, from the embedded engine's time to a model's deadline."""


class Metrics:
    """The metrics of one server. Labels hold roles, endings and names of guards, all of which are few and ours."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"simcustomer_{name}", what, labels, registry=registry)

        def seconds(name: str, what: str) -> Histogram:
            return Histogram(f"simcustomer_{name}_seconds", what, buckets=_BOUNDS, registry=registry)

        self._exchanges = counter("exchanges", "Exchanges by how they ended: done, failed or stopped.", "ending")
        self._running = Gauge("simcustomer_exchanges_running", "Exchanges that are running.", registry=registry)
        self._exchange = seconds("exchange", "From the start of an exchange until it is stored, with its grade.")
        self._first_word = seconds("first_word", "From the start of an exchange to the first word of the answer.")
        self._grade = seconds("grade", "What grading a reply took.")
        self._ungraded = counter("ungraded", "Replies that could not be graded.")
        self._calls = counter("model_calls", "Calls to models.", "role", "outcome")
        self._tokens = counter("model_tokens", "Tokens of calls to models, where the server says.", "role", "direction")
        self._guards = counter("model_guards", "Answers of models that a guard stopped.", "role", "guard")
        self._streams = Gauge("simcustomer_open_streams", "Streams of events open to browsers.", registry=registry)

    @contextmanager
    def watching(self, activity: Activity) -> Generator[None]:
        """Implements `observing.Observer`."""
        if activity.kind != "exchange":
            try:
                yield
            finally:
                self._took_part(activity)
            return
        try:
            with self._running.track_inprogress():
                yield
        finally:
            self._exchanged(activity)

    def called(self, role: str, outcome: str, *, prompt: int, completion: int) -> None:
        """Count a call to a model, with its tokens."""
        self._calls.labels(role, outcome).inc()
        self._tokens.labels(role, "prompt").inc(prompt)
        self._tokens.labels(role, "completion").inc(completion)

    def guarded(self, role: str, guard: str) -> None:
        """Count an answer that a guard stopped."""
        self._guards.labels(role, guard).inc()

    @contextmanager
    def stream(self) -> Generator[None]:
        """Within, a stream of events is open."""
        with self._streams.track_inprogress():
            yield

    def text(self) -> bytes:
        """All metrics as Prometheus reads them."""
        return generate_latest(self._registry)

    def _took_part(self, activity: Activity) -> None:
        if activity.kind == "grade" and activity.seconds is not None and activity.ending in ("done", "ungraded"):
            self._grade.observe(activity.seconds)
            if activity.ending == "ungraded":
                self._ungraded.inc()

    def _exchanged(self, activity: Activity) -> None:
        self._exchanges.labels(activity.ending).inc()
        if activity.ending == "done" and activity.seconds is not None:
            self._exchange.observe(activity.seconds)
        if activity.first_word is not None:
            self._first_word.observe(activity.first_word)
