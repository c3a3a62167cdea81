"""Which handler each control of the studio calls, and what the page does before and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency

from simcustomer.content_file import MOST_BYTES
from simcustomer.domain.publishing import Step
from simcustomer.ui.desk import Desk
from simcustomer.ui.studio.pages import VIEWS
from simcustomer.ui.studio.room import StudioRoom

_TYPED = f"""async (text, sheet, stamp, size) => {{
  const done = window.studioTyping();
  await new Promise((later) => setTimeout(later, 450));
  const bytes = new Blob([text ?? ""]).size;
  return [bytes > {MOST_BYTES} ? null : text, sheet, done, bytes];
}}"""
"""Waits until the author pauses; a text that no request can hold stays in the page, and its size is sent."""

_FILLED = "(answer, text, sheet, stamp) => [answer, text, sheet, window.studioTyping()]"
_SETTLED = "() => window.studioSettled()"
_TALK = "() => window.studioTalk()"
_READY = "async (...held) => { await window.studioQuiet(); return held; }"
"""What is shown next is read from the store, so what was typed must have arrived there."""


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

    begun = once(trial.begin.click, room.begin_trial, draft, trial.components)
    begun.then(None, None, None, js=_TALK, api_visibility="private")
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
