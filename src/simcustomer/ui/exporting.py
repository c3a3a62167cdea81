"""Downloads of sessions: one's own for everyone, a team's for its manager, as files that come piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import gradio as gr
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.audit import Audited
from simcustomer.errors import InvalidInput, NotAllowed, NotFound, SimcustomerError
from simcustomer.exports import FORMATS, MEDIA_TYPES, Format, exported
from simcustomer.store import Archive, Selection
from simcustomer.ui.desk import Desk

FIRST_YEAR, LAST_YEAR = 1970, 9000
"""Of days that can be asked for; those at the ends of the calendar have no day before or after them to reckon with."""

_STATUS: dict[type[SimcustomerError], int] = {NotAllowed: 403, NotFound: 404, InvalidInput: 400}


def add_exports(app: FastAPI, desk: Desk) -> None:
    """Serve /exports/mine/FORMAT to everyone and /exports/team/FORMAT to managers; `person`, `since`, `until` narrow it.

    Only finished sessions are in it: while a conversation goes on, its grades are not told.
    """

    def download(scope: str, form: str, request: Request) -> Response:
        try:
            return _download(desk, desk.visitor_of(gr.Request(request)), (scope, form), request)
        except SimcustomerError as error:
            return PlainTextResponse(str(error), _STATUS.get(type(error), 500))

    app.add_api_route("/exports/{scope}/{form}", download, methods=["GET"], response_class=Response)


def _download(desk: Desk, visitor: Visitor, asked: tuple[str, str], request: Request) -> Response:
    scope, form = asked
    chosen, query = _format(form), dict(request.query_params)
    names = _team(desk, visitor, query.get("person")) if scope == "team" else {visitor.id: visitor.name}
    since, until = _day(query, "since"), _day(query, "until")
    selection = Selection(
        owners=tuple(names),
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        finished_only=True,
    )
    if scope == "team":
        desk.team.log(
            visitor.id, Audited.SESSIONS_EXPORTED, f"team {desk.team.name(visitor)}", f"{chosen}, {len(names)} people"
        )
    media, ending = MEDIA_TYPES[chosen]
    name = f"simcustomer-{scope}-{chosen}-{desk.team.today.isoformat()}.{ending}"
    pieces = exported(Archive(desk.practice.store.engine), selection, chosen, home=str(request.base_url), names=names)
    return StreamingResponse(
        pieces, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _team(desk: Desk, manager: Visitor, person: str | None) -> dict[str, str]:
    """Names by id of the people whose sessions are asked for."""
    members = (desk.team.member(manager, person),) if person else desk.team.members(manager)
    return {member.id: member.name for member in members}


def _format(form: str) -> Format:
    for each in FORMATS:
        if each == form:
            return each
    raise NotFound(f"There is no format {form[:20]!r}. Choose one of: {', '.join(FORMATS)}.")


def _day(query: Mapping[str, str], name: str) -> date | None:
    if not (asked := query.get(name)):
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise InvalidInput(f"{asked[:20]!r} is no day. Write it as 2026-01-31.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(f"{asked[:20]!r} is no day of a practice. Write it as 2026-01-31.")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()
