"""The pages before a conversation: the gallery of customers, and the brief with its Start button."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.persona import Persona
from simcustomer.domain.progress import best
from simcustomer.ui import views
from simcustomer.ui.assigned import assigned_view
from simcustomer.ui.desk import Desk, Page, Updates, panel

MOST_UNFINISHED = 5
"""Open conversations that the gallery lists, the newest ones."""


@dataclass(frozen=True)
class ChoosePage(Page):
    """Components of the gallery and of the brief."""

    gallery_page: gr.Column
    gallery: gr.HTML
    brief_page: gr.Column
    brief: gr.HTML
    brief_notice: gr.HTML
    coached: gr.Checkbox
    start: gr.Button
    persona_id: gr.Textbox

    @classmethod
    def build(cls, desk: Desk) -> ChoosePage:
        """Lay the components out; called within Blocks."""
        with gr.Column(visible=False, elem_id="gallery-page") as gallery_page:
            gallery = panel()
        with gr.Column(visible=False, elem_id="brief-page", elem_classes="narrow") as brief_page:
            brief = panel()
            brief_notice = panel(elem_id="brief-notice")
            coached = gr.Checkbox(
                label=desk.say("coach.choose"), info=desk.say("coach.choose_hint"), value=False, elem_id="coached"
            )
            start = gr.Button(desk.say("brief.start"), variant="primary", elem_id="start")
        persona_id = gr.Textbox(visible=False)
        return cls(desk, gallery_page, gallery, brief_page, brief, brief_notice, coached, start, persona_id)

    def hidden(self) -> Updates:
        """Neither of the two."""
        return {self.gallery_page: gr.Column(visible=False), self.brief_page: gr.Column(visible=False)}

    def show_gallery(self, owner: str) -> Updates:
        """The gallery, as the files are now, with the owner's best results."""
        offered = self.desk.catalogue.offered()
        finished = self.desk.practice.finished(owner=owner)
        unfinished = self.desk.practice.unfinished(owner=owner)
        page = self.desk.renderer.html(
            "gallery",
            cards=views.gallery(offered.personas, self.desk.rubric(), best(finished)),
            unusable=offered.unusable,
            assigned_here=assigned_view(self.desk, owner, finished),
            unfinished=unfinished[:MOST_UNFINISHED],
            more_unfinished=max(0, len(unfinished) - MOST_UNFINISHED),
            folder=str(self.desk.catalogue.library.personas_folder),
        )
        return {**self.hidden(), self.gallery_page: gr.Column(visible=True), self.gallery: page}

    def show_brief(self, persona: Persona) -> Updates:
        """A persona's brief."""
        page = self.desk.renderer.html("brief", view=views.brief(persona, self.desk.rubric()))
        return {
            **self.hidden(),
            self.brief_page: gr.Column(visible=True),
            self.brief: page,
            self.brief_notice: "",
            self.persona_id: persona.id,
        }
