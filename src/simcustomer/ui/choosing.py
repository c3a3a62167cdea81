"""Where preferences are set: a plain form, kept in cookies of this browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse

from simcustomer.ui.languages import LANGUAGE, REPLIES, WHOLE

A_YEAR = 365 * 24 * 3600


def add_preferences(app: FastAPI, known: tuple[str, ...]) -> None:
    """Take the form at /preferences."""

    async def keep(request: Request) -> RedirectResponse:
        asked = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        answer = RedirectResponse(_local(asked.get("next", "/")), 303)
        language = asked.get("language", "")
        _keep(answer, LANGUAGE, language if language in known else "")
        _keep(answer, REPLIES, WHOLE if asked.get("whole") else "")
        return answer

    app.add_api_route("/preferences", keep, methods=["POST"], response_model=None)


def _keep(answer: RedirectResponse, name: str, value: str) -> None:
    if value:
        answer.set_cookie(name, value, max_age=A_YEAR, httponly=True, samesite="lax")
    else:
        answer.delete_cookie(name, httponly=True, samesite="lax")


def _local(address: str) -> str:
    """The address where it is one of this site's own, else the root: a form must not send anybody elsewhere."""
    parts = urlsplit(address)
    is_ours = (
        not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    )
    return address if is_ours and address.isprintable() else "/"
