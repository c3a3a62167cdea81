"""The forms of the lab: suites to run, a conversation to paste, and what can be done to a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.transcript import Channel
from simcustomer.evaluation.suite_names import SPLITS
from simcustomer.lab.order import LONGEST_NOTE
from simcustomer.ui.desk import Desk, Page, panel

QUICK = frozenset({"agreement", "contrast", "evidence"})
"""The suites that are chosen to begin with."""

MOST_PASTED = 60_000
"""Characters that fit a request of the page, whatever the language."""

CHANNELS = tuple(channel.value for channel in Channel)


@dataclass(frozen=True)
class OrderForm(Page):
    """Suites, and what to run them on."""

    column: gr.Column
    suites: gr.CheckboxGroup
    engine: gr.Radio
    split: gr.Radio
    baselines: gr.Checkbox
    note: gr.Textbox
    start: gr.Button

    @classmethod
    def build(cls, desk: Desk) -> OrderForm:
        """Lay the form out."""
        say, there = desk.say, desk.lab.suites
        with gr.Column(visible=False, elem_id="lab-order") as column:
            panel(value=desk.renderer.html("lab_form_title", text=say("lab.new")))
            suites = gr.CheckboxGroup(
                _options(desk, there),
                value=[suite for suite in there if suite in QUICK],
                label=say("lab.suites"),
                info=say("lab.suites_info"),
                elem_id="lab-suites",
            )
            with gr.Row():
                engine = _engines(desk)
                split = gr.Radio(_options(desk, SPLITS), value=SPLITS[0], label=say("lab.split"))
            baselines = gr.Checkbox(value=False, label=say("lab.baselines"), info=say("lab.baselines_info"))
            note = gr.Textbox(label=say("lab.note"), info=say("lab.note_info"), max_length=LONGEST_NOTE)
            start = gr.Button(say("lab.start"), variant="primary", elem_id="lab-start")
        return cls(desk, column, suites, engine, split, baselines, note, start)


@dataclass(frozen=True)
class PasteForm(Page):
    """A conversation to grade."""

    column: gr.Column
    text: gr.Textbox
    channel: gr.Radio
    engine: gr.Radio
    grade: gr.Button

    @classmethod
    def build(cls, desk: Desk) -> PasteForm:
        """Lay the form out."""
        say = desk.say
        with gr.Column(visible=False, elem_id="lab-paste") as column:
            text = gr.Textbox(
                label=say("lab.grading.paste"),
                info=say("lab.grading.paste_info", most=f"{MOST_PASTED:,}"),
                placeholder=say("lab.grading.placeholder"),
                lines=8,
                max_lines=20,
                max_length=MOST_PASTED,
                elem_id="lab-text",
            )
            with gr.Row():
                channels = [(say(f"channel.{channel}"), channel) for channel in CHANNELS]
                channel = gr.Radio(channels, value=CHANNELS[0], label=say("lab.grading.channel"))
                engine = _engines(desk)
            grade = gr.Button(say("lab.grading.run"), variant="primary", elem_id="lab-grade")
        return cls(desk, column, text, channel, engine, grade)


@dataclass(frozen=True)
class RunActions(Page):
    """What can be done to the run that is shown; `run_id` says which that is."""

    row: gr.Row
    cancel: gr.Button
    again: gr.Button
    delete: gr.Button
    question: gr.Column
    keep: gr.Button
    remove: gr.Button
    run_id: gr.Textbox

    @classmethod
    def build(cls, desk: Desk) -> RunActions:
        """Lay the buttons out, and the question before a run is deleted."""
        say = desk.say
        with gr.Row(visible=False, elem_id="lab-actions") as row:
            cancel = gr.Button(say("lab.cancel"), elem_id="lab-cancel")
            again = gr.Button(say("lab.again"), elem_id="lab-again")
            delete = gr.Button(say("lab.delete"), elem_id="lab-delete")
        with gr.Column(visible=False, elem_id="lab-delete-question") as question:
            panel(value=desk.renderer.html("lab_question"))
            with gr.Row():
                keep = gr.Button(say("lab.delete_no"), elem_id="lab-keep")
                remove = gr.Button(say("lab.delete_yes"), variant="stop", elem_id="lab-remove")
        return cls(desk, row, cancel, again, delete, question, keep, remove, gr.Textbox(visible=False))


def _engines(desk: Desk) -> gr.Radio:
    names = desk.lab.engines
    return gr.Radio(_options(desk, names), value=names[0], label=desk.say("lab.engine"))


def _options(desk: Desk, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(desk.say(f"lab.option.{name}"), name) for name in names]
