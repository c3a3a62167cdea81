"""The studio: the list, a draft in its five views, and a history; which one the address asks for, and what each control does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.events import Dependency

from simcustomer import wiring
from simcustomer.content_file import MOST_BYTES
from simcustomer.domain.accounts import Visitor
from simcustomer.domain.publishing import ContentKind, Step
from simcustomer.errors import ContentError, EditConflict, NotAllowed, SimcustomerError
from simcustomer.studio import Opened, Studio
from simcustomer.studio.fields import Answer, FormField
from simcustomer.studio.text import glance
from simcustomer.ui.desk import Desk, Page, Part, Updates, panel
from simcustomer.ui.frame import Frame
from simcustomer.ui.studio.editor import Editor
from simcustomer.ui.studio.measuring import BenchPage, RubricPage
from simcustomer.ui.studio.publishing import ComparePage, HistoryPage, PublishPage
from simcustomer.ui.studio.sheet import Sheet
from simcustomer.ui.studio.trial import TrialView
from simcustomer.ui.studio.views import STATES, kind_of, rows

PATH = "studio"
VIEWS = ("write", "compare", "try", "bench", "publish")

_TYPED = f"""async (text, sheet, stamp, size) => {{
  const done = window.studioTyping();
  await new Promise((later) => setTimeout(later, 450));
  const bytes = new Blob([text ?? ""]).size;
  return [bytes > {MOST_BYTES} ? null : text, sheet, done, bytes];
}}"""
"""Waits until the author pauses; a text that no request can hold stays in the page, and its size is sent."""

_FILLED = "(answer, text, sheet, stamp) => [answer, text, sheet, window.studioTyping()]"
_SETTLED = "() => window.studioSettled()"
_READY = "async (...held) => { await window.studioQuiet(); return held; }"
"""What is shown next is read from the store, so what was typed must have arrived there."""


@dataclass(frozen=True)
class StudioRoom(Page):
    """All of the studio's pages; one is shown at a time."""

    studio: Studio
    frame: Frame
    list_page: gr.Column
    shelf: gr.HTML
    draft_page: gr.Column
    head: gr.HTML
    tabs: tuple[gr.Button, ...]
    editor: Editor
    compare: ComparePage
    trial: TrialView
    bench: BenchPage
    rubric: RubricPage
    publish: PublishPage
    history: HistoryPage

    @classmethod
    def build(cls, desk: Desk) -> StudioRoom:
        """Lay all pages out; called within the room's route."""
        studio = wiring.studio(desk.practice, desk.catalogue.library, rubric_id=desk.rubric_id)
        frame = Frame.build(desk, PATH)
        with gr.Column(visible=False, elem_id="studio-list") as list_page:
            shelf = panel(elem_id="shelf")
        with gr.Column(visible=False, elem_id="studio-draft") as draft_page:
            head = panel(elem_id="studio-head")
            with gr.Row(elem_id="studio-views"):
                tabs = tuple(gr.Button(desk.say(f"studio.view.{view}"), elem_id=f"view-{view}") for view in VIEWS)
            parts = (Editor, ComparePage, TrialView, BenchPage, RubricPage, PublishPage)
            editor, compare, trial, bench, rubric, publish = (part.build(desk, studio) for part in parts)
        history = HistoryPage.build(desk, studio)
        return cls(
            desk, studio, frame, list_page, shelf, draft_page, head, tabs, cast("Editor", editor),
            cast("ComparePage", compare), cast("TrialView", trial), cast("BenchPage", bench),
            cast("RubricPage", rubric), cast("PublishPage", publish), history,
        )  # fmt: skip

    @property
    def components(self) -> list[Part]:
        """All components of all pages."""
        pages = (self.frame, self.editor, self.compare, self.trial, self.bench, self.rubric, self.publish, self.history)
        return [*super().components, *self.tabs, *(part for page in pages for part in page.components)]

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
            return writing.edit(*edited, visitor, number=int(number) if number.isdecimal() else None)
        if asked.get("new") in tuple(ContentKind):
            origin = asked.get("from", "")
            copied = origin.removeprefix("copy:") if origin.startswith("copy:") else ""
            return writing.new(ContentKind(asked["new"]), copy_of=copied, empty=origin == "empty")
        return None

    def _list(self, asked: Mapping[str, str], visitor: Visitor) -> Updates:
        writing, state = self.studio.writing, asked.get("state", "")
        kinds = {
            kind.value: rows(writing.shelf(kind), writing.drafts_of(kind), visitor.id, state) for kind in ContentKind
        }
        page = self.desk.renderer.html("studio_shelf", kinds=kinds, state=state, states=STATES)
        return {**self._only(self.list_page), self.shelf: page}

    def _only(self, shown: gr.Column) -> Updates:
        pages = (self.list_page, self.draft_page, self.history.page)
        return {page: gr.Column(visible=page is shown) for page in pages}

    def _draft(self, opened: Opened, view: str, visitor: Visitor, *, is_new: bool = False) -> Updates:
        """A draft in one of its views; the text's own components are filled when it is new to the page."""
        del visitor
        is_persona = opened.kind is ContentKind.PERSONA
        pages: dict[str, Any] = {
            "write": self.editor,
            "compare": self.compare,
            "try": self.trial if is_persona else self.rubric,
            "bench": self.bench,
            "publish": self.publish,
        }
        if view == "bench" and not is_persona:
            view = "try"
        every = (self.editor, self.compare, self.trial, self.bench, self.rubric, self.publish)
        updates: Updates = {**self._only(self.draft_page), self.head: self._head(opened)}
        updates |= {page.page: gr.Column(visible=page is pages[view]) for page in every}
        for name, tab in zip(VIEWS, self.tabs, strict=True):
            names = "here" if name == view else ""
            here = opened.mine or name in ("write", "compare")
            visible = here and (is_persona or name != "bench")
            label = self.desk.say(f"studio.view.{name}" if is_persona or name != "try" else "studio.view.try_rubric")
            updates[tab] = gr.Button(value=label, visible=visible, elem_classes=["studio-view", names])
        if is_new:
            updates |= self.editor.show(opened)
        if view != "write":
            updates |= self._filled(pages[view], opened)
        return updates

    def _filled(self, page: Any, opened: Opened) -> Updates:
        if page in (self.trial, self.rubric):
            return page.show()
        return page.show(opened)

    def _head(self, opened: Opened) -> str:
        current = self.studio.writing.published(opened)
        return self.desk.renderer.html(
            "studio_head",
            opened=opened,
            kind=opened.kind.value,
            title=self._title(opened),
            version=current.version if current else None,
            behind=self.studio.writing.is_behind(opened),
        )

    def _title(self, opened: Opened) -> str:
        """What a draft is called; a new one without a title says that."""
        return (
            glance(opened.text, "title") or opened.content_id or self.desk.say(f"studio.untitled.{opened.kind.value}")
        )

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


def build(blocks: gr.Blocks, desk: Desk) -> None:
    """Lay the studio out and let each control do its part; called within the room's route."""
    room = StudioRoom.build(desk)
    editor, trial, bench, rubric, publish = room.editor, room.trial, room.bench, room.rubric, room.publish
    everything = room.components
    on = partial(gr.on, api_visibility="private", show_progress="hidden")
    once: Callable[..., Any] = partial(on, trigger_mode="once")

    saving, draft = [editor.sheet], [editor.text, editor.sheet]

    def settle(event: Dependency) -> None:
        """Once something is kept: the page may go on, and the text is read for advice, which takes longer."""
        told = event.then(None, saving, None, js=_SETTLED, api_visibility="private")
        told.then(room.advise, draft, [editor.checks, editor.notice], show_progress="hidden", api_visibility="private")

    once(blocks.load, room.open, None, everything).then(
        room.advise, draft, [editor.checks, editor.notice], show_progress="hidden", api_visibility="private"
    )
    changed = partial(on, trigger_mode="always_last")
    sent = [editor.text, editor.sheet, editor.stamp, editor.size]
    typed = changed(editor.text.input, room.typed, sent, editor.components, js=_TYPED)
    settle(typed)
    for (_, field), control in editor.fields.items():
        event = control.blur if field.shape in ("line", "prose", "lines", "number") else control.input
        answer = [control, editor.text, editor.sheet, editor.stamp]
        filled = changed(event, room.filled(field), answer, editor.components, js=_FILLED)
        settle(filled)

    for view, tab in zip(VIEWS, room.tabs, strict=True):
        seen = once(tab.click, room.seen(view), draft, everything, js=_READY)
        address = f"(sheet) => window.studioAddress(sheet, '{view}')"
        seen.success(None, saving, None, js=address, api_visibility="private")

    once(trial.begin.click, room.begin_trial, draft, trial.components)
    said = [trial.reply, trial.session_id, trial.turn]
    once([trial.reply.submit, trial.send.click], room.answer, said, trial.components)
    once(trial.retry.click, room.resume, [trial.session_id], trial.components)

    played = once(bench.run.click, room.play, [bench.seeds, *draft], bench.components, concurrency_limit=2)
    on(bench.stop.click, bench.stopped, None, bench.components, cancels=[played])

    once(rubric.grade.click, room.paste, [rubric.message, rubric.reply, rubric.channel, *draft], rubric.components)
    measured = once(rubric.run.click, room.measure, draft, rubric.components, concurrency_limit=1)
    on(rubric.stop.click, rubric.stopped, None, rubric.components, cancels=[measured])

    put = once(publish.publish.click, room.put_on_shelf, [publish.note, *draft], everything, js=_READY)
    put.success(None, [room.history.content], None, js="(id) => window.studioHistory(id)", api_visibility="private")
    once(publish.keep_mine.click, room.rebase, draft, everything)
    once(publish.discard.click, lambda: {publish.question: gr.Column(visible=True)}, None, [publish.question])
    once(publish.discard_no.click, lambda: {publish.question: gr.Column(visible=False)}, None, [publish.question])
    dropped = once([publish.discard_yes.click, publish.take_theirs.click], room.drop, saving, everything)
    dropped.success(
        None, None, None, js="() => history.replaceState(null, '', location.pathname)", api_visibility="private"
    )
    for button, step in ((room.history.archive, Step.ARCHIVED), (room.history.restore, Step.RESTORED)):
        once(button.click, room.shelved(step), [room.history.content], room.history.components)
