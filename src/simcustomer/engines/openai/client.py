"""The one room from which models on servers are called: deadline, retries, and every failure as our own error."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx2
import openai
from openai import AsyncAPIResponse

from simcustomer.engines.openai.calls import Call, Completion, Usage
from simcustomer.engines.openai.dialect import Dialect
from simcustomer.engines.openai.endpoint import Endpoint
from simcustomer.engines.openai.failures import cut_off, failure_of, malformed, timed_out, too_much
from simcustomer.engines.openai.replies import LONGEST_BODY, completion_in, piece_in, stop_in
from simcustomer.engines.openai.usage import Ledger
from simcustomer.errors import ModelError

ATTEMPTS = 3
PAUSES = (0.5, 1.5)
"""Seconds before the second and third attempt, where the server does not say how long to wait."""

_ADAPTATIONS = 6
_CHARACTERS_A_TOKEN = 12
"""More than any language needs: an answer longer than its tokens times this has no end."""

T = TypeVar("T")

_PATH = "/chat/completions"
_UNREAD = {"X-Stainless-Raw-Response": "stream"}
"""The SDK's own header, which does not leave it, for a response whose body is not read yet."""

# `chat.completions.create` copies each request value by value, and builds a model with all its defaults for each piece of
# a stream: more time than all that is ours. `post` sends a body as it is and gives each piece as it came.
_Pieces = openai.AsyncStream[object]

_Opened = tuple[openai.AsyncOpenAI, AsyncGenerator[openai.AsyncOpenAI]]
"""A client, and what closes it."""

_CALLS_A_CLIENT = 8
"""Calls under way from which another client shares them: each looks through all of its connections at every call."""


@dataclass
class ModelClient:
    """Implements `calls.Model` for one endpoint."""

    endpoint: Endpoint
    ledger: Ledger = field(default_factory=Ledger)
    dialect: Dialect = field(init=False)
    _clients: WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Opened]] = field(
        default_factory=WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Opened]]
    )
    _turns: Iterator[int] = field(default_factory=count)
    _under_way: int = 0

    def __post_init__(self) -> None:
        self.dialect = Dialect.of(self.endpoint)
        for name in ("openai", "httpx2", "httpcore2"):
            # At level DEBUG these write requests, and with them the conversation, into the log.
            logging.getLogger(name).setLevel(logging.WARNING)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.endpoint.model

    @property
    def deadline(self) -> float:
        """Seconds that one answer of a role may take."""
        return self.endpoint.deadline

    async def complete(self, call: Call, until: float) -> Completion:
        """The whole answer. Raises ModelError."""
        started, tally = time.monotonic(), _Tally()
        self._under_way += 1
        try:
            done = await self._tried(lambda: self._completed(call), until, tally)
        except ModelError as error:
            self._enter(call, started, tally, error.kind)
            raise
        finally:
            self._under_way -= 1
        tally.usage = done.usage
        self._enter(call, started, tally, "ok")
        return done

    async def stream(self, call: Call, until: float) -> AsyncGenerator[str]:
        """The answer in pieces. Raises ModelError; what came before it is not the whole answer."""
        started, tally, outcome = time.monotonic(), _Tally(), "stopped"
        source: _Pieces | None = None
        self._under_way += 1
        try:
            source, piece = await self._tried(lambda: self._begun(call, tally), until, tally)
            heard = 0
            while piece is not None:
                heard += len(piece)
                if heard > self.endpoint.tokens * _CHARACTERS_A_TOKEN:
                    raise too_much(self.endpoint.server)
                yield piece
                piece = await self._following(source, tally, until)
            outcome = "ok"
        except ModelError as error:
            outcome = error.kind
            raise
        finally:
            self._under_way -= 1
            self._enter(call, started, tally, outcome)
            if source is not None:
                with contextlib.suppress(httpx2.HTTPError, OSError):  # what is left of the answer is of no use
                    await source.close()

    async def _tried(self, attempt: Callable[[], Awaitable[T]], until: float, tally: _Tally) -> T:
        clock = asyncio.get_running_loop().time
        while True:
            tally.attempts += 1
            try:
                return await self._within(until, attempt())
            except ModelError as failure:
                pause = PAUSES[min(tally.attempts, len(PAUSES)) - 1] if failure.wait is None else failure.wait
                if not failure.again or tally.attempts >= ATTEMPTS or clock() + pause >= until:
                    raise
            await asyncio.sleep(pause)

    async def _within(self, until: float, answer: Awaitable[T]) -> T:
        """The answer before the deadline. Raises ModelError for whatever else happens."""
        try:
            async with asyncio.timeout_at(until):
                return await answer
        except TimeoutError:
            raise timed_out(self.endpoint.server) from None
        except Exception as error:  # noqa: BLE001  # HTML and broken JSON make the SDK raise errors of many kinds
            # Without its cause: the SDK's errors carry what the server wrote, which can be the key.
            raise failure_of(error, self.endpoint.server) from None

    async def _completed(self, call: Call) -> Completion:
        async def ask(client: openai.AsyncOpenAI, body: dict[str, Any]) -> Completion:
            response = await client.post(
                _PATH, cast_to=AsyncAPIResponse[object], body=body, options={"headers": _UNREAD}
            )
            received = bytearray()
            try:
                async for chunk in response.iter_bytes():
                    received += chunk
                    if len(received) > LONGEST_BODY:
                        raise too_much(self.endpoint.server)
            finally:
                await response.close()
            return completion_in(bytes(received), self.endpoint.server)

        return await self._understood(call, ask, stream=False)

    async def _begun(self, call: Call, tally: _Tally) -> tuple[_Pieces, str | None]:
        """A stream and its first piece: a failure before it may be tried again, since nobody has heard anything."""

        async def ask(client: openai.AsyncOpenAI, body: dict[str, Any]) -> _Pieces:
            return await client.post(_PATH, cast_to=object, body=body, stream=True, stream_cls=_Pieces)

        tally.finished = False
        source = await self._understood(call, ask, stream=True)
        piece: str | None = None
        try:
            piece = await self._next_piece(source, tally)
        finally:
            if piece is None:
                await source.close()
        if piece is None:
            raise malformed(self.endpoint.server, "is empty")
        return source, piece

    async def _following(self, source: _Pieces, tally: _Tally, until: float) -> str | None:
        """The next text of a stream that has begun: a connection that fails now has cut an answer off."""
        try:
            return await self._within(until, self._next_piece(source, tally))
        except ModelError as error:
            if error.kind != "connection":
                raise
        raise cut_off(self.endpoint.server)

    async def _next_piece(self, source: _Pieces, tally: _Tally) -> str | None:
        """The next text of a stream; None where it ended as it should."""
        while (chunk := await anext(source, None)) is not None:
            piece = piece_in(chunk, self.endpoint.server)
            if piece.usage is not None:
                tally.usage = piece.usage
            if piece.stop is not None:
                tally.finished = stop_in(piece.stop, self.endpoint.server)
            if piece.text:
                return piece.text
        if not tally.finished:
            raise cut_off(self.endpoint.server)
        return None

    async def _understood(
        self, call: Call, ask: Callable[[openai.AsyncOpenAI, dict[str, Any]], Awaitable[T]], *, stream: bool
    ) -> T:
        """The answer, the request being put anew in a way that the server knows where it rejects a parameter."""
        dialect = self.dialect
        for _ in range(_ADAPTATIONS):
            body = dialect.request(self.endpoint, call, stream=stream)
            try:
                answer = await ask(await self._client(), body)
            except openai.APIStatusError as error:
                adapted = dialect.after(error, body, pinned=self.endpoint.structured != "auto")
                if adapted is None:
                    raise
                dialect = adapted
            else:
                # Only what has worked is remembered: a rejection can have had another cause after all.
                self.dialect = dialect
                return answer
        raise malformed(self.endpoint.server, "to every form of the request is a rejection")

    async def _client(self) -> openai.AsyncOpenAI:
        """A client of the running event loop, in turn."""
        clients = self._clients.setdefault(asyncio.get_running_loop(), [])
        place = next(self._turns) % (self._under_way // _CALLS_A_CLIENT + 1)
        if place >= len(clients):
            opened = self._opened()
            # Whoever closes an event loop also closes its generators, and with this one the connections that were kept.
            clients.append((await anext(opened), opened))
        return clients[min(place, len(clients) - 1)][0]

    async def _opened(self) -> AsyncGenerator[openai.AsyncOpenAI]:
        client = openai.AsyncOpenAI(
            api_key=self.endpoint.api_key.get_secret_value(),
            base_url=self.endpoint.base_url,
            max_retries=0,
            timeout=self.endpoint.deadline,
            http_client=openai.DefaultAsyncHttpxClient(
                limits=openai.DEFAULT_CONNECTION_LIMITS,
                timeout=self.endpoint.deadline,
                # A conversation goes to the address that was set: not on to another, and on this machine past no proxy.
                follow_redirects=False,
                trust_env=not self.endpoint.is_local,
                verify=_certificates(),
            ),
        )
        try:
            yield client
        finally:
            await client.close()

    def _enter(self, call: Call, started: float, tally: _Tally, outcome: str) -> None:
        seconds = time.monotonic() - started
        self.ledger.called(
            call, self.name, usage=tally.usage, seconds=seconds, attempts=tally.attempts, outcome=outcome
        )


@cache
def _certificates() -> ssl.SSLContext:
    """What servers are checked against: to read it takes longer than all else about a client."""
    return httpx2.create_ssl_context()


@dataclass
class _Tally:
    """What one call has cost so far; `finished` says that the server called its stream complete."""

    attempts: int = 0
    usage: Usage | None = None
    finished: bool = False
