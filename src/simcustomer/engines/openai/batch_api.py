"""The wire of batches: a server's endpoints, files of requests in, files of answers out, each failure as our own error; keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

import openai
from openai.types import Batch

from simcustomer.engines.openai.endpoint import Endpoint
from simcustomer.engines.openai.failures import failure_of

ADDRESS = "/v1/chat/completions"
"""What each request of a batch is for."""

_WINDOW = "24h"
_ENDED = ("completed", "failed", "expired", "cancelled")
_TRIES = 3
_CODE = re.compile(r"[a-z][a-z0-9_]{0,60}")
_NEWEST = 300
"""Batches that are looked through for one whose making was not answered."""

T = TypeVar("T")


class BatchState(NamedTuple):
    """How a batch stands. Files are None where there are none; `code` is the server's word for why it failed."""

    id: str
    status: str
    output_file: str | None
    error_file: str | None
    code: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.status in _ENDED


@dataclass(frozen=True)
class BatchServer:
    """The batch endpoints at an endpoint's server. Every method raises ModelError, and nothing else."""

    endpoint: Endpoint

    def upload(self, path: Path) -> str:
        """Hand in a file of requests; the id of it."""
        return self._asked(lambda: self._client.files.create(file=path, purpose="batch").id)

    def create(self, file_id: str) -> BatchState:
        """Begin a batch of the requests in a file."""
        return _state(
            self._asked(
                lambda: self._client.batches.create(
                    input_file_id=file_id, endpoint=ADDRESS, completion_window=_WINDOW, metadata={"by": "simcustomer"}
                )
            )
        )

    def made_of(self, file_id: str) -> BatchState | None:
        """The batch of a file, where it was begun although nobody heard of it."""

        def found() -> BatchState | None:
            for number, batch in enumerate(self._client.batches.list(limit=100)):
                if batch.input_file_id == file_id:
                    return _state(batch)
                if number >= _NEWEST:
                    break
            return None

        return self._asked(found)

    def state(self, batch_id: str) -> BatchState:
        """How a batch stands now."""
        return _state(self._asked(lambda: self._client.batches.retrieve(batch_id)))

    def lines(self, file_id: str) -> Iterator[str]:
        """The lines of a file of answers, as they come."""
        try:
            with self._client.files.with_streaming_response.content(file_id) as response:
                yield from response.iter_lines()
        except Exception as error:  # noqa: BLE001  # as in `_asked`
            raise failure_of(error, self.endpoint.server) from None

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except Exception as error:  # noqa: BLE001  # a server that is none makes the SDK raise errors of many kinds
            # Without its cause: the SDK's errors carry what the server wrote, which can be the key.
            raise failure_of(error, self.endpoint.server) from None

    @cached_property
    def _client(self) -> openai.OpenAI:
        return openai.OpenAI(
            api_key=self.endpoint.api_key.get_secret_value(),
            base_url=self.endpoint.base_url,
            max_retries=_TRIES,
            timeout=self.endpoint.deadline,
            http_client=openai.DefaultHttpxClient(
                timeout=self.endpoint.deadline, follow_redirects=False, trust_env=not self.endpoint.is_local
            ),
        )


def _state(batch: Batch) -> BatchState:
    errors = (batch.errors.data if batch.errors else None) or []
    codes = [code for error in errors if (code := word(error.code))]
    return BatchState(batch.id, batch.status, batch.output_file_id, batch.error_file_id, codes[0] if codes else None)


def word(code: object) -> str | None:
    """A server's code for a failure, where it is a plain word: its messages may echo the key or the conversation."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
