"""The cookies of signing in, as they are set and taken back, and the address that a request came from."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response


def keep(answer: Response, request: Request, name: str, value: str, *, seconds: float) -> None:
    """Let the browser keep a value for so long, out of reach of scripts and other sites."""
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, max_age=int(seconds), path="/", httponly=True, samesite="lax", secure=secure)


def forget(answer: Response, request: Request, name: str) -> None:
    """Let the browser forget a value."""
    keep(answer, request, name, "", seconds=0)


def address_of(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else "unknown"
