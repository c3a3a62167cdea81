"""Every way in which a call to a model fails, as our own error: no key, no message text, and what to do about it."""

from __future__ import annotations

import json
from typing import NamedTuple

import httpx2
import openai
from pydantic import ValidationError

from simcustomer.errors import ModelError


class Server(NamedTuple):
    """Which model of which server is meant, as messages name it."""

    host: str
    model: str

    def __str__(self) -> str:
        return f"{self.model} at {self.host}"


_STATUS: dict[int, tuple[str, str]] = {
    401: ("key", "does not accept the key. Check SIMCUSTOMER_OPENAI_API_KEY or OPENAI_API_KEY"),
    402: ("quota", "wants to be paid first. Check the account's balance"),
    403: ("key", "does not allow this key to use the model. Check the key's rights"),
    404: ("not_found", "does not know the model or the address. Check the model's name and the base URL"),
    413: ("too_long", "finds the conversation too long. Use a model with a larger context"),
    422: ("rejected", "rejects the request. See docs/models.md for what a server must understand"),
}
_OTHERS: tuple[tuple[tuple[type[Exception], ...], str, str, bool], ...] = (
    (
        (openai.APIConnectionError, httpx2.TransportError, OSError),
        "connection",
        "The connection to {server} failed. Check that the server runs and the base URL is right; try again.",
        True,
    ),
    (
        (json.JSONDecodeError, ValidationError, openai.APIResponseValidationError),
        "malformed",
        "The answer of {server} is not what an OpenAI-compatible server sends. Check the base URL; try again.",
        True,
    ),
    ((openai.APIError,), "server", "{server} broke its answer off with an error. Try again.", True),
)
_LONGEST_WAIT = 3600.0


def failure_of(error: Exception, server: Server) -> ModelError:
    """Our error for whatever the SDK, the network or a malformed answer raised."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _status(error, server)
    if isinstance(error, (openai.APITimeoutError, TimeoutError, httpx2.TimeoutException)):
        return timed_out(server)
    for kinds, kind, what, again in _OTHERS:
        if isinstance(error, kinds):
            return ModelError(what.format(server=server), kind=kind, again=again)
    return malformed(server, f"could not be read ({type(error).__name__})")


def timed_out(server: Server) -> ModelError:
    """The deadline has passed."""
    return ModelError(
        f"{server} did not answer in time. Try again, or give it longer with SIMCUSTOMER_OPENAI_DEADLINE.",
        kind="timeout",
    )


def malformed(server: Server, what: str) -> ModelError:
    """An answer that is none: `what` completes the sentence "The answer of ...". The same call may do better."""
    return ModelError(f"The answer of {server} {what}. Try again.", kind="malformed", again=True)


def cut_off(server: Server) -> ModelError:
    """An answer that ended before it was whole."""
    return ModelError(f"The answer of {server} broke off. Try again.", kind="cut_off", again=True)


def refused(server: Server) -> ModelError:
    """The model, or the filter in front of it, will not answer."""
    return ModelError(f"{server} refused to answer. Try again, or choose another model.", kind="refused")


def too_much(server: Server) -> ModelError:
    """An answer without end."""
    return ModelError(f"The answer of {server} does not end. Choose another model.", kind="too_much")


def _status(error: openai.APIStatusError, server: Server) -> ModelError:
    # What the server wrote stays out: it may echo the key or the conversation.
    status = error.status_code
    if status == 429 and error.code == "insufficient_quota":
        return ModelError(f"{server}: the account's quota is used up. Check its balance.", kind="quota")
    if status == 429:
        return ModelError(
            f"{server} is asked too much at the moment (status 429). Wait a little and try again.",
            kind="rate",
            again=True,
            wait=_asked_to_wait(error.response),
        )
    if status >= 500 or status in (408, 409):
        message = f"{server} has trouble of its own (status {status}). Try again."
        return ModelError(message, kind="server", again=True, wait=_asked_to_wait(error.response))
    kind, does = _STATUS.get(status, ("rejected", f"rejects the request (status {status})"))
    return ModelError(f"{server} {does}.", kind=kind)


def _asked_to_wait(response: httpx2.Response) -> float | None:
    """Seconds of Retry-After, where it is a number; a date is left to our own pace."""
    try:
        seconds = float(response.headers.get("retry-after-ms", "")) / 1000
    except ValueError:
        try:
            seconds = float(response.headers.get("retry-after", ""))
        except ValueError:
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)
