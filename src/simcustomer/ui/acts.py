"""What a trainee can do beside replying: ask for a hint, hand over, end; the last two only once they have confirmed it."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.session import Session
from simcustomer.ui.desk import Desk, Page, Updates, panel


@dataclass(frozen=True)
class Acts(Page):
    """The buttons under the reply box, and the two questions that stand before what cannot be undone."""

    row: gr.Row
    hint: gr.Button
    hand: gr.Button
    end: gr.Button
    hand_question: gr.Column
    hand_text: gr.HTML
    hand_yes: gr.Button
    hand_no: gr.Button
    end_question: gr.Column
    end_text: gr.HTML
    end_yes: gr.Button
    end_no: gr.Button

    @classmethod
    def build(cls, desk: Desk) -> Acts:
        """Lay the components out; called within the conversation's column."""
        with gr.Row(elem_id="acts") as row:
            hint = gr.Button(desk.say("hint.ask"), elem_id="ask-hint", size="md")
            hand = gr.Button(desk.say("hand_over.ask"), elem_id="hand-over", size="md")
            end = gr.Button(desk.say("chat.end"), elem_id="end", size="md")
        hand_question, hand_text, hand_yes, hand_no = _question(
            "hand", desk.say("hand_over.yes"), desk.say("chat.end_no")
        )
        end_question, end_text, end_yes, end_no = _question("end", desk.say("chat.end_yes"), desk.say("chat.end_no"))
        return cls(
            desk=desk,
            row=row,
            hint=hint,
            hand=hand,
            end=end,
            hand_question=hand_question,
            hand_text=hand_text,
            hand_yes=hand_yes,
            hand_no=hand_no,
            end_question=end_question,
            end_text=end_text,
            end_yes=end_yes,
            end_no=end_no,
        )

    def show(self, session: Session) -> Updates:
        """The questions about this session's customer."""
        name, html = session.persona.name, self.desk.renderer.html
        return {self.hand_text: html("hand_question", name=name), self.end_text: html("end_question", name=name)}

    def settled(self, session: Session) -> Updates:
        """What can be done now; no question is open."""
        goes_on, waits = session.outcome is None, session.pending is not None
        return {
            self.row: gr.Row(visible=goes_on),
            self.hint: gr.Button(visible=not waits, interactive=session.hint is None),
            self.hand: gr.Button(visible=bool(session.exchanges) or waits),
            self.hand_question: gr.Column(visible=False),
            self.end_question: gr.Column(visible=False),
        }

    def ask_to_end(self) -> Updates:
        """Ask before ending."""
        return {self.end_question: gr.Column(visible=True), self.row: gr.Row(visible=False)}

    def ask_to_hand_over(self) -> Updates:
        """Ask before handing over."""
        return {self.hand_question: gr.Column(visible=True), self.row: gr.Row(visible=False)}

    def carry_on(self) -> Updates:
        """Put the questions away."""
        return {
            self.end_question: gr.Column(visible=False),
            self.hand_question: gr.Column(visible=False),
            self.row: gr.Row(visible=True),
        }


def _question(act: str, yes: str, no: str) -> tuple[gr.Column, gr.HTML, gr.Button, gr.Button]:
    with gr.Column(visible=False, elem_id=f"{act}-question", elem_classes="act-question") as question:
        text = panel()
        with gr.Row():
            yes_button = gr.Button(yes, variant="stop", size="md", elem_id=f"{act}-yes")
            no_button = gr.Button(no, size="md", elem_id=f"{act}-no")
    return question, text, yes_button, no_button
