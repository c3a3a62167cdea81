"""What a visitor can take away: the record of a session of their own, as a file."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from simcustomer.domain.session import Session
from simcustomer.errors import NotFound
from simcustomer.exports import SessionRecord
from simcustomer.store import Kept
from simcustomer.ui.desk import Desk


def add_downloads(app: FastAPI, desk: Desk) -> None:
    """Serve /sessions/ID.json to whom the session belongs."""

    def session_json(session_id: str, request: Request) -> Response:
        try:
            visitor = desk.visitor_of(gr.Request(request))
            session = _ended(desk.practice.open(session_id, owner=visitor.id))
            record = SessionRecord.of(Kept(session, desk.reviews.of_session(session_id)), visitor.name)
        except NotFound as error:
            return PlainTextResponse(str(error), 404)
        name = f"simcustomer-{session.persona.id}-{session.started_at:%Y-%m-%d}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(record.model_dump_json(indent=2), media_type="application/json", headers=headers)

    app.add_api_route("/sessions/{session_id}.json", session_json, methods=["GET"])


def _ended(session: Session) -> Session:
    """The session. Raises NotFound for one that goes on: its grades are not told yet."""
    if session.outcome is None:
        raise NotFound("This conversation has not ended. End it, then download its record.")
    return session
