"""The form by which a manager assigns customers to people, and takes an assignment back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import gradio as gr

from simcustomer.domain.accounts import Role, Visitor
from simcustomer.errors import InvalidInput
from simcustomer.ui import views
from simcustomer.ui.desk import Desk, Page, Updates, panel

WHOLE_TEAM = "*"
"""The choice beside the people's ids; no id is like it."""

DAYS_TO_DO = 7
"""The due day that the form proposes, from today."""


@dataclass(frozen=True)
class AssignForm(Page):
    """Components of the form, and of the question whether to withdraw."""

    form: gr.Column
    people: gr.CheckboxGroup
    personas: gr.CheckboxGroup
    due: gr.Textbox
    mark: gr.Number
    send: gr.Button
    notice: gr.HTML
    withdrawing: gr.Column
    assignment: gr.Textbox
    withdraw: gr.Button

    @classmethod
    def build(cls, desk: Desk) -> AssignForm:
        """Lay the components out; called within the room's route."""
        with gr.Column(visible=False, elem_id="assign", elem_classes="narrow") as form:
            people = gr.CheckboxGroup([], label=desk.say("team.assign_people"), elem_id="assign-people")
            personas = gr.CheckboxGroup([], label=desk.say("team.assign_personas"), elem_id="assign-personas")
            with gr.Row(elem_id="assign-terms"):
                due = gr.Textbox(
                    label=desk.say("team.due"), info=desk.say("team.due_hint"), max_lines=1, elem_id="assign-due"
                )
                mark = gr.Number(
                    label=desk.say("team.mark"), info=desk.say("team.mark_hint"), precision=0, elem_id="assign-mark"
                )
            send = gr.Button(desk.say("team.assign"), variant="primary", elem_id="assign-send")
        notice = panel(elem_id="assign-notice")
        assignment = gr.Textbox(visible=False)
        with gr.Column(visible=False, elem_id="withdrawing", elem_classes="narrow") as withdrawing:
            withdraw = gr.Button(desk.say("team.withdraw"), variant="stop", elem_id="withdraw")
        return cls(desk, form, people, personas, due, mark, send, notice, withdrawing, assignment, withdraw)

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.form: gr.Column(visible=False), self.withdrawing: gr.Column(visible=False), self.notice: ""}

    def show(self, manager: Visitor) -> Updates:
        """The form for this manager's team, with the customers that there are now."""
        desk = self.desk
        rubric = desk.rubric()
        cards = views.gallery(desk.catalogue.offered().personas, rubric)
        members = desk.team.members(manager)
        whole = (desk.say("team.whole", team=desk.team.name(manager)), WHOLE_TEAM)
        return {
            self.form: gr.Column(visible=True),
            self.people: gr.CheckboxGroup([whole, *((m.name, m.id) for m in members)], value=[]),
            self.personas: gr.CheckboxGroup(
                [
                    (
                        desk.say(
                            "team.persona",
                            title=c.title,
                            name=c.name,
                            difficulty=desk.say(f"difficulty.{c.difficulty}"),
                        ),
                        c.id,
                    )
                    for c in cards
                ],
                value=[],
            ),
            self.due: (desk.team.today + timedelta(days=DAYS_TO_DO)).isoformat(),
            self.mark: rubric.pass_mark,
        }

    def ask_to_withdraw(self, assignment_id: str) -> Updates:
        """The button that withdraws this assignment."""
        return {self.withdrawing: gr.Column(visible=True), self.assignment: assignment_id}

    async def assign(
        self, people: Sequence[str], personas: Sequence[str], due: str, mark: float | None, request: gr.Request
    ) -> Updates:
        """Assign; what was chosen stays in the form where it cannot be done."""
        with self.desk.careful(self.notice) as outcome:
            manager = self.desk.admitted(request, Role.MANAGER)
            chosen = [self.desk.catalogue.persona(persona) for persona in personas]
            made = await asyncio.to_thread(
                self.desk.team.assign,
                manager,
                chosen,
                people=None if WHOLE_TEAM in people else people,
                due=_day(due),
                pass_mark=_mark(mark),
            )
            told = self.desk.renderer.wording.count("team.assigned", len(made))
            outcome.updates = {**self.show(manager), self.notice: self.desk.notice(told, "ended")}
        return outcome.updates


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(f"Nothing was assigned: {text[:20]!r} is no day. Write it as 2026-01-31.") from error


def _mark(mark: float | None) -> int:
    if mark is None:
        raise InvalidInput("Nothing was assigned: give a pass mark, a number from 0 to 100.")
    return int(mark)
