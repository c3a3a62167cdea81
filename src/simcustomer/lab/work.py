"""The work of a run: measures or grades what was ordered, and keeps what came out beside it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from simcustomer import wiring
from simcustomer.errors import InvalidInput, SimcustomerError
from simcustomer.evaluation.files import written
from simcustomer.evaluation.grading import Remark, TranscriptRecord, graded_replies, nothing_to_grade, read_transcripts
from simcustomer.evaluation.results import Results, Wanted, write_results
from simcustomer.evaluation.step import Step
from simcustomer.lab.order import Ending, Headline, Kind, Progress, Run, State
from simcustomer.lab.runs import ENDING, GRADED, PROGRESS, RESULTS, RUBRIC, RunFolder, given_name
from simcustomer.settings import Settings

_log = logging.getLogger(__name__)

TO_BROWSE = Wanted(least=1, most=400)
"""Disagreements that are kept to be read one by one."""

MOST_REMARKS = 20

HEADLINES = {
    ("agreement", "qwk.mean"): "qwk_mean",
    ("agreement", "qwk.overall"): "qwk_overall",
    ("contrast", "ordered"): "ordered",
    ("contrast", "attacks_with_a_gain"): "attacks",
    ("stability", "exact"): "stable",
    ("evidence", "quotes_verbatim"): "verbatim",
}
"""The figures that stand for a suite in the list of runs."""

_SECONDS_BETWEEN_NOTES = 0.5


class _Noted:
    """Keeps the progress of a run, at most twice a second."""

    def __init__(self, folder: RunFolder, run_id: str, parts: Sequence[str]) -> None:
        self._folder = folder
        self._run_id = run_id
        self._progress = Progress(parts=dict.fromkeys(parts, (0, 0)))
        self._kept_at = 0.0
        self._keep()

    def __call__(self, step: Step) -> None:
        was = self._progress
        parts = was.parts if step.note else {**was.parts, step.part: (step.done, step.total)}
        self._progress = Progress(parts=parts, now=step.part, note=step.note)
        turned = step.part != was.now or step.note != was.note or step.done == step.total
        if turned or time.monotonic() - self._kept_at > _SECONDS_BETWEEN_NOTES:
            self._keep()

    def _keep(self) -> None:
        self._folder.write(self._run_id, PROGRESS, self._progress)
        self._kept_at = time.monotonic()


def fulfil(folder: RunFolder, run_id: str, settings: Settings) -> None:
    """Do what the run asks, and keep how it ended; nothing that goes wrong is raised."""
    run, began = folder.run(run_id), time.monotonic()
    try:
        ending = asyncio.run(_fulfilled(folder, run, settings))
    except SimcustomerError as error:
        # The place where a given file is kept means nothing to who gave it.
        place = str(folder.place(run_id) / given_name(run.order))
        ending = _failed(str(error).replace(place, run.order.file or "the text"))
    except Exception as error:  # noqa: BLE001  # whoever ordered is told; the log has the rest
        _log.exception("run %s failed", run_id)
        ending = _failed(f"The run broke off with {type(error).__name__}; {folder.path / run_id} holds a log.")
    folder.write(run_id, ENDING, ending.model_copy(update={"seconds": round(time.monotonic() - began, 1)}))


def _failed(problem: str) -> Ending:
    return Ending(state=State.FAILED, at=datetime.now(UTC), problem=problem)


async def _fulfilled(folder: RunFolder, run: Run, settings: Settings) -> Ending:
    models = wiring.Models(settings)
    if run.order.kind is Kind.TRANSCRIPTS:
        return await _graded(folder, run, models)
    return await _measured(folder, run, models)


async def _measured(folder: RunFolder, run: Run, models: wiring.Models) -> Ending:
    # The statistics take seconds to load, and need not be installed where nothing is measured.
    from simcustomer.evaluation.measure import measure, measure_labels  # noqa: PLC0415
    from simcustomer.lab.measuring import measurement  # noqa: PLC0415  # as above

    order, place = run.order, folder.place(run.id)
    own = order.kind is Kind.LABELS
    noted = _Noted(folder, run.id, ("agreement",) if own else order.suites)
    if own:
        order = order.model_copy(update={"evals": place})
    wanted = replace(measurement(order, models, noted), disagreements=TO_BROWSE)
    results = await (measure_labels(wanted, place / given_name(order)) if own else measure(wanted))
    write_results(results, place / RESULTS)
    return Ending(
        state=State.DONE, at=datetime.now(UTC), grader=results.provenance.grader, headlines=_headlines(results)
    )


def _headlines(results: Results) -> tuple[Headline, ...]:
    found = ((name, results.figure(suite, figure)) for (suite, figure), name in HEADLINES.items())
    return tuple(Headline(name=name, value=f.value) for name, f in found if f is not None and f.value is not None)


async def _graded(folder: RunFolder, run: Run, models: wiring.Models) -> Ending:
    place, order = folder.place(run.id), run.order
    rubric = wiring.library(models.settings).rubric(order.rubric)
    grader = wiring.grader(order.engine, models)
    path = place / given_name(order)
    entries = list(read_transcripts(path))
    records = [entry for entry in entries if isinstance(entry, TranscriptRecord)]
    total = sum(len(record.transcript.reply_indexes) for record in records)
    problems = [entry for entry in entries if isinstance(entry, str) and not isinstance(entry, Remark)]
    if not total:
        raise InvalidInput(problems[0]) if problems else nothing_to_grade(str(path))
    noted, done, levels = _Noted(folder, run.id, ("replies",)), 0, list[int]()
    with written(place / GRADED) as stream:
        for record in records:
            async for reply in graded_replies(record, grader, rubric):
                stream.write(reply.line)
                done += 1
                noted(Step("replies", done, total))
                if reply.overall is not None:
                    levels.append(reply.overall)
    folder.write(run.id, RUBRIC, rubric)
    remarks = [str(entry).replace(str(path), order.file or "the text") for entry in entries if isinstance(entry, str)]
    headline = (Headline(name="level", value=sum(levels) / len(levels)),) if levels else ()
    return Ending(
        state=State.DONE,
        at=datetime.now(UTC),
        grader=grader.name,
        headlines=(Headline(name="replies", value=done), *headline),
        remarks=tuple(remarks[:MOST_REMARKS]),
    )
