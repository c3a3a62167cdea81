"""A call to a model as the roles make it, what comes back, and the seam behind which a server or a recording answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from simcustomer.settings import ModelRole

Form = Literal["json_schema", "json_object", "plain"]
"""How a server can be asked for an answer of a certain form, strictest first."""

FORMS: tuple[Form, ...] = ("json_schema", "json_object", "plain")


class Message(NamedTuple):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class Schema(NamedTuple):
    """The form that an answer must have, as JSON schema."""

    name: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model. `prompts` holds the digest of each prompt file it was made from.

    `session` is for the ledger and is not sent. `sample` tells apart calls that are alike on purpose.
    """

    role: ModelRole
    purpose: str
    messages: tuple[Message, ...]
    prompts: Mapping[str, str] = field(default_factory=dict[str, str])
    schema: Schema | None = None
    session: str | None = None
    sample: int = 0

    def digest(self, model: str) -> str:
        """What identifies the call in a recording: all that the model would get."""
        asked = {
            "role": self.role,
            "model": model,
            "messages": self.messages,
            "schema": self.schema.body if self.schema else None,
            "sample": self.sample,
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Usage(NamedTuple):
    """Tokens of one call; `cached` is the part of `prompt` that the server had in its cache."""

    prompt: int
    completion: int
    cached: int = 0


class Completion(NamedTuple):
    """A whole answer. `fingerprint` is what the server says of its own version."""

    text: str
    usage: Usage | None = None
    model: str | None = None
    fingerprint: str | None = None


class Model(Protocol):
    """Whatever answers calls: a server, or a recording of one. `until` is the event loop's time by which it must have.

    Both methods raise ModelError, and nothing else.
    """

    @property
    def name(self) -> str:
        """The model's name, for provenance."""
        ...

    @property
    def deadline(self) -> float:
        """Seconds that one answer of a role may take, all its calls together."""
        ...

    async def complete(self, call: Call, until: float) -> Completion:
        """The whole answer."""
        ...

    def stream(self, call: Call, until: float) -> AsyncGenerator[str]:
        """The answer in pieces as they come; ends without error only where the answer is whole."""
        ...
