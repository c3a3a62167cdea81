"""Reads what a chat-completions server answers, whole or in pieces, and trusts nothing in it."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from simcustomer.engines.openai.calls import Completion, Usage
from simcustomer.engines.openai.failures import Server, cut_off, malformed, refused
from simcustomer.errors import ModelError

LONGEST_BODY = 4_000_000
"""Bytes of an answer that are read; the longest honest one is a few ten thousand."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Said(_Part):
    role: str | None = None
    content: str | None = None
    refusal: str | None = None


class _Choice(_Part):
    message: _Said
    finish_reason: str | None = None


class _Cached(_Part):
    cached_tokens: int | None = None


class _Tokens(_Part):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


class _Answer(_Part):
    choices: tuple[_Choice, ...]
    model: str | None = None
    system_fingerprint: str | None = None
    usage: _Tokens | None = None


class _Streamed(_Part):
    delta: _Said = _Said()
    finish_reason: str | None = None


class _Chunk(_Part):
    choices: tuple[_Streamed, ...] | None = None
    usage: _Tokens | None = None


class Piece(NamedTuple):
    """One piece of a stream: its text, why the stream stops where it says so, and the tokens of all where it knows."""

    text: str
    stop: str | None
    usage: Usage | None


def piece_in(chunk: object, server: Server) -> Piece:
    """A piece of a stream. Raises ModelError or pydantic's ValidationError."""
    read = _Chunk.model_validate(chunk)
    usage = _usage(read.usage)
    if not read.choices:
        return Piece("", None, usage)
    said, stop = read.choices[0].delta, read.choices[0].finish_reason
    if said.role not in (None, "", "assistant"):
        raise malformed(server, "speaks in a wrong role")
    if said.refusal:
        raise refused(server)
    return Piece(said.content or "", stop, usage)


def completion_in(body: bytes, server: Server) -> Completion:
    """The answer in the body of a response. Raises ModelError or pydantic's ValidationError."""
    answer = _Answer.model_validate_json(body)
    if not answer.choices:
        raise malformed(server, "holds nothing")
    choice = answer.choices[0]
    if choice.message.refusal:
        raise refused(server)
    if choice.message.role not in (None, "assistant"):
        raise malformed(server, "speaks in a wrong role")
    if choice.finish_reason is None:
        raise cut_off(server)
    stop_in(choice.finish_reason, server)
    if not (choice.message.content or "").strip():
        raise malformed(server, "is empty")
    return Completion(
        text=choice.message.content or "",
        usage=_usage(answer.usage),
        model=answer.model,
        fingerprint=answer.system_fingerprint,
    )


def stop_in(reason: str, server: Server) -> bool:
    """True where an answer stopped because it was whole. Raises ModelError for any other reason."""
    if reason == "content_filter":
        raise refused(server)
    if reason == "length":
        raise ModelError(
            f"The answer of {server} was longer than it may be. Raise SIMCUSTOMER_OPENAI_TOKENS.", kind="length"
        )
    return True


def _usage(tokens: _Tokens | None) -> Usage | None:
    if tokens is None:
        return None
    details = tokens.prompt_tokens_details
    return Usage(tokens.prompt_tokens, tokens.completion_tokens, (details.cached_tokens if details else None) or 0)
