"""Signing in and out: a form, a provider where one is set, and the cookie that comes of it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from simcustomer.domain.accounts import LONGEST_NAME, Visitor
from simcustomer.errors import SignInFailed, StoreError, TooManyTries
from simcustomer.signing_in import ERRAND_SECONDS, Doorkeeper, Login
from simcustomer.ui.admission import (
    FROM_PROVIDER,
    SIGN_IN,
    SIGN_OUT,
    STYLES,
    TO_PROVIDER,
    cookie_name,
    home_of,
    is_same_site,
    local_path,
)
from simcustomer.ui.cookies import address_of, forget, keep
from simcustomer.ui.outside import Outside

if TYPE_CHECKING:
    from simcustomer.oidc import Provider

ERRAND = "simcustomer-errand"
"""The cookie of a browser that was sent to the provider."""

MOST_HASHING = 2
"""Passwords that are compared at once: each takes 64 MiB and a processor for a moment."""


@dataclass(frozen=True)
class SignIn:
    """The routes of signing in and out."""

    keeper: Doorkeeper
    provider: Provider | None
    outside: Outside
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_HASHING))

    def add_to(self, app: FastAPI) -> None:
        """Serve them; called before Gradio is mounted, which takes all the rest."""
        app.add_route(SIGN_IN, self.form, methods=["GET"])
        app.add_route(SIGN_IN, self.sign_in, methods=["POST"])
        app.add_route(SIGN_OUT, self.sign_out, methods=["POST"])
        app.add_route(STYLES, self.styles, methods=["GET"])
        if self.provider is not None:
            app.add_route(TO_PROVIDER, self.depart, methods=["GET"])
            app.add_route(FROM_PROVIDER, self.arrive, methods=["GET"])

    async def styles(self, _: Request) -> Response:
        """How the page looks."""
        return Response(self.outside.styles, media_type="text/css")

    async def form(self, request: Request) -> Response:
        """The page to sign in on; whoever is signed in already goes on."""
        wanted = request.query_params.get("next", "")
        visitor: Visitor | None = request.state.visitor
        if visitor is not None:
            return self._onward(visitor, wanted)
        return self._page(wanted, told="signed_out" in request.query_params and self.outside.say("accounts.signed_out"))

    async def sign_in(self, request: Request) -> Response:
        """Sign in by name and password."""
        if not is_same_site(request.headers):
            return PlainTextResponse(self.outside.say("refused.origin"), 403)
        sent = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        name, password, wanted = (sent.get(key, [""])[-1] for key in ("name", "password", "next"))
        try:
            async with self.hashing:
                login = await asyncio.to_thread(self.keeper.sign_in, name, password, address=address_of(request))
        except TooManyTries as error:
            page = self._page(wanted, name=name, problem=str(error), status=429)
            page.headers["Retry-After"] = str(math.ceil(error.wait))
            return page
        except SignInFailed as error:
            return self._page(wanted, name=name, problem=str(error), status=401)
        except StoreError:
            return self._page(wanted, name=name, problem=self.outside.say("accounts.unknown"), status=503)
        return await self._admitted(request, login, wanted)

    async def sign_out(self, request: Request) -> Response:
        """Sign out, here and at once."""
        if not is_same_site(request.headers):
            return PlainTextResponse(self.outside.say("refused.origin"), 403)
        if token := request.cookies.get(cookie_name(request)):
            await asyncio.to_thread(self.keeper.sign_out, token, address=address_of(request))
        answer = RedirectResponse(f"{SIGN_IN}?signed_out=1", 303)
        forget(answer, request, cookie_name(request))
        return answer

    async def depart(self, request: Request) -> Response:
        """Send the browser to the provider."""
        assert self.provider is not None  # noqa: S101  # the route is there only then
        wanted = local_path(request.query_params.get("next", "")) or ""
        try:
            departure = await self.provider.depart(_come_back(request), wanted)
        except SignInFailed as error:
            return self._page(wanted, problem=str(error), status=502)
        answer = RedirectResponse(departure.url, 303)
        keep(answer, request, _errand(request), departure.state, seconds=ERRAND_SECONDS)
        return answer

    async def arrive(self, request: Request) -> Response:
        """Take the browser back from the provider."""
        assert self.provider is not None  # noqa: S101  # as above
        shown = request.cookies.get(_errand(request), "")
        try:
            arrival = await self.provider.arrive(
                dict(request.query_params), shown, _come_back(request), address=address_of(request)
            )
        except SignInFailed as error:
            answer = self._page("", problem=str(error), status=401)
        else:
            answer = await self._admitted(request, arrival.login, arrival.back_to)
        forget(answer, request, _errand(request))
        return answer

    async def _admitted(self, request: Request, login: Login, wanted: str) -> Response:
        if before := request.cookies.get(cookie_name(request)):
            await asyncio.to_thread(self.keeper.sign_out, before, address=address_of(request))
        answer = self._onward(login.visitor, wanted)
        keep(answer, request, cookie_name(request), login.token, seconds=self.keeper.lifetimes.most)
        return answer

    def _onward(self, visitor: Visitor, wanted: str) -> Response:
        return RedirectResponse(local_path(wanted) or home_of(visitor) or "/", 303)

    def _page(
        self, wanted: str, *, name: str = "", problem: str = "", told: str | bool = False, status: int = 200
    ) -> Response:
        asked = local_path(wanted)
        return self.outside.page(
            "outside_sign_in",
            status,
            name=name[: 2 * LONGEST_NAME],
            next=asked or "",
            problem=problem,
            told=told,
            to_provider=self.provider and f"{TO_PROVIDER}?{urlencode({'next': asked or ''})}",
            provider=self.provider.settings.label if self.provider else "",
        )


def _errand(request: Request) -> str:
    # Else another host of the same domain could plant one, and have a visitor sign in as somebody else.
    return f"__Host-{ERRAND}" if request.url.scheme == "https" else ERRAND


def _come_back(request: Request) -> str:
    # The host is one of those that the settings name; the guard has refused all others.
    return f"{request.url.scheme}://{request.url.netloc}{FROM_PROVIDER}"
