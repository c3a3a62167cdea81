"""Files into and out of the lab: two addresses that take a form with a file, one that gives what a run keeps.

Gradio's own uploads stay shut: they would store any file of anyone on the server. These take one small text, of an
engineer, and store it as a run.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import gradio as gr
from fastapi import FastAPI
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.transcript import Channel
from simcustomer.errors import NotAllowed, NotFound, SimcustomerError
from simcustomer.evaluation.pasted import read_pasted
from simcustomer.lab.order import Kind, Order
from simcustomer.ui.desk import Desk
from simcustomer.ui.rooms import ROOMS

ENDINGS = {Kind.TRANSCRIPTS: (".jsonl", ".txt"), Kind.LABELS: (".jsonl", ".csv")}
VIEWS = {Kind.TRANSCRIPTS: "grade", Kind.LABELS: "import"}

LONGEST_NAME = 120


class _Refused(Exception):
    """The file cannot be taken; the message is the name of a problem."""


class LabFiles:
    """Takes and gives the lab's files, each time for a visitor who may be in the lab."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_to(self, app: FastAPI) -> None:
        """Serve them; the guards let these addresses through."""
        app.add_route("/lab/transcripts", self.transcripts, methods=["POST"])
        app.add_route("/lab/labels", self.labels, methods=["POST"])
        app.add_route("/lab/runs/{run_id}/{name}", self.download, methods=["GET"])

    async def transcripts(self, request: Request) -> Response:
        """Transcripts to grade; answers with the way to the run, or back to the form with what was wrong."""
        return await self._taken(request, Kind.TRANSCRIPTS)

    async def labels(self, request: Request) -> Response:
        """Rated conversations to measure agreement with; answers as `transcripts` does."""
        return await self._taken(request, Kind.LABELS)

    async def download(self, request: Request) -> Response:
        """A file that a run keeps, to be saved, never to be shown."""
        try:
            self._admitted(request)
            name = request.path_params["name"]
            path = await asyncio.to_thread(self._desk.lab.folder.download, request.path_params["run_id"], name)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        except NotFound as error:
            return PlainTextResponse(str(error), 404)
        return FileResponse(path, media_type="application/octet-stream", filename=f"{path.parent.name}-{name}")

    async def _taken(self, request: Request, kind: Kind) -> Response:
        try:
            visitor = self._admitted(request)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        try:
            async with request.form(max_files=1, max_fields=4) as form:
                order, given = await self._ordered(form, kind)
            run = await asyncio.to_thread(self._desk.lab.order, order, by=visitor.name, given=given)
        except _Refused as refused:
            return _back({"view": VIEWS[kind], "problem": str(refused)})
        except SimcustomerError as error:
            return _back({"view": VIEWS[kind], "problem": self._desk.messages.keep(str(error))})
        return _back({"run": run.id})

    async def _ordered(self, form: FormData, kind: Kind) -> tuple[Order, bytes]:
        file, engine = form.get("file"), form.get("engine")
        if not isinstance(file, UploadFile) or not file.filename:
            raise _Refused("no_file")
        name = file.filename.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
        if not name.lower().endswith(ENDINGS[kind]):
            raise _Refused(f"wrong_kind_{kind.value}")
        given = await file.read()
        try:
            text = given.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _Refused("not_text") from None
        if name.lower().endswith(".txt"):
            given = await asyncio.to_thread(_as_lines, text)
        return Order(kind=kind, engine=str(engine), rubric=self._desk.rubric_id, file=name), given

    def _admitted(self, request: Request) -> Visitor:
        return self._desk.admitted(gr.Request(request), ROOMS["lab"])


def _as_lines(text: str) -> bytes:
    return "\n".join(record.model_dump_json() for record in read_pasted(text, Channel.CHAT)).encode()


def _back(query: dict[str, str]) -> Response:
    # Relative, so that it holds behind a proxy that adds a prefix.
    return RedirectResponse(f"../lab?{urlencode(query)}", 303)
