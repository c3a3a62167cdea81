"""The room at /team: its pages by address, and what each control does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

import gradio as gr

from simcustomer.domain.accounts import Visitor
from simcustomer.errors import InvalidInput, NotFound
from simcustomer.ui import progress_views
from simcustomer.ui.desk import Desk, Page, Part, Updates, panel
from simcustomer.ui.frame import Frame
from simcustomer.ui.team import review_views, views
from simcustomer.ui.team.assigning import AssignForm
from simcustomer.ui.team.reviewing import ReviewForm, chosen_level

ROOM = "team"


@dataclass(frozen=True)
class TeamRoom(Page):
    """All pages of the room; one is shown at a time."""

    frame: Frame
    content: gr.HTML
    assigning: AssignForm
    reviewing: ReviewForm
    rest: gr.HTML

    @classmethod
    def build(cls, desk: Desk) -> TeamRoom:
        """Lay all pages out; called within the room's route."""
        frame = Frame.build(desk, ROOM)
        content = panel(elem_id="team")
        return cls(desk, frame, content, AssignForm.build(desk), ReviewForm.build(desk), panel(elem_id="team-rest"))

    @property
    def everything(self) -> list[Part]:
        """Every component of the room."""
        parts = (self.frame, self.assigning, self.reviewing)
        return [self.content, self.rest, *(part for page in parts for part in page.components)]

    async def open(self, request: gr.Request) -> Updates:
        """The page that the address asks for."""
        with self.desk.careful(self.frame.problem) as outcome:
            manager = self.frame.admitted(request)
            entered = self.frame.entered(manager)
            outcome.updates = entered
            asked = dict(cast("Mapping[str, str]", request.query_params))
            outcome.updates = entered | await asyncio.to_thread(self._asked_for, manager, asked)
        return outcome.updates

    async def decide(
        self, session_id: str, number: float, technique: str, choice: str | None, reason: str, request: gr.Request
    ) -> Updates:
        """Set a level in the grader's place."""
        with self.desk.careful(self.reviewing.notice) as outcome:
            manager, level = self.frame.admitted(request), chosen_level(choice)
            do = partial(self.desk.reviews.override, manager, session_id, int(number), (technique, level), reason)
            await asyncio.to_thread(do)
            outcome.updates = await self._decided(manager, session_id, (int(number), technique), "review.overridden")
        return outcome.updates

    async def decline(
        self, session_id: str, number: float, technique: str, reason: str, request: gr.Request
    ) -> Updates:
        """Leave a disputed level as it is."""
        with self.desk.careful(self.reviewing.notice) as outcome:
            manager = self.frame.admitted(request)
            do = partial(self.desk.reviews.decline, manager, session_id, int(number), technique, reason)
            await asyncio.to_thread(do)
            outcome.updates = await self._decided(manager, session_id, (int(number), technique), "review.declined")
        return outcome.updates

    async def regrade(self, session_id: str, request: gr.Request) -> Updates:
        """Grade a session's replies that have no grade."""
        with self.desk.careful(self.reviewing.notice) as outcome:
            manager = self.frame.admitted(request)
            done = await self.desk.reviews.regrade(manager, session_id)
            if done.failed:
                reasons = "; ".join(f"{number}: {reason}" for number, reason in done.failed.items())
                raise InvalidInput(self.desk.say("review.still_ungraded", reasons=reasons))
            outcome.updates = await self._decided(manager, session_id, None, "review.regraded")
        return outcome.updates

    async def withdraw(self, assignment_id: str, request: gr.Request) -> Updates:
        """Take an assignment back, and show what is left."""
        with self.desk.careful(self.assigning.notice) as outcome:
            manager = self.frame.admitted(request)
            gone = await asyncio.to_thread(self.desk.team.withdraw, manager, assignment_id)
            told = self.desk.notice(self.desk.say("team.withdrawn", title=gone.title), "ended")
            outcome.updates = await asyncio.to_thread(self._asked_for, manager, {}) | {self.assigning.notice: told}
        return outcome.updates

    def _asked_for(self, manager: Visitor, query: Mapping[str, str]) -> Updates:
        if session_id := query.get("session"):
            return self._session(manager, session_id, _named_level(query))
        if assignment_id := query.get("assignment"):
            return self._assignment(manager, assignment_id)
        pages: dict[str, Callable[[Visitor, Mapping[str, str]], Updates]] = {
            "profile": self._profile,
            "people": self._people,
            "person": self._person,
            "queue": self._queue,
            "assign": self._assign,
            "export": self._export,
        }
        return pages.get(query.get("view", ""), self._board)(manager, query)

    def _page(self, manager: Visitor, template: str, **values: object) -> Updates:
        """One page in sight, with the room's own navigation; the forms are out of sight."""
        html = self.desk.renderer.html(
            f"team_{template}",
            team=self.desk.team.name(manager),
            me=manager.id,
            here=template,
            waiting=self.desk.reviews.waiting(manager),
            **values,
        )
        return {**self.assigning.hidden(), **self.reviewing.hidden(), self.rest: "", self.content: html}

    def _board(self, manager: Visitor, query: Mapping[str, str]) -> Updates:
        return self._page(manager, "board", view=views.board(self.desk.team.board(manager), query))

    def _profile(self, manager: Visitor, query: Mapping[str, str]) -> Updates:
        days = next((days for days in views.PERIODS if query.get("days") == str(days)), views.PERIODS[-1])
        attempts = self.desk.team.attempts(manager)
        view = views.team_profile(attempts, self.desk.rubric(), days, self.desk.team.now())
        return self._page(manager, "profile", view=view)

    def _people(self, manager: Visitor, _: Mapping[str, str]) -> Updates:
        rows = views.people(self.desk.team.members(manager), self.desk.team.attempts(manager))
        return self._page(manager, "people", rows=rows)

    def _person(self, manager: Visitor, query: Mapping[str, str]) -> Updates:
        member, rubric = self.desk.team.member(manager, query.get("person", "")), self.desk.rubric()
        attempts = self.desk.practice.finished(owner=member.id)
        asked = progress_views.asked_of(query, attempts, rubric)
        view = progress_views.progress_view(attempts, (), rubric, asked)
        assigned = self.desk.team.assigned_to(member.id, attempts)
        return self._page(manager, "person", member=member, view=view, assigned=assigned)

    def _queue(self, manager: Visitor, _: Mapping[str, str]) -> Updates:
        return self._page(manager, "queue", view=review_views.queue_view(self.desk.reviews.queue(manager)))

    def _assign(self, manager: Visitor, _: Mapping[str, str]) -> Updates:
        return self._page(manager, "assign") | self.assigning.show(manager)

    def _export(self, manager: Visitor, query: Mapping[str, str]) -> Updates:
        return self._page(manager, "export", members=self.desk.team.members(manager), chosen=query.get("person", ""))

    def _assignment(self, manager: Visitor, assignment_id: str) -> Updates:
        rows = [row for row in self.desk.team.board(manager) if row.assignment.id == assignment_id]
        if not rows:
            raise NotFound(self.desk.say("team.no_assignment"))
        page = self._page(manager, "assignment", rows=rows, assignment=rows[0].assignment)
        return page | self.assigning.ask_to_withdraw(assignment_id)

    def _session(self, manager: Visitor, session_id: str, asked: tuple[int, str] | None) -> Updates:
        session = self.desk.team.read(manager, session_id)
        if session.outcome is None:
            raise NotFound(self.desk.say("review.not_ended"))
        member = self.desk.team.owner_of(manager, session_id)
        view = review_views.read_view(member, session, self.desk.reviews.of_session(session_id), asked)
        page = self._page(manager, "session", view=view)
        rest = self.desk.renderer.html("team_transcript", view=view)
        return page | self.reviewing.show(view) | {self.rest: rest}

    async def _decided(self, manager: Visitor, session_id: str, asked: tuple[int, str] | None, told: str) -> Updates:
        """The session as it stands after what was decided."""
        page = await asyncio.to_thread(self._session, manager, session_id, asked)
        return page | {self.reviewing.notice: self.desk.notice(self.desk.say(told), "ended")}


def _named_level(query: Mapping[str, str]) -> tuple[int, str] | None:
    number, technique = query.get("reply", ""), query.get("technique", "")
    return (int(number), technique) if number.isdecimal() and len(number) < 6 and technique else None


def build(blocks: gr.Blocks, desk: Desk) -> None:
    """Lay the room out and let each control do its part."""
    room = TeamRoom.build(desk)
    assigning, reviewing = room.assigning, room.reviewing
    on = partial(gr.on, api_visibility="private", show_progress="hidden", trigger_mode="once")
    level = [reviewing.session_id, reviewing.number, reviewing.technique]

    on(blocks.load, room.open, None, room.everything)
    form = [assigning.people, assigning.personas, assigning.due, assigning.mark]
    on(assigning.send.click, assigning.assign, form, assigning.components)
    on(assigning.withdraw.click, room.withdraw, [assigning.assignment], room.everything)
    on(reviewing.override.click, room.decide, [*level, reviewing.level, reviewing.reason], room.everything)
    on(reviewing.decline.click, room.decline, [*level, reviewing.reason], room.everything)
    on(reviewing.regrade.click, room.regrade, [reviewing.session_id], room.everything)
