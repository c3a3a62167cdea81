"""`simcustomer grade`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from simcustomer.cli.options import Engine, GraderEngine, Record, Replay, RubricId
from simcustomer.errors import InvalidInput

if TYPE_CHECKING:
    from simcustomer.domain.rubric import Rubric
    from simcustomer.roles import Grader


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
) -> None:
    """Grade every trainee reply of transcripts: one JSON line a reply, every quote verbatim."""
    import asyncio

    from simcustomer import wiring
    from simcustomer.cli.usage import say_usage
    from simcustomer.evaluation.files import written
    from simcustomer.settings import load_settings

    settings = load_settings()
    chosen = wiring.published(settings).rubric(rubric or settings.rubric)
    models = wiring.Models(settings, record=record, replay=replay)
    grader = wiring.grader(grader_engine or engine, models)
    if output is None:
        problems = asyncio.run(_grade_file(file, sys.stdout, grader, chosen))
    else:
        with written(output) as stream:
            problems = asyncio.run(_grade_file(file, stream, grader, chosen))
    say_usage(models.totals())
    if problems:
        typer.echo(f"simcustomer: {problems} of the lines could not be graded; the others were.", err=True)
        raise typer.Exit(2)


async def _grade_file(file: Path, out: TextIO, grader: Grader, rubric: Rubric) -> int:
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.grading import Remark, graded_replies, read_transcripts

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
                step(f"{replies} replies")
    if not replies and not problems:
        raise InvalidInput(
            f"{file}: holds no trainee reply to grade. Write one conversation a line, with trainee turns."
        )
    return problems
