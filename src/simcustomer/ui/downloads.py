"""What a visitor can take away: the record of a session of their own, as a file."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from simcustomer.errors import NotFound
from simcustomer.session_record import SessionRecord
from simcustomer.ui.desk import Desk


def add_downloads(app: FastAPI, desk: Desk) -> None:
    """Serve /sessions/ID.json to whom the session belongs."""

    def session_json(session_id: str, request: Request) -> Response:
        try:
            session = desk.practice.open(session_id, owner=desk.owner_of(gr.Request(request)))
            record = SessionRecord.of(session)
        except NotFound as error:
            return PlainTextResponse(str(error), 404)
        name = f"simcustomer-{session.persona.id}-{session.started_at:%Y-%m-%d}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(record.model_dump_json(indent=2), media_type="application/json", headers=headers)

    app.add_api_route("/sessions/{session_id}.json", session_json, methods=["GET"])
