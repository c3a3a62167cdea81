"""The views in which a draft is measured: the bench of a persona; of a rubric, pasted replies and the golden ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.transcript import Channel
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.studio import Opened, Studio
from simcustomer.studio.background import Done, Far, Say, beside
from simcustomer.studio.bench import SEEDS
from simcustomer.studio.rubric_trial import MOST_SHOWN, Impact, development_replies, impact, tried
from simcustomer.ui.desk import Desk, Page, Updates, panel
from simcustomer.ui.studio.views import bench_view


@dataclass(frozen=True)
class BenchPage(Page):
    """The bench of a persona's draft."""

    studio: Studio
    page: gr.Column
    notice: gr.HTML
    seeds: gr.Radio
    run: gr.Button
    stop: gr.Button
    progress: gr.HTML
    report: gr.HTML

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> BenchPage:
        """Lay the components out; called within Blocks."""
        with gr.Column(visible=False, elem_id="studio-bench") as page:
            panel(value=desk.renderer.html("studio_intro", what="bench"))
            notice = panel(elem_id="bench-notice")
            seeds = gr.Radio(
                [(str(n), n) for n in SEEDS],
                value=SEEDS[1],
                label=desk.say("studio.bench.seeds"),
                info=desk.say("studio.bench.seeds_hint"),
                elem_id="bench-seeds",
            )
            with gr.Row(elem_classes="studio-actions"):
                run = gr.Button(desk.say("studio.bench.run"), variant="primary", elem_id="bench-run")
                stop = gr.Button(desk.say("studio.stop"), visible=False, elem_id="bench-stop")
            progress = panel(elem_id="bench-progress")
            report = panel(elem_id="bench-report")
        return cls(desk, studio, page, notice, seeds, run, stop, progress, report)

    def show(self, opened: Opened) -> Updates:
        """The view, with the last report where this very text was benched already."""
        report = ""
        with self.desk.careful(self.notice) as outcome:
            persona = self.studio.writing.persona(opened.text)
            if last := self.studio.bench.last(persona, self.studio.rubric()):
                report = self.desk.renderer.html("studio_bench", view=bench_view(last))
        return {self.notice: "", **outcome.updates, **self.stopped(), self.report: report}

    async def play(self, text: str, seeds: float) -> AsyncIterator[Updates]:
        """Play, and say how far it is; the report comes last."""
        html = self.desk.renderer.html
        with self.desk.careful(self.notice) as outcome:
            persona = await asyncio.to_thread(self.studio.writing.persona, text)
            yield {self.notice: "", self.report: "", self.run: _off(), self.stop: _shown()}
            count = int(seeds) if int(seeds) in SEEDS else SEEDS[0]
            async with aclosing(self.studio.bench.run(persona, self.studio.rubric(), count)) as events:
                async for event in events:
                    if isinstance(event, Far):
                        yield {self.progress: html("studio_progress", far=event, what="bench")}
                    else:
                        outcome.updates = {self.report: html("studio_bench", view=bench_view(event.result))}
        yield {**self.stopped(), **outcome.updates}

    def stopped(self) -> Updates:
        """Ready for another run."""
        return {self.progress: "", self.run: gr.Button(interactive=True), self.stop: gr.Button(visible=False)}


@dataclass(frozen=True)
class RubricPage(Page):
    """A rubric's draft on pasted replies and on the golden ones, beside what is published."""

    studio: Studio
    page: gr.Column
    notice: gr.HTML
    message: gr.Textbox
    reply: gr.Textbox
    channel: gr.Radio
    grade: gr.Button
    graded: gr.HTML
    run: gr.Button
    stop: gr.Button
    progress: gr.HTML
    report: gr.HTML

    @classmethod
    def build(cls, desk: Desk, studio: Studio) -> RubricPage:
        """Lay the components out; called within Blocks."""
        say = desk.say
        with gr.Column(visible=False, elem_id="studio-rubric") as page:
            panel(value=desk.renderer.html("studio_intro", what="pasted"))
            notice = panel(elem_id="rubric-notice")
            message = gr.Textbox(label=say("studio.pasted.message"), lines=3, max_lines=12, elem_id="pasted-message")
            reply = gr.Textbox(label=say("studio.pasted.reply"), lines=3, max_lines=12, elem_id="pasted-reply")
            channels = [(say(f"studio.choice.{channel.value}"), channel.value) for channel in Channel]
            channel = gr.Radio(
                channels,
                value=Channel.CHAT.value,
                label=say("studio.field.persona.channel.label"),
                elem_id="pasted-channel",
            )
            with gr.Row(elem_classes="studio-actions"):
                grade = gr.Button(say("studio.pasted.grade"), variant="primary", elem_id="pasted-grade")
            graded = panel(elem_id="pasted-graded")
            panel(value=desk.renderer.html("studio_intro", what="impact"))
            with gr.Row(elem_classes="studio-actions"):
                run = gr.Button(say("studio.impact.run"), variant="primary", elem_id="impact-run")
                stop = gr.Button(say("studio.stop"), visible=False, elem_id="impact-stop")
            progress = panel(elem_id="impact-progress")
            report = panel(elem_id="impact-report")
        return cls(
            desk, studio, page, notice, message, reply, channel, grade, graded, run, stop, progress, report
        )  # fmt: skip

    def show(self) -> Updates:
        """The view; what it found earlier may be about another text."""
        return {self.notice: "", self.graded: "", self.report: "", **self.stopped()}

    async def paste(self, opened: Opened, message: str, reply: str, channel: str) -> Updates:
        """Grade a pasted reply under the draft and under what is published."""
        with self.desk.careful(self.notice) as outcome:
            after = self.studio.writing.rubric(opened.text)
            published = self.studio.writing.published(opened)
            before = self.studio.writing.rubric(published.text) if published else None
            chosen = Channel(channel) if channel in tuple(Channel) else Channel.CHAT
            grader = self.studio.practice.cast.grader
            trial = await tried(message or "", reply or "", chosen, before=before, after=after, grader=grader)
            page = self.desk.renderer.html("studio_pasted", trial=trial, has_before=before is not None)
            outcome.updates = {self.notice: "", self.graded: page}
        return outcome.updates

    async def measure(self, opened: Opened) -> AsyncIterator[Updates]:
        """Grade the golden replies under both rubrics, and say what the change does."""
        html = self.desk.renderer.html
        with self.desk.careful(self.notice) as outcome:
            after = self.studio.writing.rubric(opened.text)
            published = self.studio.writing.published(opened)
            before = self.studio.writing.rubric(published.text) if published else self.studio.rubric()
            replies = await asyncio.to_thread(development_replies, self.desk.lab.evals)
            grader = self.studio.practice.cast.grader
            yield {self.notice: "", self.report: "", self.run: _off(), self.stop: _shown()}

            async def work(say: Say) -> Impact:
                return await impact(before, after, replies, grader, say)

            # A model is waited for and belongs to this loop; the embedded grader works, and would hold the loop up.
            alone = isinstance(grader, EmbeddedGrader)
            async with aclosing(beside(work, len(replies), in_thread=alone)) as events:
                async for event in events:
                    if isinstance(event, Done):
                        page = html("studio_impact", found=event.result, most=MOST_SHOWN, title=before.title)
                        outcome.updates = {self.report: page}
                    else:
                        yield {self.progress: html("studio_progress", far=event, what="impact")}
        yield {**self.stopped(), **outcome.updates}

    def stopped(self) -> Updates:
        """Ready for another run."""
        return {self.progress: "", self.run: gr.Button(interactive=True), self.stop: gr.Button(visible=False)}


def _off() -> gr.Button:
    return gr.Button(interactive=False)


def _shown() -> gr.Button:
    return gr.Button(visible=True)
