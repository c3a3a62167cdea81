"""Where whoever signs in by a password changes it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from simcustomer.domain.accounts import Visitor
from simcustomer.errors import SignInFailed, SimcustomerError, StoreError, TooManyTries
from simcustomer.passwords import LONGEST, SHORTEST
from simcustomer.signing_in import Doorkeeper, Login
from simcustomer.ui.admission import PASSWORD, cookie_name, home_of, is_same_site
from simcustomer.ui.cookies import address_of, keep
from simcustomer.ui.outside import Outside


@dataclass(frozen=True)
class OwnPassword:
    """The form and what takes it; `hashing` bounds how many passwords are compared at once, over all forms."""

    keeper: Doorkeeper
    outside: Outside
    hashing: asyncio.Semaphore

    def add_to(self, app: FastAPI) -> None:
        """Serve them; called before Gradio is mounted, which takes all the rest."""
        app.add_route(PASSWORD, self.form, methods=["GET"])
        app.add_route(PASSWORD, self.change, methods=["POST"])

    async def form(self, request: Request) -> Response:
        """The form, or that it has been taken."""
        try:
            return await self._page(request, told="changed" in request.query_params)
        except StoreError:
            return self.outside.refused(request, "accounts.unknown", status=503)

    async def change(self, request: Request) -> Response:
        """Change the password of who is signed in, and sign them in anew."""
        if not is_same_site(request.headers):
            return PlainTextResponse(self.outside.say("refused.origin"), 403)
        sent = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        old, new, again = (sent.get(key, [""])[-1] for key in ("old", "new", "again"))
        if new != again:
            return await self._page(request, self.outside.say("password.differs"), status=400)
        try:
            login = await self._changed(request, old, new)
        except SimcustomerError as error:
            return await self._refused(request, error)
        answer = RedirectResponse(f"{PASSWORD}?changed=1", 303)
        keep(answer, request, cookie_name(request), login.token, seconds=self.keeper.lifetimes.most)
        return answer

    async def _refused(self, request: Request, error: SimcustomerError) -> Response:
        match error:
            case StoreError():
                return self.outside.refused(request, "accounts.unknown", status=503)
            case TooManyTries():
                page = await self._page(request, str(error), status=429)
                page.headers["Retry-After"] = str(math.ceil(error.wait))
                return page
            case SignInFailed():
                return await self._page(request, self.outside.say("password.wrong"), status=401)
            case _:
                return await self._page(request, str(error), status=400)

    async def _changed(self, request: Request, old: str, new: str) -> Login:
        async with self.hashing:
            change = self.keeper.change_password
            return await asyncio.to_thread(change, _visitor(request), old, new, address=address_of(request))

    async def _page(self, request: Request, problem: str = "", *, told: bool = False, status: int = 200) -> Response:
        visitor = _visitor(request)
        return self.outside.page(
            "outside_password",
            status,
            visitor=visitor,
            home=home_of(visitor) or "/",
            kept_here=await asyncio.to_thread(self.keeper.has_password, visitor),
            problem=problem,
            told=told,
            shortest=SHORTEST,
            longest=LONGEST,
        )


def _visitor(request: Request) -> Visitor:
    """Who is signed in; the guard lets nobody else through."""
    return cast("Visitor", request.state.visitor)
