"""The guards around Gradio: who may ask, how much, for what, and what a browser may do with the answer."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simcustomer.lab.lab import MOST_GIVEN
from simcustomer.ui.lab_messages import TOO_LARGE
from simcustomer.ui.rooms import ROOMS
from simcustomer.ui.wording import Wording

MOST_BODY = 256 * 1024
"""Bytes of the largest request; the longest reply that a setting allows fits three times over."""

MOST_DRAINED, SECONDS_DRAINED = 4 * 1024 * 1024, 5.0
"""Bytes of a request that is too large, and seconds, for which it is read on, so that its sender gets to read the answer."""

FILE_DRAINED, SECONDS_FILE_DRAINED = 64 * 1024 * 1024, 60.0
"""The same of a file too large: a browser shows the answer only when it has sent all."""

UPLOADS = {
    "/lab/transcripts": f"../lab?view=grade&problem={TOO_LARGE}",
    "/lab/labels": f"../lab?view=import&problem={TOO_LARGE}",
}
"""Where a form with a file is sent, and the page that says so if it is too large."""

MOST_UPLOADED = MOST_GIVEN + 16 * 1024
"""Bytes of such a form: the file and what stands around it."""

SERVED = re.compile(
    rf"/(?:{'|'.join(ROOMS)})?|/sign-in(?:\.css|/provider|/return)?|/sign-out|/password|/lab/(?:transcripts|labels|runs/[\w-]+/[\w.]+)"
    r"|/config/?|/theme\.css|/manifest\.json|/favicon\.ico|/(?:assets|static|svelte)/.+"
    r"|/exports/(?:mine|team)/\w+|/preferences|/sessions/[\w-]+\.json"
    r"|/gradio_api/(?:queue/(?:join|data)|heartbeat/\w+|info|startup-events|app_id|cancel|reset|theme\.css)/?"
)
"""The pages, and what they need of what Gradio serves; the rest (uploads, files, proxying, monitoring) stays shut."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Gradio evaluates its templates and event scripts, so scripts cannot do without unsafe-eval; inline ones need this page's nonce.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a form of ours would come from the origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

LABELS = ("value", "label", "info", "placeholder")
"""Properties of a control that people read."""

_LEAVING = files("simcustomer.ui").joinpath("leaving.js").read_text(encoding="utf-8")
_LESS = "\\u003c"
_CONFIG = re.compile(r"(window\.gradio_config = )(\{.*?\})(;</script>)", re.DOTALL)
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)")
_SHARING = re.compile(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")
_LANGUAGE = re.compile(r"<html\s+lang=\"[^\"]*\"")


Fill = Callable[[dict[str, Any], Request], Awaitable[None]]
"""Fills in the description of the page that a request asks for."""


def guard(
    app: FastAPI,
    wording: Wording,
    *,
    hosts: Sequence[str],
    admit: Callable[[FastAPI], None],
    probe: Callable[[FastAPI], None],
    fill: Fill,
) -> None:
    """Put every guard around the app, which answers by these names; the one added last sees a request first.

    `admit` adds those that need to know who is asking, and `probe` those that answer machines, which know no name.
    """
    app.add_middleware(PageGuard, wording=wording, fill=fill)
    admit(app)
    app.add_middleware(RequestGuard, wording=wording)
    # Without allowed origins it adds nothing, and where it stands Gradio does not add its own.
    app.add_middleware(CORSMiddleware, allow_origins=())
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    probe(app)
    app.add_middleware(HeaderGuard)


class HeaderGuard:
    """Adds the headers that tell a browser what it may do; no answer leaves without them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "websocket":
            # Gradio needs none; unanswered, each would be an error of the server.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope = {**scope, "state": {**scope.get("state", {}), "nonce": nonce}}

        has_started = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
                if not scope["path"].startswith(("/assets/", "/static/")):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        except Exception:
            # What answers otherwise stands outside of all guards, and knows no headers.
            if not has_started:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send_guarded)
            raise


class RequestGuard:
    """Refuses what no page of ours would send: other origins, long bodies, paths that are not served."""

    def __init__(self, app: ASGIApp, wording: Wording) -> None:
        self.app = app
        self.wording = wording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with 403, 404 or 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not SERVED.fullmatch(scope["path"]):
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        elif scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
        elif not _is_ours(Headers(scope=scope)):
            await PlainTextResponse(self.wording.say("refused.origin"), 403)(scope, receive, send)
        elif scope["path"] in UPLOADS:
            body = await _bounded(scope, receive, MOST_UPLOADED, drained=FILE_DRAINED, seconds=SECONDS_FILE_DRAINED)
            answer = self.app if body is not None else RedirectResponse(UPLOADS[scope["path"]], 303)
            await answer(scope, _replayed(body or b"", receive), send)
        elif (body := await _bounded(scope, receive, MOST_BODY)) is None:
            await PlainTextResponse(self.wording.say("refused.too_large"), 413)(scope, receive, send)
        else:
            await self.app(scope, _replayed(body, receive), send)


class PageGuard:
    """Rewrites Gradio's page: a nonce for its inline scripts, our language and title, no addresses of other sites."""

    def __init__(self, app: ASGIApp, wording: Wording, fill: Fill) -> None:
        self.app = app
        self.wording = wording
        self.fill = fill

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the page back rewritten."""
        if scope["type"] != "http" or scope["path"].strip("/") not in {"", *ROOMS}:
            await self.app(scope, receive, send)
            return
        # A compressed page could not be rewritten.
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        started: list[Message] = []
        body = bytearray()

        async def send_rewritten(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                page = (await self._rewritten(body.decode(), Request(scope))).encode()
                if scope["method"] != "HEAD":
                    MutableHeaders(scope=started[0])["Content-Length"] = str(len(page))
                await send(started[0])
                await send({"type": "http.response.body", "body": page})

        await self.app({**scope, "headers": headers}, receive, send_rewritten)

    async def _rewritten(self, page: str, request: Request) -> str:
        page = page.replace("<head>", f"<head><script>{_LEAVING}</script>", 1)
        page = _SCRIPT.sub(f'<script nonce="{request.scope["state"]["nonce"]}"', page)
        page = _LANGUAGE.sub(f'<html lang="{escape(self.wording.language)}"', _SHARING.sub("", page))
        if found := _CONFIG.search(page):
            page = page[: found.start(2)] + await self._described(found[2], request) + page[found.end(2) :]
        title = f"{self.wording.say('site.name')} · {self.wording.say('site.tagline')}"
        return page.replace("<head>", f"<head><title>{escape(title)}</title>", 1)

    async def _described(self, description: str, request: Request) -> str:
        """Gradio's description of the page with the controls' labels in the language spoken, and filled in."""
        config = json.loads(description)
        for component in config["components"]:
            props = component["props"]
            for name in LABELS:
                if isinstance(props.get(name), str) and component["type"] != "html":
                    props[name] = self.wording.label(props[name])
        await self.fill(config, request)
        return json.dumps(config).replace("<", _LESS)


def _is_ours(headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _bounded(
    scope: Scope, receive: Receive, most: int, *, drained: int = MOST_DRAINED, seconds: float = SECONDS_DRAINED
) -> bytes | None:
    """The request's body; None as soon as it is known to be too long, or when so much of it was thrown away."""
    announced = Headers(scope=scope).get("content-length", "0")
    body = bytearray()
    while announced.isdecimal() and len(announced) < 12 and int(announced) <= most:
        message = await receive()
        body.extend(message.get("body", b""))
        if len(body) > most:
            break
        if not message.get("more_body", False):
            return bytes(body)
    with suppress(TimeoutError):
        await asyncio.wait_for(_drained(receive, drained), seconds)
    return None


async def _drained(receive: Receive, most: int) -> None:
    """Read on to the end of a body, or as much as may be wasted on it; where it was left unread, the client sees a reset."""
    read, more = 0, True
    while more and read <= most:
        message = await receive()
        read += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)


def _replayed(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay
