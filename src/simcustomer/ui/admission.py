"""Who is asking: the guard that knows the visitor of every request, and lets each into their own pages only."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from simcustomer.domain.accounts import LOCAL, Role, Visitor
from simcustomer.errors import StoreError
from simcustomer.signing_in import Doorkeeper
from simcustomer.ui.outside import Outside
from simcustomer.ui.rooms import ROOMS

_log = logging.getLogger(__name__)

SIGN_IN, SIGN_OUT, STYLES = "/sign-in", "/sign-out", "/sign-in.css"
TO_PROVIDER, FROM_PROVIDER = "/sign-in/provider", "/sign-in/return"
PASSWORD = "/password"  # noqa: S105  # an address
OPEN_TO_ALL = frozenset({SIGN_IN, SIGN_OUT, STYLES, TO_PROVIDER, FROM_PROVIDER, "/favicon.ico"})
"""What is served to whoever has not signed in."""

ROLES: Mapping[str, Role] = {"": Role.TRAINEE, **ROOMS}
"""Whom each page is for, by its address below the root."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers that a proxy adds: whoever brings one is not this machine's own user."""

LOOKING_UP = 4
"""Logins that are looked up at once; each takes half a millisecond."""

Recognise = Callable[[Request], Awaitable[Visitor | None]]


def cookie_name(request: Request) -> str:
    """The name of the cookie with the login; browsers take `__Host-` from this very host over TLS only."""
    return "__Host-simcustomer" if request.url.scheme == "https" else "simcustomer-login"


def by_login(keeper: Doorkeeper) -> Recognise:
    """Visitors are known by the login that their browser shows."""
    # Threads of their own: slow handlers fill those that asyncio has, and every request waits for its visitor.
    threads = ThreadPoolExecutor(LOOKING_UP, thread_name_prefix="visitors")

    async def recognise(request: Request) -> Visitor | None:
        token = request.cookies.get(cookie_name(request))
        return await asyncio.get_running_loop().run_in_executor(threads, keeper.visitor, token) if token else None

    return recognise


async def alone(request: Request) -> Visitor | None:
    """Everyone on this machine is its one user; whoever comes through a proxy is nobody."""
    return None if any(name in request.headers for name in FORWARDED) else LOCAL


def visitor_of(request: gr.Request) -> Visitor:
    """The visitor whom the guard has let through to a handler."""
    inner = cast("Request", request.request)
    return cast("Visitor", inner.scope["state"]["visitor"])


def visitor_id(request: Request) -> str | None:
    """The id of the visitor whom the guard has let through; None where it has not."""
    visitor = cast("Visitor | None", request.scope.get("state", {}).get("visitor"))
    return visitor.id if visitor else None


def home_of(visitor: Visitor) -> str | None:
    """The first page that is open to a visitor; None where none is."""
    return next((f"/{page}" for page, role in ROLES.items() if role in visitor.roles), None)


class Admission:
    """Puts the visitor into the request's state as `visitor`; nobody gets further than to the sign-in page."""

    def __init__(self, app: ASGIApp, recognise: Recognise, outside: Outside, *, has_sign_in: bool) -> None:
        self.app = app
        self.recognise = recognise
        self.outside = outside
        self.has_sign_in = has_sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with 303, 401, 403 or 503."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            visitor = await self.recognise(request)
        except StoreError:
            _log.exception("it could not be found out who is asking")
            await self._told(request, "accounts.unknown", 503)(scope, receive, send)
            return
        scope = {**scope, "state": {**scope.get("state", {}), "visitor": visitor}}
        answer = None if self._is_open(scope["path"]) else self._refusal(request, visitor)
        await (answer or self.app)(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return self.has_sign_in and path in OPEN_TO_ALL

    def _refusal(self, request: Request, visitor: Visitor | None) -> Response | None:
        page = request.url.path.strip("/")
        if visitor is None:
            if not self.has_sign_in:
                return self._told(request, "accounts.through_proxy", 403)
            if not _is_page(page) or request.method not in ("GET", "HEAD"):
                return self._expired(request)
            wanted = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")
            return RedirectResponse(f"{SIGN_IN}?next={wanted}", 303)
        if page not in ROLES or ROLES[page] in visitor.roles:
            return None
        home = home_of(visitor)
        if not page and home and not request.url.query:
            return RedirectResponse(home, 303)
        return self.outside.refused(request, f"rooms.refused.{ROLES[page].value}", visitor=visitor, home=home)

    def _expired(self, request: Request) -> Response:
        """What a script is told, or who sent a form: its answer is a page."""
        if request.method == "POST" and "text/html" in request.headers.get("accept", ""):
            return self.outside.refused(request, "accounts.expired_form", status=401)
        return JSONResponse({"detail": self.outside.say("accounts.expired")}, 401)

    def _told(self, request: Request, key: str, status: int) -> Response:
        if _is_page(request.url.path.strip("/")) or request.url.path in OPEN_TO_ALL:
            return self.outside.refused(request, key, status=status)
        return JSONResponse({"detail": self.outside.say(key)}, status)


class OwnSessions:
    """Keeps Gradio's sessions apart by visitor, and handlers to those whom their page is open to.

    Gradio takes whoever names a session for its owner: for their events, and for what the server keeps for a page. Here
    the visitor's id stands before the name in every request, so that nobody can name another one's session.
    """

    QUEUED = frozenset({"/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset"})
    EVENTS, HEARTBEAT = "/gradio_api/queue/data", "/gradio_api/heartbeat/"

    def __init__(self, app: ASGIApp, page_of: Callable[[int], str | None], outside: Outside) -> None:
        self.app = app
        self.page_of = page_of
        self.outside = outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the session's name told apart, or answer it with 400 or 403."""
        visitor = cast("Visitor | None", scope.get("state", {}).get("visitor"))
        if scope["type"] != "http" or visitor is None:
            await self.app(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        if path == self.EVENTS:
            asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            told = [(name, _own(visitor, value) if name == "session_hash" else value) for name, value in asked]
            scope = {**scope, "query_string": urlencode(told).encode()}
        elif path.startswith(self.HEARTBEAT):
            renamed = self.HEARTBEAT + _own(visitor, path.removeprefix(self.HEARTBEAT))
            scope = {**scope, "path": renamed, "raw_path": renamed.encode()}
        elif path in self.QUEUED:
            await self._queued(visitor, scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _queued(self, visitor: Visitor, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body_of(scope, receive)
        if body is None:
            await JSONResponse({"detail": self.outside.say("accounts.unreadable")}, 400)(scope, receive, send)
            return
        number = body.get("fn_index")
        if number is not None:
            page = self.page_of(number) if type(number) is int else None
            if page is None:
                await JSONResponse({"detail": self.outside.say("accounts.unreadable")}, 400)(scope, receive, send)
                return
            role = ROLES.get(page)
            if role is None or role not in visitor.roles:
                told = self.outside.say(f"rooms.refused.{role.value}" if role else "accounts.unreadable")
                await JSONResponse({"detail": told}, 403)(scope, receive, send)
                return
        if isinstance(body.get("session_hash"), str):
            body["session_hash"] = _own(visitor, body["session_hash"])
        content = json.dumps(body).encode()
        headers = [
            (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"content-type")
        ]
        headers += [(b"content-length", str(len(content)).encode()), (b"content-type", b"application/json")]
        sent = [{"type": "http.request", "body": content, "more_body": False}]

        async def receive_renamed() -> Any:
            return sent.pop() if sent else await receive()

        await self.app({**scope, "headers": headers}, receive_renamed, send)


async def _body_of(scope: Scope, receive: Receive) -> dict[str, Any] | None:
    """The body as an object of JSON; None where it is none. Its length is bounded already."""
    try:
        body: object = json.loads(await Request(scope, receive).body())
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def _is_page(path: str) -> bool:
    """Whether people look at what is there when they are signed in: a role's page, or one's own password."""
    return path in ROLES or path == PASSWORD.strip("/")


def _own(visitor: Visitor, session_hash: str) -> str:
    return f"{visitor.id}.{session_hash}"


def local_path(wanted: str) -> str | None:
    """The address of a page of ours with its query; None for anything else, above all for addresses of other sites."""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or not _is_page(parts.path.strip("/")):
        return None
    path = f"/{parts.path.strip('/')}"
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True))
    return f"{path}?{query}" if query else path


def is_same_site(headers: Headers) -> bool:
    """Whether a browser says that a form was sent from our own page; the guard has refused those that say otherwise."""
    return "origin" in headers or "sec-fetch-site" in headers
