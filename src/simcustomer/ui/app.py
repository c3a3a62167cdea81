"""The web app: the site in a server application, with Gradio's doors shut and guards around it."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI

from simcustomer import wiring
from simcustomer.hints import Hints
from simcustomer.lab.lab import Lab
from simcustomer.library import DEFAULT_RUBRIC, Library
from simcustomer.practice import Practice
from simcustomer.roles import Trainee
from simcustomer.settings import load_settings
from simcustomer.store import Editions, is_current
from simcustomer.telemetry.metrics import Metrics
from simcustomer.ui import studio
from simcustomer.ui.admission import Admission, OwnSessions, alone, by_login, visitor_id
from simcustomer.ui.catalogue import Catalogue
from simcustomer.ui.choosing import add_preferences
from simcustomer.ui.desk import Desk
from simcustomer.ui.downloads import add_downloads
from simcustomer.ui.exporting import add_exports
from simcustomer.ui.filling import Filling
from simcustomer.ui.lab import LabRoom
from simcustomer.ui.lab import wire as wire_lab
from simcustomer.ui.lab_files import LabFiles
from simcustomer.ui.lab_messages import Messages
from simcustomer.ui.languages import LanguageGuard, SpokenBlocks
from simcustomer.ui.opening import Opening
from simcustomer.ui.outside import Outside
from simcustomer.ui.own_password import OwnPassword
from simcustomer.ui.pacing import Pace
from simcustomer.ui.page_sessions import keep_little
from simcustomer.ui.probes import Probes, Readiness
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.security import guard
from simcustomer.ui.sign_in import SignIn
from simcustomer.ui.signatures import remember
from simcustomer.ui.site import Site, wire
from simcustomer.ui.sparing import laying_out
from simcustomer.ui.streams import FewStreams, KnownStreams, LateJoin
from simcustomer.ui.team.room import build as team_room
from simcustomer.ui.theme import theme
from simcustomer.ui.wording import Wording

MOST_WAITING = 200
"""Requests that may wait for a handler; one more is told that the server is busy."""

MOST_AT_ONCE = 400
"""Handlers that run side by side: each answer being shown is one. Gradio's own bound is 40 for all pages together."""

UNMEASURED = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(2**31),
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
}
"""Gradio keeps and sums up statistics after every event for a page that is off here; these are its only switches."""


def _lab(blocks: gr.Blocks, desk: Desk) -> None:
    wire_lab(blocks, LabRoom.build(desk))


BUILT: dict[str, Callable[[gr.Blocks, Desk], None]] = {studio.PATH: studio.build, "lab": _lab, "team": team_room}
"""What lays out and wires each of `rooms.ROOMS`, called within the room's route."""


def create_app(  # noqa: PLR0913  # each is a part that another can take the place of
    practice: Practice,
    library: Library,
    *,
    rubric_id: str = DEFAULT_RUBRIC,
    expert: Trainee | None = None,
    opening: Opening | None = None,
    pace: Pace | None = None,
    lab: Lab | None = None,
    metrics: Metrics | None = None,
) -> FastAPI:
    """The app over these use cases and this content.

    `expert` shows how a reply could have been put; None: the embedded one. `opening` says by which names it answers and
    who lets people in; None: for one user on this machine, without sign-in. `lab` measures graders; None: as the
    settings say. `metrics` are shown to machines; None: there are none. Not to be called where an event loop runs.
    """
    # What is published in the studio is in the gallery at once.
    library = replace(library, shelf=Editions(practice.store.engine))
    renderer = Renderer(Wording.all())
    door = opening or Opening()
    desk = Desk(
        practice=practice,
        catalogue=Catalogue(library),
        rubric_id=rubric_id,
        renderer=renderer,
        expert=expert or wiring.trainee("expert"),
        hints=Hints(practice.store, wiring.adviser()),
        lab=lab or Lab(load_settings()),
        messages=Messages(renderer.wording),
        team=wiring.team(practice.store, has_accounts=door.keeper is not None),
        pace=pace or Pace(),
    )
    os.environ.update(UNMEASURED)
    # Where no loop runs, Gradio opens one for each of its locks and never closes it.
    return asyncio.run(_built(desk, door, metrics))


def _readiness(desk: Desk) -> Readiness:
    engine = desk.practice.store.engine
    return Readiness(
        {"database": lambda: is_current(engine), "engines": wiring.prepared, "content": desk.has_content},
        is_stopping=lambda: desk.practice.underway.is_closed,
    )


async def _built(desk: Desk, opening: Opening, metrics: Metrics | None) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(LateJoin)
    blocks, outside, keeper = _blocks(desk), Outside(desk.renderer), opening.keeper

    def page_of(function: int) -> str | None:
        return blocks.fns[function].page if function in blocks.fns else None

    def is_known(session_hash: str) -> bool:
        return session_hash in blocks._queue.pending_messages_per_session  # pyright: ignore[reportPrivateUsage]  # or ask nobody

    def admit(app: FastAPI) -> None:
        recognise = by_login(keeper) if keeper else alone
        app.add_middleware(KnownStreams, is_known=is_known)
        app.add_middleware(FewStreams, wording=desk.renderer.wording)
        app.add_middleware(OwnSessions, page_of=page_of, outside=outside)
        app.add_middleware(Admission, recognise=recognise, outside=outside, has_sign_in=keeper is not None)

    app.state.readiness = readiness = _readiness(desk)

    def probe(app: FastAPI) -> None:
        app.add_middleware(Probes, readiness=readiness, metrics=metrics, token=opening.metrics_token)

    fill = Filling(blocks).fill
    guard(app, desk.renderer.wording, hosts=opening.hosts, admit=admit, probe=probe, fill=fill)
    known = desk.renderer.wording.languages
    app.add_middleware(LanguageGuard, known=known)
    if keeper is not None:
        door = SignIn(keeper, opening.provider, outside)
        door.add_to(app)
        OwnPassword(keeper, outside, door.hashing).add_to(app)
    LabFiles(desk).add_to(app)
    add_exports(app, desk)
    add_downloads(app, desk)
    add_preferences(app, known)
    # Gradio warns that pages made on the server are off, which they are anyway.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)
        return _mounted(app, blocks)


def _mounted(app: FastAPI, blocks: gr.Blocks) -> FastAPI:
    mounted = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth_dependency=visitor_id,
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
    keep_little(blocks, mounted)
    return mounted


def _blocks(desk: Desk) -> gr.Blocks:
    with laying_out():
        with SpokenBlocks(title=desk.say("site.name"), analytics_enabled=False) as blocks:
            blocks.known = desk.renderer.wording.languages
            wire(blocks, Site.build(desk))
        for path, build in BUILT.items():
            with blocks.route(desk.say(f"rooms.{path}"), path, show_in_navbar=False):
                build(blocks, desk)
        for block in blocks.blocks.values():
            remember(block)
        blocks.max_threads = MOST_AT_ONCE
        return blocks.queue(max_size=MOST_WAITING, api_open=False, default_concurrency_limit=MOST_AT_ONCE)


def _styles() -> str:
    folder = files("simcustomer.ui").joinpath("styles")
    return "\n".join(_file(f"styles/{name}") for name in sorted(sheet.name for sheet in folder.iterdir()))


def _file(name: str) -> str:
    return files("simcustomer.ui").joinpath(name).read_text(encoding="utf-8")
