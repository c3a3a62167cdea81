"""The view in which an author talks to the customer of a draft, and sees what a trainee does not: what each reply did."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.accounts import Visitor, trial_owner
from simcustomer.domain.reply_text import clean_reply
from simcustomer.domain.session import Session
from simcustomer.domain.transcript import Channel
from simcustomer.errors import InvalidReply, SimcustomerError
from simcustomer.practice import Event, Settled
from simcustomer.studio import Studio
from simcustomer.ui import views
from simcustomer.ui.desk import Desk, Page, Updates, panel
from simcustomer.ui.studio.views import trial_notes
from simcustomer.ui.talking import aloud, live, reply_box

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrialView(Page):
    """Components of the view; `session_id` and `turn` travel with each request."""

    studio: Studio
    page: gr.Column
    session_id: gr.Textbox
    turn: gr.Number
    notice: gr.HTML
    begin: gr.Button
    talk: gr.Column
    transcript: gr.HTML
    live: gr.HTML
    announcement: gr.HTML
    composer: gr.Column
    reply: gr.Textbox
    send: gr.Button
    retry: gr.Button
    notes: gr.HTML

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> TrialView:
        """Lay the components out; called within Blocks."""
        session_id = gr.Textbox(visible=False)
        turn = gr.Number(visible=False, precision=0, value=1)
        with gr.Column(visible=False, elem_id="studio-trial") as page:
            panel(value=desk.renderer.html("studio_intro", what="trial"))
            notice = panel(elem_id="trial-notice")
            begin = gr.Button(desk.say("studio.trial.begin"), variant="primary", elem_id="trial-begin")
            with gr.Column(visible=False) as talk:
                transcript = panel(elem_id="trial-transcript")
                live = panel()
                announcement = panel(elem_id="trial-announcement")
                with gr.Column(elem_id="trial-composer") as composer:
                    reply = reply_box(desk.renderer, Channel.CHAT, "trial-reply")
                    send = gr.Button(desk.say("chat.send"), variant="primary", elem_id="trial-send")
                retry = gr.Button(desk.say("chat.retry"), visible=False, elem_id="trial-retry")
                notes = panel(elem_id="trial-notes")
        return cls(
            desk, studio, page, session_id, turn, notice, begin, talk, transcript, live, announcement, composer,
            reply, send, retry, notes,
        )  # fmt: skip

    def show(self) -> Updates:
        """The view before a conversation."""
        return {
            self.session_id: "",
            self.notice: "",
            self.talk: gr.Column(visible=False),
            self.begin: gr.Button(value=self.desk.say("studio.trial.begin"), variant="primary"),
        }

    async def start(self, text: str, visitor: Visitor) -> Updates:
        """Begin to talk to the customer of this text."""
        with self.desk.careful(self.notice) as outcome:
            session = await asyncio.to_thread(self.studio.begin_trial, text, visitor)
            outcome.updates = {
                self.session_id: session.id,
                self.notice: "",
                self.talk: gr.Column(visible=True),
                self.begin: gr.Button(value=self.desk.say("studio.trial.again"), variant="secondary"),
                self.reply: reply_box(self.desk.renderer, session.persona.channel, "trial-reply"),
                self.announcement: "",
                **self._settled(session),
            }
        return outcome.updates

    async def answer(self, text: str, session_id: str, turn: float, visitor: Visitor) -> AsyncIterator[Updates]:
        """Say something to the customer, and show the answer as it comes."""
        practice, owner = self.studio.practice, trial_owner(visitor.id)
        try:
            reply = clean_reply(text or "", longest=practice.longest_reply)
        except InvalidReply as error:
            yield self.desk.told(str(error), self.notice)
            return
        events = practice.respond(session_id, reply, owner=owner, number=int(turn))
        async for updates in self._converse(events, session_id, owner, reply):
            yield updates

    async def resume(self, session_id: str, visitor: Visitor) -> AsyncIterator[Updates]:
        """Try the last reply again."""
        practice, owner = self.studio.practice, trial_owner(visitor.id)
        events = practice.resume(session_id, owner=owner)
        async for updates in self._converse(events, session_id, owner, ""):
            yield updates

    async def _converse(
        self, events: AsyncIterator[Event], session_id: str, owner: str, reply: str
    ) -> AsyncIterator[Updates]:
        try:
            session = await asyncio.to_thread(self.studio.practice.open, session_id, owner=owner)
            said = reply or session.pending
            heard = self.desk.pace.hear(events)
            yield {self.reply: "", self.notice: "", self.live: live(self.desk.renderer, session, said, is_waiting=True)}
            async for moment in self.desk.pace.shown(heard):
                if isinstance(moment, Settled):
                    yield {
                        **self._settled(moment.session),
                        self.announcement: aloud(self.desk.renderer, moment.session),
                    }
                else:
                    yield {self.live: live(self.desk.renderer, session, said, answer=moment.text)}
        except SimcustomerError as error:
            yield await self._failed(str(error), session_id, owner, reply)
        except Exception:  # noqa: BLE001  # the author is told, the log has it, and the reply is not lost
            _log.exception("a trial failed")
            yield await self._failed(self.desk.say("site.failed"), session_id, owner, reply)

    async def _failed(self, message: str, session_id: str, owner: str, reply: str) -> Updates:
        """The message; the reply goes back to its box unless the store has it, and waits to be tried again."""
        told = {**self.desk.told(message, self.notice), self.live: ""}
        try:
            session = await asyncio.to_thread(self.studio.practice.open, session_id, owner=owner)
        except SimcustomerError:
            return {**told, self.reply: reply}  # the message above already says what is wrong with the store
        if session.pending is None:
            return {**told, self.reply: reply}
        return {**told, self.retry: gr.Button(visible=True)}

    def _settled(self, session: Session) -> Updates:
        html, name = self.desk.renderer.html, session.persona.name
        return {
            self.turn: len(session.exchanges) + 1,
            self.transcript: html(
                "transcript", messages=views.conversation(session), name=name, channel=session.persona.channel.value
            ),
            self.live: "",
            self.composer: gr.Column(visible=session.outcome is None),
            self.retry: gr.Button(visible=False),
            self.notes: html(
                "studio_notes",
                notes=trial_notes(session),
                mood=session.persona.mood,
                outcome=session.outcome,
                name=name,
            ),
        }
