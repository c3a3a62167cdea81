"""The page on which a trainee disputes the level of a technique in a reply."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.review import MOST_REASON
from simcustomer.domain.session import Session
from simcustomer.errors import NotFound
from simcustomer.reviews import exchange_of
from simcustomer.ui.debrief_views import Marked, marked
from simcustomer.ui.desk import Desk, Page, Updates, panel
from simcustomer.ui.levels import Level
from simcustomer.ui.second_looks import SecondLook


class DisputeView(NamedTuple):
    """A level with what the rubric says of it; `anchors` are what levels 0 to 3 mean, `level` counts."""

    session: str
    number: int
    technique: str
    asks: str
    level: Level
    second: SecondLook | None
    anchors: tuple[tuple[int, str], ...]
    reply: Marked


def dispute_view(session: Session, number: int, technique: str, disputes: Marked) -> DisputeView:
    """The level of a technique in a graded reply. Raises NotFound where there is none."""
    item = next((item for item in disputes.levels if item.id == technique), None)
    if item is None:
        raise NotFound("This reply has no level of that technique. Go back to the debrief and choose one there.")
    asked = session.rubric.technique(technique)
    return DisputeView(
        session=session.id,
        number=number,
        technique=asked.name,
        asks=asked.asks,
        level=item.level,
        second=item.second,
        anchors=tuple(sorted(asked.anchors.items())),
        reply=disputes,
    )


@dataclass(frozen=True)
class DisputePage(Page):
    """Components of the page; which level it is about travels with each request in `number` and `technique`."""

    page: gr.Column
    dispute: gr.HTML
    form: gr.Column
    reason: gr.Textbox
    send: gr.Button
    notice: gr.HTML
    number: gr.Number
    technique: gr.Textbox

    @classmethod
    def build(cls, desk: Desk) -> DisputePage:
        """Lay the components out; called within Blocks."""
        number = gr.Number(visible=False, precision=0, value=1)
        technique = gr.Textbox(visible=False)
        with gr.Column(visible=False, elem_id="dispute-page", elem_classes="narrow") as page:
            dispute = panel(elem_id="dispute")
            with gr.Column(elem_id="dispute-form") as form:
                reason = gr.Textbox(
                    label=desk.say("dispute.reason"),
                    info=desk.say("dispute.reason_hint", most=MOST_REASON),
                    lines=4,
                    elem_id="dispute-reason",
                )
                send = gr.Button(desk.say("dispute.send"), variant="primary", elem_id="dispute-send")
            notice = panel(elem_id="dispute-notice")
        return cls(desk, page, dispute, form, reason, send, notice, number, technique)

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.page: gr.Column(visible=False)}

    def show(self, session: Session, number: int, technique: str, message: str = "") -> Updates:
        """The level of a technique in a reply that the session has. Raises NotFound where it has none."""
        disputes = self.desk.reviews.of_session(session.id)
        exchange = exchange_of(session, number)
        view = dispute_view(session, number, technique, marked(session, exchange, disputes))
        is_open = isinstance(exchange.grade, Assessment) and not (view.second and view.second.dispute)
        return {
            self.page: gr.Column(visible=True),
            self.dispute: self.desk.renderer.html("dispute", view=view),
            self.form: gr.Column(visible=is_open),
            self.notice: self.desk.notice(message, "ended") if message else "",
            self.number: number,
            self.technique: technique,
        }

    async def raise_dispute(
        self, session_id: str, number: float, technique: str, reason: str, request: gr.Request
    ) -> Updates:
        """Send the dispute; the reason stays in its box where it cannot be sent."""
        visitor, nth = self.desk.visitor_of(request), int(number)
        with self.desk.careful(self.notice) as outcome:
            await asyncio.to_thread(self.desk.reviews.dispute, visitor, session_id, nth, technique, reason)
            session = await asyncio.to_thread(self.desk.practice.open, session_id, owner=visitor.id)
            outcome.updates = self.show(session, nth, technique, self.desk.say("dispute.sent"))
        return outcome.updates
