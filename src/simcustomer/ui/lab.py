"""The grader lab: suites are ordered and followed, runs compared and read, conversations graded, ratings imported."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import gradio as gr
from gradio.events import Dependency
from pydantic import ValidationError

from simcustomer.domain.transcript import Channel
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.pasted import read_pasted
from simcustomer.evaluation.suite_names import SUITES
from simcustomer.lab.order import Kind, Order
from simcustomer.ui.desk import Desk, Page, Part, Updates, panel
from simcustomer.ui.frame import Frame
from simcustomer.ui.lab_forms import CHANNELS, OrderForm, PasteForm, RunActions
from simcustomer.ui.lab_pages import LabPages, Shown

SECONDS_BETWEEN_LOOKS = 1.5

_SHOW_RUN = "(id) => { if (id && !location.search.includes(id)) history.pushState(null, '', `${location.pathname}?run=${id}`); }"
_SHOW_LIST = "(id) => { if (!id && location.search) history.pushState(null, '', location.pathname); }"


@dataclass(frozen=True)
class LabRoom(Page):
    """The room's components, from above; `seen` tells which body is shown."""

    pages: LabPages
    frame: Frame
    head: gr.HTML
    order: OrderForm
    paste: PasteForm
    notice: gr.HTML
    going: gr.HTML
    announcement: gr.HTML
    body: gr.HTML
    actions: RunActions
    seen: gr.Textbox
    timer: gr.Timer

    @classmethod
    def build(cls, desk: Desk) -> LabRoom:
        """Lay the components out; called within the room's route."""
        return cls(
            desk,
            pages=LabPages(desk.lab, desk.renderer, desk.rubric, desk.messages),
            frame=Frame.build(desk, "lab"),
            head=panel(elem_id="lab-head"),
            order=OrderForm.build(desk),
            paste=PasteForm.build(desk),
            notice=panel(elem_id="notice"),
            going=panel(elem_id="lab-going"),
            announcement=panel(elem_id="announcement"),
            body=panel(elem_id="lab-body"),
            actions=RunActions.build(desk),
            seen=gr.Textbox(visible=False),
            timer=gr.Timer(SECONDS_BETWEEN_LOOKS, active=False),
        )

    @property
    def everything(self) -> list[Part]:
        """All components, those of the frame and the forms too."""
        within = (self.frame, self.order, self.paste, self.actions)
        return [*self.components, *(part for page in within for part in page.components)]

    async def open(self, request: gr.Request) -> Updates:
        """The page that the address asks for."""
        with self.desk.careful(self.frame.problem) as outcome:
            visitor = self.frame.admitted(request)
            query = cast("Mapping[str, str]", request.query_params)
            shown = await asyncio.to_thread(self.pages.asked_for, query)
            outcome.updates = {**self._shown(shown), **self.frame.entered(visitor)}
        return outcome.updates

    async def measure(  # each is a field of the form
        self, suites: Sequence[str], engine: str, split: str, baselines: bool, note: str, request: gr.Request
    ) -> Updates:
        """Order suites, and show the run."""
        with self.desk.careful(self.notice) as outcome:
            visitor = self.frame.admitted(request)
            order = _order(
                kind=Kind.SUITES,
                engine=engine,
                rubric=self.desk.rubric_id,
                suites=tuple(sorted(suites, key=lambda suite: (*SUITES, suite).index(suite))),
                split=split,
                baselines=baselines,
                note=note.strip(),
                evals=self.desk.lab.evals,
            )
            run = await asyncio.to_thread(partial(self.desk.lab.order, order, by=visitor.name))
            outcome.updates = await self._run(run.id)
        return outcome.updates

    async def grade(self, text: str, channel: str, engine: str, request: gr.Request) -> Updates:
        """Grade a pasted conversation, and show the run; the text stays where it is if it cannot be read."""
        with self.desk.careful(self.notice) as outcome:
            visitor = self.frame.admitted(request)
            if channel not in CHANNELS:
                raise InvalidInput("There is no such channel. Choose one of those offered.")
            records = read_pasted(text, Channel(channel))
            given = "\n".join(record.model_dump_json() for record in records).encode()
            order = _order(kind=Kind.TRANSCRIPTS, engine=engine, rubric=self.desk.rubric_id)
            run = await asyncio.to_thread(partial(self.desk.lab.order, order, by=visitor.name, given=given))
            outcome.updates = await self._run(run.id)
        return outcome.updates

    async def look(self, run_id: str, seen: str, request: gr.Request) -> Updates:
        """What has changed on the page since it was last looked at."""
        with self.desk.careful(self.notice) as outcome:
            self.frame.admitted(request)
            shown = await asyncio.to_thread(self._now, run_id)
            if shown.is_open and shown.digest == seen:
                outcome.updates = {self.going: shown.going}
            else:
                outcome.updates = {**self._shown(shown), **self._announced(shown)}
        return outcome.updates

    async def cancel(self, run_id: str, request: gr.Request) -> Updates:
        """Cancel the run that is shown."""
        with self.desk.careful(self.notice) as outcome:
            self.frame.admitted(request)
            await asyncio.to_thread(self.desk.lab.cancel, run_id)
            outcome.updates = await self._run(run_id)
        return outcome.updates

    async def again(self, run_id: str, request: gr.Request) -> Updates:
        """Order the run that is shown once more."""
        with self.desk.careful(self.notice) as outcome:
            visitor = self.frame.admitted(request)
            run = await asyncio.to_thread(partial(self.desk.lab.again, run_id, by=visitor.name))
            outcome.updates = await self._run(run.id)
        return outcome.updates

    async def remove(self, run_id: str, request: gr.Request) -> Updates:
        """Delete the run that is shown, and show the list."""
        with self.desk.careful(self.notice) as outcome:
            self.frame.admitted(request)
            await asyncio.to_thread(self.desk.lab.remove, run_id)
            outcome.updates = self._shown(await asyncio.to_thread(self.pages.overview))
        return outcome.updates

    def ask(self, request: gr.Request) -> Updates:
        """Ask whether the run is really to be deleted."""
        return self._asking(request, asking=True)

    def keep(self, request: gr.Request) -> Updates:
        """Keep the run after all."""
        return self._asking(request, asking=False)

    def _asking(self, request: gr.Request, *, asking: bool) -> Updates:
        with self.desk.careful(self.notice) as outcome:
            self.frame.admitted(request)
            outcome.updates = {
                self.actions.question: gr.Column(visible=asking),
                self.actions.row: gr.Row(visible=not asking),
            }
        return outcome.updates

    def _now(self, run_id: str) -> Shown:
        return self.pages.run(run_id, {}) if run_id else self.pages.overview()

    async def _run(self, run_id: str) -> Updates:
        return self._shown(await asyncio.to_thread(self.pages.run, run_id, {}))

    def _announced(self, shown: Shown) -> Updates:
        text = "" if shown.is_open else self.desk.say("lab.announce")
        return {self.announcement: self.desk.renderer.html("announcement", text=text)}

    def _shown(self, shown: Shown) -> Updates:
        actions, can_act = self.actions, bool(shown.run_id)
        return {
            self.head: shown.head,
            self.order.column: gr.Column(visible=shown.orders),
            self.paste.column: gr.Column(visible=shown.grades),
            self.notice: shown.notice,
            self.going: shown.going,
            self.body: shown.body,
            actions.row: gr.Row(visible=can_act),
            actions.cancel: gr.Button(visible=can_act and shown.is_open),
            actions.again: gr.Button(visible=can_act and not shown.is_open),
            actions.delete: gr.Button(visible=can_act and not shown.is_open),
            actions.question: gr.Column(visible=False),
            actions.run_id: shown.run_id,
            self.seen: shown.digest,
            self.timer: gr.Timer(active=shown.is_open),
            self.frame.problem: "",
        }


def wire(blocks: gr.Blocks, room: LabRoom) -> None:
    """Let each control do its part."""
    everything, order, paste, actions = room.everything, room.order, room.paste, room.actions
    shown = [actions.run_id]
    on = partial(gr.on, outputs=everything, api_visibility="private", show_progress="hidden", trigger_mode="once")
    on(blocks.load, room.open)
    on(room.timer.tick, room.look, [actions.run_id, room.seen])
    fields = [order.suites, order.engine, order.split, order.baselines, order.note]
    _address(on(order.start.click, room.measure, fields), room, _SHOW_RUN)
    _address(on(paste.grade.click, room.grade, [paste.text, paste.channel, paste.engine]), room, _SHOW_RUN)
    on(actions.cancel.click, room.cancel, shown)
    _address(on(actions.again.click, room.again, shown), room, _SHOW_RUN)
    on(actions.delete.click, room.ask)
    on(actions.keep.click, room.keep)
    _address(on(actions.remove.click, room.remove, shown), room, _SHOW_LIST)


def _address(done: Dependency, room: LabRoom, script: str) -> None:
    done.success(None, [room.actions.run_id], js=script, api_visibility="private")


def _order(**fields: object) -> Order:
    try:
        return Order.model_validate(fields)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InvalidInput(f"{field}: {error.errors()[0]['msg']}. Choose one of those offered.") from error
