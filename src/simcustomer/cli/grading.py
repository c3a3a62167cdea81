"""`simcustomer grade`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from simcustomer.cli.bulk import AtOnce, Batch, Cluster, Order, Poll, Ray, Resume, grade_batches, grade_parts
from simcustomer.cli.options import Engine, GraderEngine, Record, Replay, RubricId
from simcustomer.errors import InvalidInput

if TYPE_CHECKING:
    from simcustomer.domain.rubric import Rubric
    from simcustomer.roles import Grader
    from simcustomer.wiring import Models


def grade(
    file: Annotated[
        Path, typer.Argument(help="Transcripts, one JSON object a line: id, channel, scenario (optional), turns.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.")
    ] = None,
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
    ray: Ray = None,
    at_once: AtOnce = None,
    resume: Resume = False,
    batch: Batch = False,
    poll: Poll = 30.0,
) -> None:
    """Grade every trainee reply of transcripts: one JSON line a reply, every quote verbatim."""
    from simcustomer import wiring
    from simcustomer.settings import load_settings

    settings = load_settings()
    chosen = wiring.published(settings).rubric(rubric or settings.rubric)
    order = Order(file, output, grader_engine or engine, chosen, settings)
    if (ray or resume or batch) and (record or replay or (batch and (ray or resume))):
        raise InvalidInput("--batch, --ray (or --resume) and --record (or --replay) do not go together. Choose one.")
    if batch:
        problems = grade_batches(order, poll)
    elif ray or resume:
        problems = grade_parts(order, Cluster(ray, at_once))
    else:
        problems = _grade_whole(order, wiring.Models(settings, record=record, replay=replay))
    if problems:
        typer.echo(f"simcustomer: {problems} of the lines could not be graded; the others were.", err=True)
        raise typer.Exit(2)


def _grade_whole(order: Order, models: Models) -> int:
    import asyncio

    from simcustomer import wiring
    from simcustomer.cli.usage import say_usage
    from simcustomer.evaluation.files import written

    grader = wiring.grader(order.engine, models)
    if order.output is None:
        problems = asyncio.run(_grade_file(order.file, sys.stdout, grader, order.rubric))
    else:
        with written(order.output) as stream:
            problems = asyncio.run(_grade_file(order.file, stream, grader, order.rubric))
    say_usage(models.totals())
    return problems


async def _grade_file(file: Path, out: TextIO, grader: Grader, rubric: Rubric) -> int:
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.grading import Remark, graded_replies, nothing_to_grade, read_transcripts

    problems = replies = 0
    with progress("Grading") as step:
        for entry in read_transcripts(file):
            if isinstance(entry, str):
                typer.echo(f"simcustomer: {entry}", err=True)
                problems += not isinstance(entry, Remark)
                continue
            async for record in graded_replies(entry, grader, rubric):
                out.write(record.line)
                replies += 1
                if replies == 1:
                    gc.freeze()  # what the first reply had loaded stays: it need not be looked through for garbage again and again
                step(f"{replies} replies")
    if not replies and not problems:
        raise nothing_to_grade(str(file))
    return problems
