"""The web app: all pages in one place, wired to the use cases, behind the guards."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI
from gradio.events import Dependency

from simcustomer.domain.session import Session
from simcustomer.errors import NotFound
from simcustomer.library import DEFAULT_RUBRIC, Library
from simcustomer.practice import Practice
from simcustomer.ui.catalogue import Catalogue
from simcustomer.ui.choose import ChoosePage, panel
from simcustomer.ui.debrief import DebriefPage
from simcustomer.ui.desk import Desk, Updates, local_owner
from simcustomer.ui.pacing import Pace
from simcustomer.ui.practise import PractisePage
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.security import guard
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

_SHOW_ADDRESS = "(id) => { if (id && !location.search.includes(id)) history.pushState(null, '', '?session=' + encodeURIComponent(id)); }"
"""Puts the session into the address, so that a reload finds it again."""


@dataclass(frozen=True)
class Site:
    """All pages of the app; one is shown at a time."""

    desk: Desk
    choose: ChoosePage
    practise: PractisePage
    debrief: DebriefPage
    problem: gr.HTML

    async def open(self, request: gr.Request) -> Updates:
        """The page that the address asks for: a session, a persona's brief, or the gallery."""
        with self.desk.careful(self.problem) as outcome:
            try:
                outcome.updates = await self._asked_for(request)
            except NotFound as error:
                outcome.updates = {**self._gallery(), **self.desk.told(str(error), self.problem)}
        return outcome.updates

    async def start(self, persona_id: str, request: gr.Request) -> Updates:
        """Begin a session with this persona."""
        with self.desk.careful(self.choose.brief_notice) as outcome:
            outcome.updates = await asyncio.to_thread(self._start, persona_id, self.desk.owner_of(request))
        return outcome.updates

    async def again(self, session_id: str, request: gr.Request) -> Updates:
        """Begin another session with the persona of this one."""
        owner = self.desk.owner_of(request)
        with self.desk.careful(self.debrief.notice) as outcome:
            session = await asyncio.to_thread(self.desk.practice.open, session_id, owner=owner)
            outcome.updates = await asyncio.to_thread(self._start, session.persona.id, owner)
        return outcome.updates

    async def finish(self, session_id: str, request: gr.Request) -> Updates:
        """End the session if it has not ended, and show its debrief."""
        with self.desk.careful(self.practise.notice) as outcome:
            outcome.updates = self._session(
                await self.desk.practice.finish(session_id, owner=self.desk.owner_of(request))
            )
        return outcome.updates

    async def _asked_for(self, request: gr.Request) -> Updates:
        asked, owner = request.query_params, self.desk.owner_of(request)
        if session_id := asked.get("session"):
            session = await asyncio.to_thread(self.desk.practice.open, session_id, owner=owner)
            if session.outcome is not None:
                session = await self.desk.practice.finish(session_id, owner=owner)
            return self._session(session)
        if persona_id := asked.get("persona"):
            return self._brief(persona_id)
        return await asyncio.to_thread(self._gallery)

    def _start(self, persona_id: str, owner: str) -> Updates:
        persona = self.desk.catalogue.persona(persona_id)
        return self._session(self.desk.practice.start(persona, self.desk.rubric(), owner=owner))

    def _hidden(self) -> Updates:
        return {**self.choose.hidden(), **self.practise.hidden(), **self.debrief.hidden(), self.problem: ""}

    def _gallery(self) -> Updates:
        return {**self._hidden(), **self.choose.show_gallery()}

    def _brief(self, persona_id: str) -> Updates:
        return {**self._hidden(), **self.choose.show_brief(self.desk.catalogue.persona(persona_id))}

    def _session(self, session: Session) -> Updates:
        page = self.practise.show(session) if session.outcome is None else self.debrief.show(session)
        return {**self._hidden(), **page, self.practise.session_id: session.id}


def create_app(
    practice: Practice,
    library: Library,
    *,
    rubric_id: str = DEFAULT_RUBRIC,
    owner_of: Callable[[gr.Request], str] = local_owner,
    pace: Pace | None = None,
) -> FastAPI:
    """The app over these use cases and this content; it answers requests addressed to this machine's own names only."""
    desk = Desk(practice, Catalogue(library), rubric_id, Renderer(Wording.load()), owner_of, pace or Pace())
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    guard(app, desk.renderer.wording)
    return gr.mount_gradio_app(
        app,
        _blocks(desk),
        path="/",
        theme=theme(),
        css=_file("style.css"),
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
    os.environ.update(UNMEASURED)
    with warnings.catch_warnings():
        # Gradio leaves an event loop open for each Blocks that it builds; there is nothing here to close it with.
        warnings.simplefilter("ignore", ResourceWarning)
        with gr.Blocks(title=desk.say("site.name"), analytics_enabled=False) as blocks:
            panel(elem_id="site-header").value = desk.renderer.html("site_header")
            problem = panel(elem_id="problem")
            site = Site(desk, ChoosePage.build(desk), PractisePage.build(desk), DebriefPage.build(desk), problem)
            _wire(blocks, site)
    return blocks.queue(max_size=MOST_WAITING, api_open=False, default_concurrency_limit=MOST_AT_ONCE)


def _wire(blocks: gr.Blocks, site: Site) -> None:
    choose, practise, debrief = site.choose, site.practise, site.debrief
    everything = [*choose.components, *practise.components, *debrief.components, site.problem]
    in_session = [practise.session_id]
    on = partial(gr.on, api_visibility="private", show_progress="hidden", trigger_mode="once")

    opened = on(blocks.load, site.open, None, everything)
    opened.then(practise.resume, in_session, practise.components, show_progress="hidden", api_visibility="private")
    started = on(choose.start.click, site.start, [choose.persona_id], everything)
    _show_address(started, practise)
    restarted = on(debrief.again.click, site.again, in_session, everything)
    _show_address(restarted, practise)

    sent = [practise.reply, practise.session_id, practise.turn]
    on([practise.reply.submit, practise.send.click], practise.answer, sent, practise.components)
    on(practise.retry.click, practise.resume, in_session, practise.components)
    on(practise.end.click, practise.ask_to_end, None, practise.components)
    on(practise.end_no.click, practise.carry_on, None, practise.components)
    on([practise.end_yes.click, practise.see_debrief.click], site.finish, in_session, everything)


def _show_address(begun: Dependency, practise: PractisePage) -> None:
    begun.success(None, [practise.session_id], js=_SHOW_ADDRESS, api_visibility="private")


def _file(name: str) -> str:
    return files("simcustomer.ui").joinpath(name).read_text(encoding="utf-8")
