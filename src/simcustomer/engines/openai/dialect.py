"""What a server understands of the protocol: learnt from what it rejects, and remembered while the program runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import openai

from simcustomer.engines.openai.calls import FORMS, Call, Form
from simcustomer.engines.openai.endpoint import Endpoint

_REJECTIONS = (400, 415, 422, 501)
"""Statuses with which servers answer a parameter that they do not know."""

_CANNOT_COMPILE = "grammar"
"""The word in a 500 that means the same: llama.cpp's for a schema that it cannot compile."""

_DROPPABLE = ("temperature", "seed", "stream_options")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to put a request to one server."""

    form: Form
    limit: str
    dropped: frozenset[str] = frozenset()

    @classmethod
    def of(cls, endpoint: Endpoint) -> Dialect:
        """What to try first: the strictest form, and the parameter for length that the kind of server is known to take."""
        official = endpoint.server.host.endswith(("openai.com", "azure.com"))
        form: Form = FORMS[0] if endpoint.structured == "auto" else endpoint.structured
        return cls(form=form, limit="max_completion_tokens" if official else "max_tokens")

    def request(self, endpoint: Endpoint, call: Call, *, stream: bool) -> dict[str, Any]:
        """The body of a request."""
        body: dict[str, Any] = {
            "model": endpoint.model,
            "messages": [message._asdict() for message in call.messages],
            self.limit: endpoint.tokens,
            "temperature": endpoint.temperature,
            "seed": endpoint.seed,
        }
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        elif call.schema is not None and self.form != "plain":
            body["response_format"] = self._response_format(call)
        return {name: value for name, value in body.items() if value is not None and name not in self.dropped}

    def _response_format(self, call: Call) -> dict[str, Any]:
        if self.form == "json_schema" and call.schema is not None:
            return {
                "type": "json_schema",
                "json_schema": {"name": call.schema.name, "schema": call.schema.body, "strict": True},
            }
        return {"type": "json_object"}

    def after(self, error: openai.APIStatusError, body: dict[str, Any], *, pinned: bool) -> Dialect | None:
        """The dialect to try next after a rejection of `body`, or None where the rejection has another cause.

        `pinned` keeps the form that the settings ask for.
        """
        # Servers name the parameter in `param` or only in their text.
        about = f"{error.param or ''} {error.message}".lower()
        uncompiled = error.status_code == 500 and _CANNOT_COMPILE in about
        if error.status_code not in _REJECTIONS and not uncompiled:
            return None
        if "max_tokens" in about and "max_completion_tokens" in about and self.limit in body:
            other = "max_completion_tokens" if self.limit == "max_tokens" else "max_tokens"
            return replace(self, limit=other)
        for name in _DROPPABLE:
            if name in body and name in about:
                return replace(self, dropped=self.dropped | {name})
        if "response_format" in body and not pinned and (following := FORMS[FORMS.index(self.form) + 1 :]):
            return replace(self, form=following[0])
        return None
