"""Which language a visitor is answered in, and how they like answers shown: from their preference, else their browser's."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple, cast

import gradio as gr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from simcustomer.ui.sparing import SparingBlocks
from simcustomer.ui.wording import FIRST, SPOKEN

LANGUAGE, REPLIES = "language", "replies"
"""Names of the cookies that keep preferences."""

WHOLE = "whole"


class Preferences(NamedTuple):
    """What a visitor chose; `language` None leaves it to the browser, `whole` shows an answer only when it is complete."""

    language: str | None
    whole: bool


def preferences(headers: Mapping[str, str]) -> Preferences:
    """The preferences in a request's cookies."""
    try:
        kept = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return Preferences(None, whole=False)
    language, replies = kept.get(LANGUAGE), kept.get(REPLIES)
    return Preferences(language.value if language else None, whole=replies is not None and replies.value == WHOLE)


def language_of(headers: Mapping[str, str], known: tuple[str, ...]) -> str:
    """The language to answer this request in: the one chosen, else the first of the browser's that is known."""
    chosen = preferences(headers).language
    if chosen in known:
        return chosen
    return next((tag for tag in _accepted(headers.get("accept-language", "")) if tag in known), FIRST)


def _accepted(header: str) -> list[str]:
    """Primary language tags of an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if weight > 0:
            wanted.append((weight, tag.strip().split("-")[0].lower()))
    return [tag for _, tag in sorted(wanted, key=lambda each: -each[0])]


class LanguageGuard:
    """Sets the language for what is answered at once: pages, downloads, refusals."""

    def __init__(self, app: ASGIApp, known: tuple[str, ...]) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http":
            SPOKEN.set(language_of(Headers(scope=scope), self.known))
        await self.app(scope, receive, send)


class SpokenBlocks(SparingBlocks):
    """Blocks whose handlers run in the language of the request that asked for them.

    Gradio runs them in its own queue, out of sight of the middleware; this is the one place that every call goes through.
    """

    known: tuple[str, ...] = (FIRST,)

    async def call_function(self, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Set the language, then call."""
        given = cast("object", kwargs.get("requests", args[3] if len(args) > 3 else None))
        requests = cast("list[object]", given) if isinstance(given, list) else [given]
        for request in requests[:1]:
            if isinstance(request, gr.Request):
                SPOKEN.set(language_of(headers_of(request), self.known))
        return cast("object", await super().call_function(*args, **kwargs))


def headers_of(request: gr.Request) -> Mapping[str, str]:
    """The headers of a request that Gradio handed on."""
    return cast("Mapping[str, str]", request.headers)
