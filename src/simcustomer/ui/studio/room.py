"""What each control of the studio does, and which page the address asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

import gradio as gr

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.publishing import ContentKind, Step
from simcustomer.errors import ContentError, EditConflict, NotAllowed, SimcustomerError
from simcustomer.studio import Opened
from simcustomer.studio.fields import Answer, FormField
from simcustomer.ui.desk import Updates
from simcustomer.ui.studio.pages import VIEWS, StudioPages
from simcustomer.ui.studio.sheet import Sheet
from simcustomer.ui.studio.views import kind_of


@dataclass(frozen=True)
class StudioRoom(StudioPages):
    """The studio's pages with their handlers; each asks first who is there."""

    async def open(self, request: gr.Request) -> AsyncIterator[Updates]:
        """The page that the address asks for: a draft, a history, or the list."""
        opened: Opened | None = None
        with self.desk.careful(self.frame.problem) as outcome:
            visitor = self.frame.admitted(request)
            outcome.updates = {**self.frame.entered(visitor), **await asyncio.to_thread(self._list, {}, visitor)}
            asked = cast("Mapping[str, str]", request.query_params)
            opened, shown = await asyncio.to_thread(self._asked_for, asked, visitor)
            outcome.updates = {**self.frame.entered(visitor), **shown}
        if outcome.updates.get(self.frame.problem):
            # A wrong address leads to the list, for whoever may see it, with what was wrong above it.
            with self.desk.careful(self.frame.problem) as fallback:
                visitor = self.frame.admitted(request)
                fallback.updates = await asyncio.to_thread(self._list, {}, visitor)
                outcome.updates = {**self.frame.entered(visitor), **fallback.updates, **outcome.updates}
        yield outcome.updates
        if opened is not None:
            yield await self.editor.check(opened.text, Sheet.of(opened).sent)

    def _asked_for(self, asked: Mapping[str, str], visitor: Visitor) -> tuple[Opened | None, Updates]:
        if history := kind_of(asked.get("history", "")):
            return None, {**self._only(self.history.page), **self.history.show(*history, asked)}
        opened = self._opened(asked, visitor)
        if opened is None:
            return None, self._list(asked, visitor)
        wanted = asked.get("show", "")
        return opened, self._draft(opened, wanted if wanted in VIEWS else "write", visitor, is_new=True)

    def _opened(self, asked: Mapping[str, str], visitor: Visitor) -> Opened | None:
        writing = self.studio.writing
        if draft_id := asked.get("draft"):
            return writing.draft(draft_id, visitor)
        if edited := kind_of(asked.get("edit", "")):
            number = asked.get("number", "")
            return writing.edit(
                *edited, visitor, number=int(number) if number.isdecimal() and len(number) < 9 else None
            )
        if asked.get("new") in tuple(ContentKind):
            origin = asked.get("from", "")
            copied = origin.removeprefix("copy:") if origin.startswith("copy:") else ""
            return writing.new(ContentKind(asked["new"]), copy_of=copied, empty=origin == "empty")
        return None

    async def typed(
        self, text: str | None, sheet: str, stamp: float, size: float, request: gr.Request
    ) -> AsyncIterator[Updates]:
        """Keep and check what was typed."""
        visitor = self._visitor(request)
        if isinstance(visitor, str):
            yield {self.editor.notice: visitor}
            return
        async for updates in self.editor.typed(text, sheet, stamp, size, visitor):
            yield updates

    async def advise(self, text: str, sheet: str, request: gr.Request) -> Updates:
        """Read the text once more for what is worth mending."""
        visitor = self._visitor(request)
        if isinstance(visitor, str) or not sheet:
            return {self.editor.checks: gr.skip()}
        return await self.editor.advise(text or "", sheet)

    # Gradio hands the request over by a function's own signature, which a partial hides: hence functions that make one.

    def filled(self, field: FormField) -> Callable[..., AsyncIterator[Updates]]:
        """What puts the answer to a field of the form into the text."""

        async def fill(
            answer: Answer, text: str, sheet: str, stamp: float, request: gr.Request
        ) -> AsyncIterator[Updates]:
            visitor = self._visitor(request)
            if isinstance(visitor, str):
                yield {self.editor.notice: visitor}
                return
            async for updates in self.editor.filled(field, answer, text, sheet, stamp, visitor):
                yield updates

        return fill

    def seen(self, view: str) -> Callable[..., Awaitable[Updates]]:
        """What shows one view of the draft."""

        async def see(text: str, sheet: str, request: gr.Request) -> Updates:
            with self.desk.careful(self.frame.problem) as outcome:
                visitor = self.frame.admitted(request)
                opened = await asyncio.to_thread(self._held, text, sheet, visitor)
                shown = await asyncio.to_thread(self._draft, opened, view, visitor)
                outcome.updates = {self.frame.problem: "", **shown}
            return outcome.updates

        return see

    async def begin_trial(self, text: str, sheet: str, request: gr.Request) -> Updates:
        """Talk to the draft's customer."""
        with self.desk.careful(self.trial.notice) as outcome:
            visitor = self.frame.admitted(request)
            opened = await asyncio.to_thread(self._held, text, sheet, visitor)
            outcome.updates = await self.trial.start(opened.text, visitor)
        return outcome.updates

    async def answer(self, reply: str, session: str, turn: float, request: gr.Request) -> AsyncIterator[Updates]:
        """Say something in a trial."""
        visitor = self._visitor(request)
        if isinstance(visitor, str):
            yield {self.trial.notice: visitor}
            return
        async for updates in self.trial.answer(reply, session, turn, visitor):
            yield updates

    async def resume(self, session: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Try the last reply of a trial again."""
        visitor = self._visitor(request)
        if isinstance(visitor, str):
            yield {self.trial.notice: visitor}
            return
        async for updates in self.trial.resume(session, visitor):
            yield updates

    async def play(self, seeds: float, text: str, sheet: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Bench the draft."""
        opened = await self._reading(text, sheet, request)
        if isinstance(opened, str):
            yield {self.bench.notice: opened}
            return
        async for updates in self.bench.play(opened.text, seeds):
            yield updates

    async def paste(
        self, message: str, reply: str, channel: str, text: str, sheet: str, request: gr.Request
    ) -> Updates:
        """Grade a pasted reply."""
        opened = await self._reading(text, sheet, request)
        if isinstance(opened, str):
            return {self.rubric.notice: opened}
        return await self.rubric.paste(opened, message, reply, channel)

    async def measure(self, text: str, sheet: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Measure a rubric's draft on the golden replies."""
        opened = await self._reading(text, sheet, request)
        if isinstance(opened, str):
            yield {self.rubric.notice: opened}
            return
        async for updates in self.rubric.measure(opened):
            yield updates

    async def put_on_shelf(self, note: str, text: str, sheet: str, request: gr.Request) -> Updates:
        """Publish the draft, and show its history."""
        with self.desk.careful(self.publish.notice) as outcome:
            visitor = self.frame.admitted(request)
            try:
                kind, content_id, said = await asyncio.to_thread(self._publish, note or "", text, sheet, visitor)
            except (EditConflict, ContentError) as error:
                opened = await asyncio.to_thread(self._held, text, sheet, visitor)
                shown = await asyncio.to_thread(self.publish.show, opened)
                outcome.updates = {**shown, self.publish.notice: self.publish.failed(error)}
            else:
                shown = await asyncio.to_thread(self.history.show, kind, content_id, {}, said=said)
                outcome.updates = {**self._only(self.history.page), **shown, self.publish.note: ""}
        return outcome.updates

    async def rebase(self, text: str, sheet: str, request: gr.Request) -> Updates:
        """Go on from what someone else has published, with one's own text."""
        with self.desk.careful(self.publish.notice) as outcome:
            visitor = self.frame.admitted(request)
            held = await asyncio.to_thread(self._stored, text, sheet, visitor)
            opened = await asyncio.to_thread(self.studio.writing.rebase, held.draft_id, visitor)
            shown = await asyncio.to_thread(self._draft, opened, "publish", visitor)
            outcome.updates = {**shown, self.editor.sheet: Sheet.of(opened, Sheet.read(sheet).tab).sent}
        return outcome.updates

    async def drop(self, sheet: str, request: gr.Request) -> Updates:
        """Throw the draft away, and show the list."""
        with self.desk.careful(self.publish.notice) as outcome:
            visitor = self.frame.admitted(request)
            await asyncio.to_thread(self.studio.writing.discard, Sheet.read(sheet).draft_id, visitor)
            outcome.updates = await asyncio.to_thread(self._list, {}, visitor)
        return outcome.updates

    def shelved(self, step: Step) -> Callable[..., Awaitable[Updates]]:
        """What archives or restores."""

        async def shelve(content: str, request: gr.Request) -> Updates:
            with self.desk.careful(self.history.notice) as outcome:
                visitor = self.frame.admitted(request)
                if found := kind_of(content):
                    outcome.updates = await self.history.shelve(*found, step, visitor)
            return outcome.updates or {self.history.notice: gr.skip()}

        return shelve

    def _publish(self, note: str, text: str, sheet: str, visitor: Visitor) -> tuple[ContentKind, str, str]:
        opened = self._stored(text, sheet, visitor)
        content_id, version = self.studio.writing.publish(opened.draft_id, visitor, note=note)
        return opened.kind, content_id, self.desk.say("studio.publish.done", version=version)

    def _held(self, text: str, sheet: str, visitor: Visitor) -> Opened:
        """The draft as it is stored; one that was not typed in yet is as the page holds it."""
        page = Sheet.read(sheet)
        if page.revision or self.studio.writing.drafts.load(page.draft_id):
            return self.studio.writing.draft(page.draft_id, visitor)
        return page.opened(text or "")

    def _stored(self, text: str, sheet: str, visitor: Visitor) -> Opened:
        """The draft, stored if it was not yet."""
        opened = self._held(text, sheet, visitor)
        if opened.revision:
            return opened
        return self.studio.writing.save(opened, text or "", visitor, tab=Sheet.read(sheet).tab, stamp=0)

    async def _reading(self, text: str, sheet: str, request: gr.Request) -> Opened | str:
        """The draft, or a message why it cannot be read."""
        try:
            visitor = self.frame.admitted(request)
            return await asyncio.to_thread(self._held, text, sheet, visitor)
        except SimcustomerError as error:
            return self.desk.notice(str(error))

    def _visitor(self, request: gr.Request) -> Visitor | str:
        """The author, or a message why this visitor may not be here."""
        try:
            return self.frame.admitted(request)
        except NotAllowed as error:
            return self.desk.notice(str(error))
