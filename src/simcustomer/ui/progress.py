"""The page of a trainee's progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from simcustomer.ui import progress_views
from simcustomer.ui.assigned import assigned_view
from simcustomer.ui.desk import Desk, Page, Updates, panel


@dataclass(frozen=True)
class ProgressPage(Page):
    """Components of the page; its filters are links and a form, so that the address holds them."""

    page: gr.Column
    progress: gr.HTML

    @classmethod
    def build(cls, desk: Desk) -> ProgressPage:
        """Lay the components out; called within Blocks."""
        with gr.Column(visible=False, elem_id="progress-page") as page:
            progress = panel(elem_id="progress")
        return cls(desk, page, progress)

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.page: gr.Column(visible=False)}

    def show(self, query: Mapping[str, str], owner: str) -> Updates:
        """The progress of an owner, as the address asks for it."""
        rubric, personas = self.desk.rubric(), self.desk.catalogue.offered().personas
        attempts = self.desk.practice.finished(owner=owner)
        asked = progress_views.asked_of(query, attempts, rubric)
        view = progress_views.progress_view(attempts, personas, rubric, asked)
        asked_for = assigned_view(self.desk, owner, attempts)
        page = self.desk.renderer.html("progress", view=view, assigned_here=asked_for)
        return {self.page: gr.Column(visible=True), self.progress: page}
