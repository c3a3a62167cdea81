"""The form by which a manager decides on a level, and has replies graded again."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.review import MOST_REASON
from simcustomer.domain.rubric import LEVELS, Level
from simcustomer.errors import InvalidInput
from simcustomer.ui.desk import Desk, Page, Updates, panel
from simcustomer.ui.levels import WORDS
from simcustomer.ui.team.review_views import ReadView

NO_OCCASION = "-"


@dataclass(frozen=True)
class ReviewForm(Page):
    """Components of the form; which level it is about travels with each request."""

    form: gr.Column
    level: gr.Radio
    reason: gr.Textbox
    override: gr.Button
    decline: gr.Button
    regrading: gr.Column
    regrade: gr.Button
    notice: gr.HTML
    session_id: gr.Textbox
    number: gr.Number
    technique: gr.Textbox

    @classmethod
    def build(cls, desk: Desk) -> ReviewForm:
        """Lay the components out; called within the room's route."""
        choices = [(f"{level} {desk.say(f'level.{WORDS[level]}')}", str(level)) for level in LEVELS]
        with gr.Column(visible=False, elem_id="decision", elem_classes="narrow") as form:
            level = gr.Radio(
                [*choices, (desk.say("debrief.no_occasion"), NO_OCCASION)],
                label=desk.say("review.level"),
                elem_id="decision-level",
            )
            reason = gr.Textbox(
                label=desk.say("review.reason"),
                info=desk.say("review.reason_hint", most=MOST_REASON),
                lines=3,
                elem_id="decision-reason",
            )
            with gr.Row(elem_id="decision-acts"):
                override = gr.Button(desk.say("review.override"), variant="primary", elem_id="override")
                decline = gr.Button(desk.say("review.decline"), elem_id="decline")
        with gr.Column(visible=False, elem_id="regrading", elem_classes="narrow") as regrading:
            regrade = gr.Button(desk.say("review.regrade"), elem_id="regrade")
        notice = panel(elem_id="review-notice")
        session_id, technique = gr.Textbox(visible=False), gr.Textbox(visible=False)
        number = gr.Number(visible=False, precision=0, value=1)
        return cls(
            desk, form, level, reason, override, decline, regrading, regrade, notice, session_id, number, technique
        )

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.form: gr.Column(visible=False), self.regrading: gr.Column(visible=False), self.notice: ""}

    def show(self, view: ReadView) -> Updates:
        """What can be done about this session: decide on the level that it was opened at, or grade again."""
        decided = view.decided
        updates: Updates = {
            **self.hidden(),
            self.session_id: view.view.session,
            self.regrading: gr.Column(visible=view.ungraded > 0),
        }
        if decided is None:
            return updates
        value = decided.item.level.value
        return updates | {
            self.form: gr.Column(visible=True),
            self.level: NO_OCCASION if value is None else str(int(value)),
            self.reason: "",
            self.decline: gr.Button(visible=decided.waits),
            self.number: decided.reply.number,
            self.technique: decided.item.id,
        }


def chosen_level(choice: str | None) -> Level | None:
    """The level of a choice in the form. Raises InvalidInput where none was made."""
    if choice == NO_OCCASION:
        return None
    for level in LEVELS:
        if choice == str(level):
            return level
    raise InvalidInput("Nothing was decided: choose a level, or that there was no occasion.")
