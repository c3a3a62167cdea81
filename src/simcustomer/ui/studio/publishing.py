"""The views around publishing: what a draft changes, putting it on the shelf, and the history of what was there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind, Step
from simcustomer.errors import ContentError, EditConflict, NotFound
from simcustomer.evaluation.lint import Finding
from simcustomer.studio import Opened, Studio
from simcustomer.studio.checking import advice_on
from simcustomer.ui.desk import Desk, Page, Updates, panel
from simcustomer.ui.studio.views import Comparison, HistoryView, checks, chosen_steps, comparison


@dataclass(frozen=True)
class PublishPage(Page):
    """What speaks for and against publishing, a note, and the button."""

    studio: Studio
    page: gr.Column
    notice: gr.HTML
    summary: gr.HTML
    behind: gr.Column
    keep_mine: gr.Button
    take_theirs: gr.Button
    note: gr.Textbox
    publish: gr.Button
    discard: gr.Button
    question: gr.Column
    discard_yes: gr.Button
    discard_no: gr.Button

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> PublishPage:
        """Lay the components out; called within Blocks."""
        say = desk.say
        with gr.Column(visible=False, elem_id="studio-publish") as page:
            notice = panel(elem_id="publish-notice")
            summary = panel(elem_id="publish-summary")
            with gr.Column(visible=False, elem_id="studio-behind") as behind, gr.Row(elem_classes="studio-actions"):
                keep_mine = gr.Button(say("studio.publish.keep_mine"), elem_id="keep-mine")
                take_theirs = gr.Button(say("studio.publish.take_theirs"), elem_id="take-theirs")
            note = gr.Textbox(
                label=say("studio.publish.note"), info=say("studio.publish.note_hint"), lines=2, elem_id="publish-note"
            )
            with gr.Row(elem_classes="studio-actions"):
                publish = gr.Button(say("studio.publish.button"), variant="primary", elem_id="publish")
                discard = gr.Button(say("studio.publish.discard"), elem_id="discard")
            with gr.Column(visible=False, elem_id="discard-question") as question:
                panel(value=desk.renderer.html("studio_question", text=say("studio.publish.discard_question")))
                with gr.Row(elem_classes="studio-actions"):
                    discard_yes = gr.Button(say("studio.publish.discard_yes"), variant="stop", elem_id="discard-yes")
                    discard_no = gr.Button(say("studio.publish.discard_no"), elem_id="discard-no")
        return cls(
            desk, studio, page, notice, summary, behind, keep_mine, take_theirs, note, publish, discard, question,
            discard_yes, discard_no,
        )  # fmt: skip

    def show(self, opened: Opened) -> Updates:
        """What publishing this draft would do, and what keeps it from that."""
        writing, say = self.studio.writing, self.desk.say
        checked = writing.check(opened, opened.text)
        advice: tuple[Finding, ...] = ()
        verdict = None
        if isinstance(checked.content, Persona):
            advice = advice_on(opened.text, self.studio.rubric())
            verdict = self.studio.bench.last(checked.content, self.studio.rubric())
        current, behind = writing.published(opened), writing.is_behind(opened)
        compared = None
        if current is not None:
            compared = comparison(
                say("studio.published_as", n=current.version), current.text, say("studio.draft"), opened.text
            )
        html = self.desk.renderer.html(
            "studio_publish",
            view=checks(checked.problems, advice),
            kind=opened.kind.value,
            verdict=verdict,
            compared=compared,
            behind=behind,
            version=current.version if current else None,
        )
        blocked = bool(checked.problems) or behind or (compared is not None and compared.same)
        return {
            self.notice: "",
            self.summary: html,
            self.behind: gr.Column(visible=behind),
            self.publish: gr.Button(interactive=not blocked),
            self.question: gr.Column(visible=False),
        }

    def failed(self, error: ContentError | EditConflict) -> str:
        """Why a draft was not published."""
        return self.desk.notice(str(error))


@dataclass(frozen=True)
class ComparePage(Page):
    """A draft beside what is published."""

    studio: Studio
    page: gr.Column
    difference: gr.HTML

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> ComparePage:
        """Lay the components out; called within Blocks."""
        with gr.Column(visible=False, elem_id="studio-compare") as page:
            difference = panel(elem_id="compare")
        return cls(desk, studio, page, difference)

    def show(self, opened: Opened) -> Updates:
        """What the draft changes."""
        writing, say = self.studio.writing, self.desk.say
        current, compared = writing.published(opened), None
        if current is not None:
            compared = comparison(
                say("studio.published_as", n=current.version), current.text, say("studio.draft"), opened.text
            )
        html = self.desk.renderer.html("studio_compare", compared=compared, behind=writing.is_behind(opened))
        return {self.difference: html}


@dataclass(frozen=True)
class HistoryPage(Page):
    """Every step of a content, any two compared, and taking it off the shelf and back."""

    studio: Studio
    page: gr.Column
    content: gr.Textbox
    history: gr.HTML
    notice: gr.HTML
    archive: gr.Button
    restore: gr.Button

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> HistoryPage:
        """Lay the components out; called within Blocks."""
        with gr.Column(visible=False, elem_id="studio-history") as page:
            content = gr.Textbox(visible=False)
            notice = panel(elem_id="history-notice")
            history = panel(elem_id="history")
            with gr.Row(elem_classes="studio-actions"):
                archive = gr.Button(desk.say("studio.history.archive"), elem_id="archive")
                restore = gr.Button(desk.say("studio.history.restore"), elem_id="restore")
        return cls(desk, studio, page, content, history, notice, archive, restore)

    def show(self, kind: ContentKind, content_id: str, asked: Mapping[str, str], *, said: str = "") -> Updates:
        """The history of a content. Raises NotFound."""
        writing = self.studio.writing
        steps = writing.history(kind, content_id)
        current = writing.current(kind, content_id)
        if current is None:
            raise NotFound(self.desk.say("studio.history.none", id=content_id))
        state = writing.state(kind, content_id)
        pair = chosen_steps(steps, asked.get("a", ""), asked.get("b", ""))
        compared = None
        if pair is not None:
            compared = comparison(self._named(pair[0].number, pair[0].version), pair[0].text or "",
                                  self._named(pair[1].number, pair[1].version), pair[1].text or "")  # fmt: skip
        view = HistoryView(
            kind=kind.value,
            id=content_id,
            title=next((each.title for each in writing.shelf(kind) if each.id == content_id), content_id),
            state=state,
            steps=steps,
            chosen=(pair[0].number, pair[1].number) if pair else None,
            compared=compared,
            file=self._hidden_update(kind, content_id, current.text),
        )
        return {
            self.content: f"{kind.value}/{content_id}",
            self.history: self.desk.renderer.html("studio_history", view=view),
            self.notice: self.desk.notice(said, "ended") if said else "",
            self.archive: gr.Button(visible=state != "archived"),
            self.restore: gr.Button(visible=state == "archived"),
        }

    async def shelve(self, kind: ContentKind, content_id: str, step: Step, visitor: Visitor) -> Updates:
        """Archive or restore."""
        with self.desk.careful(self.notice) as outcome:
            await asyncio.to_thread(self.studio.writing.shelve, kind, content_id, step, visitor)
            said = self.desk.say(f"studio.history.{step.value}_now")
            outcome.updates = await asyncio.to_thread(self.show, kind, content_id, {}, said=said)
        return outcome.updates

    def _hidden_update(self, kind: ContentKind, content_id: str, published: str) -> Comparison | None:
        text = self.studio.writing.changed_file(kind, content_id)
        say = self.desk.say
        return (
            comparison(say("studio.history.as_published"), published, say("studio.history.as_file"), text)
            if text
            else None
        )

    def _named(self, number: int, version: int) -> str:
        return self.desk.say("studio.history.step", number=number, version=version)
