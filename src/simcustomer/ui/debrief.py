"""The debrief page of a session that has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.progress import Attempt, usual
from simcustomer.domain.session import Session
from simcustomer.errors import NotFound
from simcustomer.ui import debrief_views, fork_views
from simcustomer.ui.desk import Desk, Page, Updates, panel


@dataclass(frozen=True)
class DebriefPage(Page):
    """Components of the debrief."""

    page: gr.Column
    debrief: gr.HTML
    notice: gr.HTML
    again: gr.Button
    choose: gr.Button

    @classmethod
    def build(cls, desk: Desk) -> DebriefPage:
        """Lay the components out; called within Blocks."""
        with gr.Column(visible=False, elem_id="debrief-page") as page:
            debrief = panel(elem_id="debrief")
            notice = panel()
            with gr.Row(elem_id="debrief-actions"):
                again = gr.Button(desk.say("debrief.again"), variant="primary")
                choose = gr.Button(desk.say("debrief.choose"), link="./")
        return cls(desk, page, debrief, notice, again, choose)

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.page: gr.Column(visible=False)}

    def show(self, session: Session) -> Updates:
        """The debrief of a session that has an outcome; a rewound one beside the session that it came from."""
        finished = self.desk.practice.finished(owner=session.owner)
        page = self.desk.renderer.html(
            "debrief",
            view=debrief_views.debrief(
                session, self.desk.reviews.of_session(session.id), self._usual(finished, session)
            ),
            compared=self._compared(session),
            again=fork_views.again(finished, session.id),
        )
        return {self.page: gr.Column(visible=True), self.debrief: page, self.notice: ""}

    def _usual(self, finished: Sequence[Attempt], session: Session) -> dict[str, float]:
        this = next((attempt for attempt in finished if attempt.session == session.id), None)
        return usual(finished, this) if this else {}

    def _compared(self, session: Session) -> fork_views.Comparison | None:
        if session.origin is None:
            return None
        try:
            parent = self.desk.practice.open(session.origin.session, owner=session.owner)
        except NotFound:
            return None  # what it came from may have been deleted; the branch has a debrief of its own
        return fork_views.comparison(parent, session) if parent.outcome else None
