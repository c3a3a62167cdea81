"""The debrief page of a session that has ended."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.session import Session
from simcustomer.ui import debrief_views
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
        """The debrief of a session that has an outcome."""
        page = self.desk.renderer.html("debrief", view=debrief_views.debrief(session))
        return {self.page: gr.Column(visible=True), self.debrief: page, self.notice: ""}
