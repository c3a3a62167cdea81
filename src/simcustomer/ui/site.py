"""All pages together: which one the address asks for, and what each control does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

import gradio as gr
from gradio.events import Dependency

from simcustomer.domain.session import Session
from simcustomer.errors import NotFound
from simcustomer.ui.choose import ChoosePage
from simcustomer.ui.debrief import DebriefPage
from simcustomer.ui.desk import Desk, Updates, panel
from simcustomer.ui.dispute import DisputePage
from simcustomer.ui.fork import ForkPage
from simcustomer.ui.frame import head
from simcustomer.ui.practise import PractisePage
from simcustomer.ui.progress import ProgressPage

_SHOW_ADDRESS = "(id) => { if (id && !location.search.includes(id)) history.pushState(null, '', '?session=' + encodeURIComponent(id)); }"
"""Puts the session into the address, so that a reload finds it again."""


@dataclass(frozen=True)
class Site:
    """All pages of the app; one is shown at a time."""

    desk: Desk
    header: gr.HTML
    problem: gr.HTML
    choose: ChoosePage
    practise: PractisePage
    debrief: DebriefPage
    fork: ForkPage
    dispute: DisputePage
    progress: ProgressPage

    @classmethod
    def build(cls, desk: Desk) -> Site:
        """Lay all pages out; called within Blocks."""
        header = panel(elem_id="site-header", value=head(desk, None))
        problem = panel(elem_id="problem")
        return cls(
            desk,
            header,
            problem,
            ChoosePage.build(desk),
            PractisePage.build(desk),
            DebriefPage.build(desk),
            ForkPage.build(desk),
            DisputePage.build(desk),
            ProgressPage.build(desk),
        )

    async def open(self, request: gr.Request) -> Updates:
        """The page that the address asks for: a session, a reply of one, a persona's brief, progress, or the gallery."""
        with self.desk.careful(self.problem) as outcome:
            try:
                outcome.updates = await self._asked_for(request)
            except NotFound as error:
                outcome.updates = {
                    **self._gallery(self.desk.owner_of(request)),
                    **self.desk.told(str(error), self.problem),
                }
        return {**outcome.updates, self.header: head(self.desk, self.desk.visitor_of(request), request=request)}

    async def start(self, persona_id: str, coached: bool, request: gr.Request) -> Updates:
        """Begin a session with this persona."""
        owner = self.desk.owner_of(request)
        with self.desk.careful(self.choose.brief_notice) as outcome:
            outcome.updates = await asyncio.to_thread(self._start, persona_id, owner, coached=bool(coached))
        return outcome.updates

    async def again(self, session_id: str, request: gr.Request) -> Updates:
        """Begin another session with the persona of this one."""
        owner = self.desk.owner_of(request)
        with self.desk.careful(self.debrief.notice) as outcome:
            session = await asyncio.to_thread(self.desk.practice.open, session_id, owner=owner)
            outcome.updates = await asyncio.to_thread(self._start, session.persona.id, owner, coached=session.coached)
        return outcome.updates

    async def rewind(self, session_id: str, number: float, request: gr.Request) -> Updates:
        """Begin again from before this reply."""
        with self.desk.careful(self.fork.notice) as outcome:
            owner = self.desk.owner_of(request)
            outcome.updates = self._session(await self.desk.practice.rewind(session_id, int(number), owner=owner))
        return outcome.updates

    async def finish(self, session_id: str, request: gr.Request) -> Updates:
        """End the session if it has not ended, and show its debrief."""
        with self.desk.careful(self.practise.notice) as outcome:
            session = await self.desk.practice.finish(session_id, owner=self.desk.owner_of(request))
            outcome.updates = await asyncio.to_thread(self._session, session)
        return outcome.updates

    async def hand_over(self, session_id: str, request: gr.Request) -> Updates:
        """Hand the customer over to a supervisor, and show the debrief."""
        with self.desk.careful(self.practise.notice) as outcome:
            session = await self.desk.practice.hand_over(session_id, owner=self.desk.owner_of(request))
            outcome.updates = await asyncio.to_thread(self._session, session)
        return outcome.updates

    async def _asked_for(self, request: gr.Request) -> Updates:
        asked = cast("Mapping[str, str]", request.query_params)
        owner = self.desk.owner_of(request)
        if session_id := asked.get("session"):
            session = await asyncio.to_thread(self.desk.practice.open, session_id, owner=owner)
            if session.outcome is not None:
                session = await self.desk.practice.finish(session_id, owner=owner)
            number = asked.get("reply", "")
            if (
                session.outcome is not None
                and number.isdecimal()
                and len(number) < 6
                and 1 <= int(number) <= len(session.exchanges)
            ):
                return self._of_reply(session, int(number), asked.get("technique"))
            return await asyncio.to_thread(self._session, session)
        if persona_id := asked.get("persona"):
            return self._brief(persona_id)
        # Gradio takes "page" in an address for itself.
        if asked.get("view") == "progress":
            return await asyncio.to_thread(self._progress, asked, owner)
        return await asyncio.to_thread(self._gallery, owner)

    def _start(self, persona_id: str, owner: str, *, coached: bool) -> Updates:
        persona = self.desk.catalogue.persona(persona_id)
        return self._session(self.desk.practice.start(persona, self.desk.rubric(), owner=owner, coached=coached))

    def _hidden(self) -> Updates:
        return {
            **self.choose.hidden(),
            **self.practise.hidden(),
            **self.debrief.hidden(),
            **self.fork.hidden(),
            **self.dispute.hidden(),
            self.problem: "",
        }

    def _gallery(self, owner: str) -> Updates:
        return {**self._hidden(), **self.choose.show_gallery(owner)}

    def _progress(self, query: Mapping[str, str], owner: str) -> Updates:
        return {**self._hidden(), **self.progress.show(query, owner)}

    def _brief(self, persona_id: str) -> Updates:
        return {**self._hidden(), **self.choose.show_brief(self.desk.catalogue.persona(persona_id))}

    def _session(self, session: Session) -> Updates:
        page = self.practise.show(session) if session.outcome is None else self.debrief.show(session)
        return {**self._hidden(), **page, self.practise.session_id: session.id}

    def _of_reply(self, session: Session, number: int, technique: str | None) -> Updates:
        page = self.dispute.show(session, number, technique) if technique else self.fork.show(session, number)
        return {**self._hidden(), **page, self.practise.session_id: session.id}


def wire(blocks: gr.Blocks, site: Site) -> None:
    """Let each control do its part."""
    choose, practise, debrief, fork, dispute = site.choose, site.practise, site.debrief, site.fork, site.dispute
    pages = (choose, practise, debrief, fork, dispute, site.progress)
    everything = [*(part for page in pages for part in page.components), site.header, site.problem]
    in_session = [practise.session_id]
    on = partial(gr.on, api_visibility="private", show_progress="hidden", trigger_mode="once")

    opened = on(blocks.load, site.open, None, everything)
    resumed = opened.then(
        practise.resume, in_session, practise.components, show_progress="hidden", api_visibility="private"
    )
    started = on(choose.start.click, site.start, [choose.persona_id, choose.coached], everything)
    _show_address(started, practise)
    restarted = on(debrief.again.click, site.again, in_session, everything)
    _show_address(restarted, practise)

    at_fork = [practise.session_id, fork.number]
    rewound = on(fork.rewind.click, site.rewind, at_fork, everything)
    _show_address(rewound, practise)
    on(fork.watch.click, fork.play, at_fork, fork.components)

    disputed = [practise.session_id, dispute.number, dispute.technique, dispute.reason]
    on(dispute.send.click, dispute.raise_dispute, disputed, dispute.components)

    sent = [practise.reply, practise.session_id, practise.turn]
    answered = on([practise.reply.submit, practise.send.click], practise.answer, sent, practise.components)
    retried = on(practise.retry.click, practise.resume, in_session, practise.components)
    on(practise.stop.click, practise.stopped, in_session, practise.components, cancels=[answered, retried, resumed])

    acts = practise.acts
    on(acts.hint.click, practise.hinted, in_session, practise.components)
    on(acts.end.click, acts.ask_to_end, None, acts.components)
    on(acts.hand.click, acts.ask_to_hand_over, None, acts.components)
    on([acts.end_no.click, acts.hand_no.click], acts.carry_on, None, acts.components)
    on([acts.end_yes.click, practise.see_debrief.click], site.finish, in_session, everything)
    on(acts.hand_yes.click, site.hand_over, in_session, everything)


def _show_address(begun: Dependency, practise: PractisePage) -> None:
    begun.success(None, [practise.session_id], js=_SHOW_ADDRESS, api_visibility="private")
