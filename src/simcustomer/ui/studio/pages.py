"""The studio's pages as they are laid out and shown: the list, a draft in its five views, and a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import gradio as gr

from simcustomer import wiring
from simcustomer.domain.accounts import Visitor
from simcustomer.domain.publishing import ContentKind
from simcustomer.studio import Opened, Studio
from simcustomer.studio.text import glance
from simcustomer.ui.desk import Desk, Page, Part, Updates, panel
from simcustomer.ui.frame import Frame
from simcustomer.ui.studio.editor import Editor
from simcustomer.ui.studio.measuring import BenchPage, RubricPage
from simcustomer.ui.studio.publishing import ComparePage, HistoryPage, PublishPage
from simcustomer.ui.studio.trial import TrialView
from simcustomer.ui.studio.views import STATES, rows

PATH = "studio"
VIEWS = ("write", "compare", "try", "bench", "publish")


@dataclass(frozen=True)
class StudioPages(Page):
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
    def build(cls, desk: Desk) -> Self:
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

    def _list(self, asked: Mapping[str, str], visitor: Visitor) -> Updates:
        writing, state = self.studio.writing, asked.get("state", "")
        shelves = {kind: writing.shelf(kind) for kind in ContentKind}
        kinds = {kind.value: rows(shelf, writing.drafts_of(kind), visitor.id, state) for kind, shelf in shelves.items()}
        # What cannot be used is rare, so the choice of it is there only with it.
        is_sound = all(each.state != "unusable" for shelf in shelves.values() for each in shelf)
        states = tuple(each for each in STATES if each != "unusable" or not is_sound)
        page = self.desk.renderer.html("studio_shelf", kinds=kinds, state=state, states=states)
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
            state=self.studio.writing.state(opened.kind, opened.content_id) if current else "new",
            behind=self.studio.writing.is_behind(opened),
        )

    def _title(self, opened: Opened) -> str:
        """What a draft is called; a new one without a title says that."""
        return (
            glance(opened.text, "title") or opened.content_id or self.desk.say(f"studio.untitled.{opened.kind.value}")
        )
