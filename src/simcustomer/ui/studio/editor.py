"""The view in which an author writes: the text, a form over its common parts, and what is to mend beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.publishing import ContentKind
from simcustomer.errors import ContentError, EditConflict
from simcustomer.evaluation.lint import Finding
from simcustomer.studio import Opened, Studio
from simcustomer.studio.checking import Checked, advice_on
from simcustomer.studio.fields import FORMS, PERSONA_FORM, RUBRIC_FORM, Answer, FormField, answers, filled_in
from simcustomer.studio.text import too_long
from simcustomer.ui.desk import Desk, Page, Part, Updates, panel
from simcustomer.ui.studio.sheet import Sheet
from simcustomer.ui.studio.views import checks, comparison

FIRST_LINES, MOST_LINES = 24, 32


@dataclass(frozen=True)
class Editor(Page):
    """Components of the view. `sheet` says which draft it is; `stamp` and `size` are filled in by the page as it sends."""

    studio: Studio
    page: gr.Column
    sheet: gr.Textbox
    stamp: gr.Number
    size: gr.Number
    saved: gr.HTML
    notice: gr.HTML
    text: gr.Code
    checks: gr.HTML
    persona_form: gr.Column
    rubric_form: gr.Column
    fields: Mapping[tuple[ContentKind, FormField], Any]

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> Editor:
        """Lay the components out; called within Blocks."""
        sheet = gr.Textbox(visible=False, elem_id="studio-sheet")
        stamp = gr.Number(visible=False, value=0)
        size = gr.Number(visible=False, value=0)
        fields: dict[tuple[ContentKind, FormField], Any] = {}
        with gr.Column(elem_id="studio-write") as page:
            notice = panel(elem_id="studio-notice")
            with gr.Row(elem_id="studio-desk"):
                with gr.Column(scale=3, min_width=320):
                    text = gr.Code(
                        label=desk.say("studio.write.text"),
                        language="yaml",
                        lines=FIRST_LINES,
                        max_lines=MOST_LINES,
                        wrap_lines=True,
                        buttons=["copy"],
                        elem_id="studio-text",
                    )
                    saved = panel(elem_id="studio-saved")
                with gr.Column(scale=2, min_width=300, elem_id="studio-side"):
                    found = panel(elem_id="studio-checks")
                    with gr.Column(elem_id="persona-form") as persona_form:
                        panel(value=desk.renderer.html("studio_form", kind="persona"))
                        for each in PERSONA_FORM:
                            fields[ContentKind.PERSONA, each] = _component(desk, ContentKind.PERSONA, each)
                    with gr.Column(elem_id="rubric-form") as rubric_form:
                        panel(value=desk.renderer.html("studio_form", kind="rubric"))
                        for each in RUBRIC_FORM:
                            fields[ContentKind.RUBRIC, each] = _component(desk, ContentKind.RUBRIC, each)
        return cls(
            desk, studio, page, sheet, stamp, size, saved, notice, text, found, persona_form, rubric_form, fields
        )

    @property
    def components(self) -> list[Part]:
        """All components, those of the form too."""
        return [*super().components, *self.fields.values()]

    def show(self, opened: Opened) -> Updates:
        """A draft as it was opened; its text is checked when `check` comes."""
        return {
            self.sheet: Sheet.of(opened).sent,
            self.text: gr.Code(value=opened.text, interactive=opened.mine),
            self.notice: "",
            self.saved: self._saved(opened),
            self.checks: "",
            self.persona_form: gr.Column(visible=opened.mine and opened.kind is ContentKind.PERSONA),
            self.rubric_form: gr.Column(visible=opened.mine and opened.kind is ContentKind.RUBRIC),
            **self._form(opened.kind, opened.text),
        }

    async def check(self, text: str, sheet: str) -> Updates:
        """What keeps the text from being published; whether there is advice besides is known once `advise` has come."""
        with self.desk.careful(self.notice) as outcome:
            opened = Sheet.read(sheet).opened(text)
            checked = await asyncio.to_thread(self.studio.writing.check, opened, text)
            unread = None if self._has_advice(opened, checked) else ()
            outcome.updates = {self.checks: self._found(checked, unread, opened)}
        return outcome.updates

    async def advise(self, text: str, sheet: str) -> Updates:
        """What is worth mending besides; nothing where the text was changed in the meantime."""
        nothing: Updates = {self.checks: gr.skip()}
        with self.desk.careful(self.notice) as outcome:
            outcome.updates = nothing
            opened = Sheet.read(sheet).opened(text)
            checked = await asyncio.to_thread(self.studio.writing.check, opened, text)
            if self._has_advice(opened, checked):
                advice = await asyncio.to_thread(advice_on, text, self.studio.rubric())
                now = await asyncio.to_thread(self.studio.writing.drafts.load, opened.draft_id)
                if now is None or now.revision == opened.revision:
                    outcome.updates = {self.checks: self._found(checked, advice, opened)}
        return outcome.updates

    async def typed(
        self, text: str | None, sheet: str, stamp: float, size: float, visitor: Visitor
    ) -> AsyncIterator[Updates]:
        """Keep what was typed, and say what is to mend; a text that is too long does not come, only its size."""
        with self.desk.careful(self.notice) as outcome:
            if text is None and size:
                raise too_long(int(size))
            page = Sheet.read(sheet)
            kept, outcome.updates = await asyncio.to_thread(self._keep, page, text or "", stamp, visitor)
            outcome.updates |= self._form(kept.kind, kept.text)
        yield outcome.updates
        if self.sheet in outcome.updates:  # it was kept
            yield await self.check(text or "", outcome.updates[self.sheet])

    async def filled(
        self, field: FormField, answer: Answer, text: str, sheet: str, stamp: float, visitor: Visitor
    ) -> AsyncIterator[Updates]:
        """Put the answer to one field of the form into the text, and keep it."""
        changed: str | None = None
        with self.desk.careful(self.notice) as outcome:
            outcome.updates = {self.notice: gr.skip()}
            page = Sheet.read(sheet)
            try:
                changed = await asyncio.to_thread(filled_in, page.kind, text or "", field, answer)
            except ContentError as error:
                outcome.updates = {self.notice: self.desk.notice(self.desk.say("studio.write.unread", why=str(error)))}
            else:
                if changed == text:
                    changed = None
                else:
                    kept, outcome.updates = await asyncio.to_thread(self._keep, page, changed, stamp, visitor)
                    outcome.updates |= {self.text: kept.text, **self._form(kept.kind, kept.text)}
                    sheet = Sheet.of(kept, page.tab).sent
        yield outcome.updates
        if changed is not None:
            yield await self.check(changed, sheet)

    def _keep(self, page: Sheet, text: str, stamp: float, visitor: Visitor) -> tuple[Opened, Updates]:
        """Save a text; one that another page has overtaken becomes a draft of its own, and both are shown."""
        opened, writing = page.opened(text), self.studio.writing
        try:
            kept = writing.save(opened, text, visitor, tab=page.tab, stamp=int(stamp))
            said = ""
        except EditConflict as error:
            other = writing.draft(page.draft_id, visitor)
            kept = writing.set_aside(opened, text, visitor, tab=page.tab)
            both = comparison(self.desk.say("studio.there"), other.text, self.desk.say("studio.here"), text)
            said = self.desk.renderer.html("studio_overtaken", message=str(error), other=other.draft_id, view=both)
        return kept, {self.sheet: Sheet.of(kept, page.tab).sent, self.notice: said, self.saved: self._saved(kept)}

    @staticmethod
    def _has_advice(opened: Opened, checked: Checked) -> bool:
        return checked.content is not None and opened.kind is ContentKind.PERSONA

    def _found(self, checked: Checked, advice: Sequence[Finding] | None, opened: Opened) -> str:
        view = checks(checked.problems, advice)
        return self.desk.renderer.html("studio_checks", view=view, kind=opened.kind.value)

    def _form(self, kind: ContentKind, text: str) -> Updates:
        shown = answers(kind, text)
        if shown is None:
            return {}
        return {self.fields[kind, field]: shown[field] for field in FORMS[kind]}

    def _saved(self, opened: Opened) -> str:
        """When the text was saved last."""
        draft = self.studio.writing.drafts.load(opened.draft_id) if opened.revision else None
        return self.desk.renderer.html("studio_saved", draft=draft, mine=opened.mine)


def _component(desk: Desk, kind: ContentKind, field: FormField) -> Any:
    """The control for a field of the form."""
    say, key = desk.say, f"studio.field.{kind.value}.{field.name}"
    label, hint = say(f"{key}.label"), say(f"{key}.hint") or None
    elem_id = f"field-{field.name}"
    match field.shape:
        case "one":
            pairs = [(say(f"studio.choice.{choice}"), choice) for choice in field.choices]
            return gr.Radio(pairs, label=label, info=hint, elem_id=elem_id)
        case "many":
            pairs = [(choice.replace("_", " "), choice) for choice in field.choices]
            return gr.CheckboxGroup(pairs, label=label, info=hint, elem_id=elem_id)
        case "number":
            return gr.Number(label=label, info=hint, minimum=0, maximum=field.most, step=0.5, elem_id=elem_id)
        case shape:
            lines = {"line": 1, "prose": 3}.get(shape, 4)
            return gr.Textbox(label=label, info=hint, lines=lines, max_lines=12, elem_id=elem_id)
