"""The conversation page: what was said, the reply box, and ending it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.reply_text import clean_reply
from simcustomer.domain.session import Session
from simcustomer.domain.transcript import Channel
from simcustomer.errors import InvalidReply, SimcustomerError
from simcustomer.practice import Event, Settled
from simcustomer.ui import coaching_views, views
from simcustomer.ui.acts import Acts
from simcustomer.ui.desk import Desk, Page, Part, Updates, panel
from simcustomer.ui.languages import headers_of, preferences
from simcustomer.ui.talking import aloud, live, reply_box

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PractisePage(Page):
    """Components of the conversation.

    `session_id` and `turn` travel with each request: a reply means the exchange that its sender saw, so that a double
    submit cannot answer twice, and a page outlives a restart of the server. Whose session it is, the store checks.
    """

    session_id: gr.Textbox
    turn: gr.Number
    page: gr.Column
    heading: gr.HTML
    brief: gr.HTML
    transcript: gr.HTML
    live: gr.HTML
    announcement: gr.HTML
    notice: gr.HTML
    composer: gr.Column
    reply: gr.Textbox
    send: gr.Button
    stop: gr.Button
    retry: gr.Button
    see_debrief: gr.Button
    hint: gr.HTML
    coaching: gr.HTML
    acts: Acts

    @property
    def components(self) -> list[Part]:
        """All components, those of the acts among them."""
        return [*super().components, *self.acts.components]

    @classmethod
    def build(cls, desk: Desk) -> PractisePage:
        """Lay the components out; called within Blocks."""
        session_id = gr.Textbox(visible=False)
        turn = gr.Number(visible=False, precision=0, value=1)
        with gr.Column(visible=False, elem_id="practise-page") as page:
            heading = panel(elem_id="heading")
            with gr.Row(elem_id="desk"):
                with gr.Column(scale=2, min_width=300, elem_id="talk"):
                    with gr.Column(elem_id="conversation"):
                        transcript = panel(elem_id="transcript")
                        live = panel(elem_id="live")
                    announcement = panel(elem_id="announcement")
                    notice = panel(elem_id="notice")
                    with gr.Column(elem_id="composer") as composer:
                        reply = reply_box(desk.renderer, Channel.CHAT, "reply")
                        send = gr.Button(desk.say("chat.send"), variant="primary", elem_id="send")
                    stop = gr.Button(desk.say("chat.stop"), visible=False, elem_id="stop", size="md")
                    retry = gr.Button(desk.say("chat.retry"), variant="primary", visible=False, elem_id="retry")
                    see_debrief = gr.Button(
                        desk.say("chat.see_debrief"), variant="primary", visible=False, elem_id="see-debrief"
                    )
                    hint = panel(elem_id="hint")
                    acts = Acts.build(desk)
                with gr.Column(scale=1, min_width=280, elem_id="aside"):
                    brief = panel(elem_id="brief")
                    coaching = panel(elem_id="coaching")
        return cls(
            desk=desk,
            session_id=session_id,
            turn=turn,
            page=page,
            heading=heading,
            brief=brief,
            transcript=transcript,
            live=live,
            announcement=announcement,
            notice=notice,
            composer=composer,
            reply=reply,
            send=send,
            stop=stop,
            retry=retry,
            see_debrief=see_debrief,
            hint=hint,
            coaching=coaching,
            acts=acts,
        )

    def hidden(self) -> Updates:
        """Out of sight."""
        return {self.page: gr.Column(visible=False)}

    def show(self, session: Session) -> Updates:
        """The whole page of a session."""
        return {
            self.page: gr.Column(visible=True),
            self.session_id: session.id,
            self.brief: self.desk.renderer.html("brief_aside", brief=session.persona.brief),
            self.reply: reply_box(self.desk.renderer, session.persona.channel, "reply"),
            self.announcement: "",
            **self.acts.show(session),
            **self.settled(session),
        }

    def settled(self, session: Session) -> Updates:
        """The parts that change with an exchange."""
        html, ended, waits = self.desk.renderer.html, session.outcome is not None, session.pending is not None
        name = session.persona.name
        return {
            self.turn: len(session.exchanges) + 1,
            self.heading: html("heading", view=views.heading(session)),
            self.transcript: html(
                "transcript",
                messages=views.conversation(session),
                name=name,
                channel=session.persona.channel.value,
            ),
            self.live: live(self.desk.renderer, session, session.pending) if session.pending else "",
            self.notice: self._ending(session),
            self.composer: gr.Column(visible=not ended and not waits),
            self.send: gr.Button(interactive=True),
            self.stop: gr.Button(visible=False),
            self.retry: gr.Button(visible=waits and not ended),
            self.see_debrief: gr.Button(visible=ended),
            self.hint: self._hint(session),
            self.coaching: html("coaching", comments=coaching_views.comments(session)),
            **self.acts.settled(session),
        }

    async def answer(self, text: str, session_id: str, turn: float, request: gr.Request) -> AsyncIterator[Updates]:
        """Take a reply, and show the customer's answer as it comes."""
        practice, owner = self.desk.practice, self.desk.owner_of(request)
        try:
            reply = clean_reply(text, longest=practice.longest_reply)
        except InvalidReply as error:
            yield self.desk.told(str(error), self.notice)
            return
        events = practice.respond(session_id, reply, owner=owner, number=int(turn))
        whole = preferences(headers_of(request)).whole
        async for updates in self._converse(events, session_id, owner, reply, whole=whole):
            yield updates

    async def resume(self, session_id: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Show the answer to a reply that was kept without one, if there is such a reply."""
        owner = self.desk.owner_of(request)
        try:
            session = await self._open(session_id, owner) if session_id else None
        except SimcustomerError as error:
            yield self.desk.told(str(error), self.notice)
            return
        if session is None or session.pending is None:
            yield {self.notice: gr.skip()}
            return
        events = self.desk.practice.resume(session_id, owner=owner)
        whole = preferences(headers_of(request)).whole
        async for updates in self._converse(events, session_id, owner, session.pending, whole=whole):
            yield updates

    async def hinted(self, session_id: str, request: gr.Request) -> Updates:
        """Give a hint for the next reply."""
        with self.desk.careful(self.notice) as outcome:
            session = await self.desk.hints.give(session_id, owner=self.desk.owner_of(request))
            outcome.updates = {self.hint: self._hint(session), **self.acts.settled(session), self.notice: ""}
        return outcome.updates

    async def stopped(self, session_id: str, request: gr.Request) -> Updates:
        """The session as it stands, when the trainee would rather not wait for the answer to be shown."""
        with self.desk.careful(self.notice) as outcome:
            outcome.updates = self.settled(await self._open(session_id, self.desk.owner_of(request)))
        return outcome.updates

    async def _converse(
        self, events: AsyncIterator[Event], session_id: str, owner: str, reply: str, *, whole: bool
    ) -> AsyncIterator[Updates]:
        heard = self.desk.pace.hear(events)
        try:
            session = await self._open(session_id, owner)
            yield {
                self.reply: "",
                self.notice: "",
                self.retry: gr.Button(visible=False),
                self.send: gr.Button(interactive=False),
                self.stop: gr.Button(visible=True),
                self.live: live(self.desk.renderer, session, reply, is_waiting=True),
            }
            async for moment in self.desk.pace.shown(heard):
                if isinstance(moment, Settled):
                    yield {**self.settled(moment.session), self.announcement: aloud(self.desk.renderer, moment.session)}
                elif not whole:
                    yield {self.live: live(self.desk.renderer, session, reply, answer=moment.text)}
        except SimcustomerError as error:
            yield await self._failed(str(error), session_id, owner, reply)
        except Exception:  # noqa: BLE001  # the trainee is told, the log has it, and the reply is not lost
            _log.exception("answering a reply failed")
            yield await self._failed(self.desk.say("site.failed"), session_id, owner, reply)

    async def _failed(self, message: str, session_id: str, owner: str, reply: str) -> Updates:
        """The session as it stands, with the message; the reply goes back to the box unless the store has it."""
        notice = self.desk.told(message, self.notice)
        back = {**notice, self.reply: reply, self.send: gr.Button(interactive=True)}
        try:
            session = await self._open(session_id, owner)
        except SimcustomerError:
            return {**back, self.live: ""}  # the message above already says what is wrong with the store
        if session.pending == reply:
            return {**self.settled(session), **notice}
        return {**self.settled(session), **back}

    async def _open(self, session_id: str, owner: str) -> Session:
        return await asyncio.to_thread(self.desk.practice.open, session_id, owner=owner)

    def _hint(self, session: Session) -> str:
        if session.hint is None or session.outcome is not None or session.pending is not None:
            return ""
        technique = session.rubric.technique(session.hint.technique).name
        return self.desk.renderer.html("hint", technique=technique, text=session.hint.text)

    def _ending(self, session: Session) -> str:
        name = session.persona.name
        if session.outcome is not None:
            return self.desk.notice(self.desk.say(f"ended.{session.outcome.value}", name=name), "ended")
        return self.desk.notice(self.desk.say("chat.pending", name=name), "warn") if session.pending else ""
