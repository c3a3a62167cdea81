"""The page of a reply to go back to: try it again, or watch an expert go on from there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.session import Session
from simcustomer.ui import fork_views
from simcustomer.ui.desk import Desk, Page, Updates, panel


@dataclass(frozen=True)
class ForkPage(Page):
    """Components of the page; `number` is the reply (from 1) and travels with each request, as the session's id does."""

    page: gr.Column
    fork: gr.HTML
    notice: gr.HTML
    rewind: gr.Button
    watch: gr.Button
    expert: gr.HTML
    announcement: gr.HTML
    number: gr.Number

    @classmethod
    def build(cls, desk: Desk) -> ForkPage:
        """Lay the components out; called within Blocks."""
        number = gr.Number(visible=False, precision=0, value=1)
        with gr.Column(visible=False, elem_id="fork-page", elem_classes="narrow") as page:
            fork = panel(elem_id="fork")
            notice = panel(elem_id="fork-notice")
            with gr.Row(elem_id="fork-actions"):
                rewind = gr.Button(desk.say("fork.rewind"), variant="primary", elem_id="rewind")
                watch = gr.Button(desk.say("fork.watch"), elem_id="watch")
            expert = panel(elem_id="expert")
            announcement = panel(elem_id="expert-announcement")
        return cls(desk, page, fork, notice, rewind, watch, expert, announcement, number)

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.page: gr.Column(visible=False)}

    def show(self, session: Session, number: int) -> Updates:
        """The point before a reply that the session has."""
        return {
            self.page: gr.Column(visible=True),
            self.fork: self.desk.renderer.html("fork", view=fork_views.fork(session, number)),
            self.number: number,
            self.notice: "",
            self.expert: "",
            self.announcement: "",
            self.watch: gr.Button(interactive=True),
        }

    async def play(self, session_id: str, number: float, request: gr.Request) -> AsyncIterator[Updates]:
        """Show how an expert goes on from here, reply by reply."""
        practice, owner, nth = self.desk.practice, self.desk.owner_of(request), int(number)
        with self.desk.careful(self.notice) as outcome:
            parent = await asyncio.to_thread(practice.open, session_id, owner=owner)
            yield {**self._played(fork_views.played(parent, None, nth)), self.watch: gr.Button(interactive=False)}
            async for rehearsal in practice.rehearse(session_id, nth, self.desk.expert, owner=owner):
                yield self._played(fork_views.played(parent, rehearsal, nth))
        yield {**outcome.updates, self.watch: gr.Button(interactive=True)}

    def _played(self, view: fork_views.Played) -> Updates:
        """The dialogue so far; it is announced, to those who listen to the page, when it is complete."""
        done = self.desk.say("expert.done") if view.outcome else ""
        return {
            self.notice: "",
            self.expert: self.desk.renderer.html("expert", view=view, is_playing=view.outcome is None),
            self.announcement: self.desk.renderer.html("announcement", text=done),
        }
