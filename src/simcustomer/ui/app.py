"""The web app: the site in a server application, with Gradio's doors shut and guards around it."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Callable
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI

from simcustomer import wiring
from simcustomer.domain.accounts import Visitor
from simcustomer.hints import Hints
from simcustomer.library import DEFAULT_RUBRIC, Library
from simcustomer.practice import Practice
from simcustomer.roles import Trainee
from simcustomer.ui.catalogue import Catalogue
from simcustomer.ui.choosing import add_preferences
from simcustomer.ui.desk import Desk, local_visitor
from simcustomer.ui.downloads import add_downloads
from simcustomer.ui.languages import LanguageGuard, SpokenBlocks
from simcustomer.ui.pacing import Pace
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.security import guard
from simcustomer.ui.site import Site, wire
from simcustomer.ui.streams import LateJoin
from simcustomer.ui.theme import theme
from simcustomer.ui.wording import Wording

MOST_WAITING = 200
"""Requests that may wait for a handler; one more is told that the server is busy."""

MOST_AT_ONCE = 40
"""Handlers of one kind that run side by side: each answer being shown is one."""

UNMEASURED = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(2**31),
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
}
"""Gradio keeps and sums up statistics after every event for a page that is off here; these are its only switches."""


BUILT: dict[str, Callable[[gr.Blocks, Desk], None]] = {}
"""What lays out and wires each of `rooms.ROOMS`, called within the room's route."""


def create_app(
    practice: Practice,
    library: Library,
    *,
    rubric_id: str = DEFAULT_RUBRIC,
    expert: Trainee | None = None,
    visitor_of: Callable[[gr.Request], Visitor] = local_visitor,
    pace: Pace | None = None,
) -> FastAPI:
    """The app over these use cases and this content; it answers requests addressed to this machine's own names only.

    `expert` shows how a reply could have been put; None: the embedded one. Not to be called where an event loop runs.
    """
    desk = Desk(
        practice=practice,
        catalogue=Catalogue(library),
        rubric_id=rubric_id,
        renderer=Renderer(Wording.all()),
        expert=expert or wiring.trainee("expert"),
        hints=Hints(practice.store, wiring.adviser()),
        visitor_of=visitor_of,
        pace=pace or Pace(),
    )
    os.environ.update(UNMEASURED)
    # Where no loop runs, Gradio opens one for each of its locks and never closes it.
    return asyncio.run(_built(desk))


async def _built(desk: Desk) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(LateJoin)
    guard(app, desk.renderer.wording)
    known = desk.renderer.wording.languages
    app.add_middleware(LanguageGuard, known=known)
    add_downloads(app, desk)
    add_preferences(app, known)
    blocks = _blocks(desk)
    # Gradio warns that pages made on the server are off, which they are anyway.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)
        return _mounted(app, blocks)


def _mounted(app: FastAPI, blocks: gr.Blocks) -> FastAPI:
    return gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme(),
        css=_styles(),
        js=_file("page.js"),
        allowed_paths=[],
        max_file_size=1,
        show_error=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
    )


def _blocks(desk: Desk) -> gr.Blocks:
    with SpokenBlocks(title=desk.say("site.name"), analytics_enabled=False) as blocks:
        blocks.known = desk.renderer.wording.languages
        wire(blocks, Site.build(desk))
    for path, build in BUILT.items():
        with blocks.route(desk.say(f"rooms.{path}"), path, show_in_navbar=False):
            build(blocks, desk)
    return blocks.queue(max_size=MOST_WAITING, api_open=False, default_concurrency_limit=MOST_AT_ONCE)


def _styles() -> str:
    folder = files("simcustomer.ui").joinpath("styles")
    return "\n".join(_file(f"styles/{name}") for name in sorted(sheet.name for sheet in folder.iterdir()))


def _file(name: str) -> str:
    return files("simcustomer.ui").joinpath(name).read_text(encoding="utf-8")
