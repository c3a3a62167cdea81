"""The model of a grader that is asked in batches: it answers from `batch_folder`, and has `batch_api` asked for what is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from simcustomer.engines.openai.batch_api import ADDRESS, BatchServer, BatchState, word
from simcustomer.engines.openai.batch_folder import Answer, BatchFolder
from simcustomer.engines.openai.calls import Call, Completion
from simcustomer.engines.openai.dialect import Dialect
from simcustomer.engines.openai.endpoint import Endpoint
from simcustomer.engines.openai.failures import malformed
from simcustomer.engines.openai.replies import completion_in
from simcustomer.engines.openai.usage import Ledger
from simcustomer.errors import ModelError

WAITING = "waiting"
"""The kind of the error that says that a request has not been answered yet."""

_MOST_HICCUPS = 20
"""Questions in a row about a batch that may fail before waiting for it is given up."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Response(_Part):
    status_code: int
    body: Any = None


class _Error(_Part):
    code: str | None = None


class _Line(_Part):
    """A line of a file of answers or of errors."""

    custom_id: str
    response: _Response | None = None
    error: _Error | None = None


_TOLD = Call("grader", "batch", ())


@dataclass
class BatchModel:
    """Implements `calls.Model` over the batches in a folder.

    `complete` never waits: where there is no answer yet it notes the request and raises ModelError of kind WAITING, and
    where the last try in this run failed, the reason. A failure is not kept: a later run asks again.
    """

    endpoint: Endpoint
    folder: BatchFolder
    ledger: Ledger
    used: list[str] = field(default_factory=list[str])
    _failed: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self._server = BatchServer(self.endpoint)
        self._requests = self.folder.begin_requests()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.endpoint.model

    @property
    def deadline(self) -> float:
        """Seconds that one answer may take; none is waited for."""
        return self.endpoint.deadline

    @property
    def waiting(self) -> int:
        """How many requests were noted and are not handed in yet."""
        return len(self._requests)

    async def complete(self, call: Call, until: float) -> Completion:  # noqa: ARG002  # it does not wait
        """The answer that came back. Raises ModelError."""
        body = self._body(call)
        key = _key(body, call.sample)
        self.used.append(key)
        kept = self.folder.answer(key)
        if kept is not None:
            return Completion(kept.text or "", kept.usage, kept.model, kept.fingerprint)
        if key in self._failed:
            raise ModelError(self._failed[key], kind="batch")
        self._requests.write(key, ADDRESS, body)
        raise ModelError("The batch has not been answered yet. Run the command again.", kind=WAITING)

    async def stream(self, call: Call, until: float) -> AsyncGenerator[str]:
        """The answer in one piece. Raises ModelError."""
        yield (await self.complete(call, until)).text

    def forget(self) -> None:
        """Drop the answers that were used since `used` was emptied: they led to nothing, and a later run asks again."""
        for key in dict.fromkeys(self.used):
            if self.folder.answer(key) is not None:
                self.folder.keep(Answer(key=key))

    def hand_in(self) -> None:
        """Begin batches of what was noted, and of what an earlier run could not hand in. Raises ModelError."""
        self.folder.add(self._requests.names)
        self._requests = self.folder.begin_requests()
        for index, handed in enumerate(self.folder.batches):
            if handed.batch_id is not None:
                continue
            file_id, known = handed.file_id, None
            if file_id is None:
                file_id = self._server.upload(self.folder.path / handed.requests)
                self.folder.update(index, file_id=file_id)
            else:
                # An earlier run ended between asking for the batch and hearing of it: it must not be paid for twice.
                known = self._server.made_of(file_id)
            self.folder.update(index, batch_id=(known or self._server.create(file_id)).id)

    def collect(self, pause: Callable[[str], None]) -> None:
        """Wait for every batch that was handed in and keep its answers; `pause` waits between questions. Raises ModelError."""
        for index, handed in enumerate(self.folder.batches):
            if handed.batch_id is None or handed.fetched:
                continue
            state = self._ended(handed.batch_id, pause)
            self._fetch(state, handed.requests)
            self.folder.update(index, fetched=True)

    def _ended(self, batch_id: str, pause: Callable[[str], None]) -> BatchState:
        hiccups = 0
        while True:
            try:
                state = self._server.state(batch_id)
            except ModelError as error:
                hiccups += 1
                if not error.again or hiccups >= _MOST_HICCUPS:
                    raise
                pause("no answer")
                continue
            hiccups = 0
            if state.ended:
                return state
            pause(state.status)

    def _fetch(self, state: BatchState, requests: str) -> None:
        """Keep what answered and note why the rest did not; what is in no file failed with its batch."""
        open_ = set(self.folder.keys(requests))
        for file_id in filter(None, (state.output_file, state.error_file)):
            for line in self._server.lines(file_id):
                self._take(line, open_)
        why = f" ({state.code})" if state.code else ""
        for key in open_:
            self._failed[key] = (
                f"The batch of {self.endpoint.server} {state.status}{why} without an answer. Run the command again."
            )

    def _take(self, line: str, open_: set[str]) -> None:
        try:
            record = _Line.model_validate_json(line)
        except ValidationError:
            return  # a line in no known form answers nothing; what it was to answer stays open, and `_fetch` says so
        if record.custom_id not in open_:
            return
        open_.remove(record.custom_id)
        try:
            done = self._answer_in(record)
        except ModelError as error:
            self._failed[record.custom_id] = str(error)
            self.ledger.called(_TOLD, self.name, usage=None, seconds=0, attempts=1, outcome=error.kind)
            return
        self._failed.pop(record.custom_id, None)
        kept = Answer(
            key=record.custom_id, text=done.text, usage=done.usage, model=done.model, fingerprint=done.fingerprint
        )
        self.folder.keep(kept)
        self.ledger.called(_TOLD, self.name, usage=done.usage, seconds=0, attempts=1, outcome="ok")

    def _answer_in(self, record: _Line) -> Completion:
        server, response = self.endpoint.server, record.response
        if response is None or response.status_code != 200:
            status = f"status {response.status_code}" if response else "no reason given"
            said = word(record.error.code if record.error else None) or status
            raise ModelError(f"A request in a batch of {server} failed ({said}). Run the command again.", kind="batch")
        try:
            return completion_in(json.dumps(response.body).encode(), server)
        except ValidationError:
            raise malformed(server, "in a batch holds nothing") from None

    def _body(self, call: Call) -> dict[str, Any]:
        return Dialect.of(self.endpoint).request(self.endpoint, call, stream=False)


def _key(body: dict[str, Any], sample: int) -> str:
    """What identifies a request: all that is sent, and which of several alike it is."""
    return hashlib.sha256(json.dumps([body, sample], sort_keys=True).encode()).hexdigest()[:40]
