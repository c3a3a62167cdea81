"""`simcustomer simulate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from simcustomer.cli.options import CustomerEngine, Engine, GraderEngine, Record, Replay, RubricId, TraineeEngine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simcustomer.evaluation.rehearsal import Rehearsal


def simulate(
    persona: Annotated[str, typer.Argument(help="Id of the persona; see `simcustomer personas list`.")],
    trainee: Annotated[str, typer.Option(help="Who plays the trainee.")] = "expert",
    n: Annotated[int, typer.Option("--n", help="How many sessions.", min=1, max=100_000)] = 1,
    seed: Annotated[
        int, typer.Option(help="Seed of the first session; the next ones count up.", min=0, max=2**31 - 1)
    ] = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.")
    ] = None,
    engine: Engine = "embedded",
    customer_engine: CustomerEngine = None,
    grader_engine: GraderEngine = None,
    trainee_engine: TraineeEngine = "embedded",
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
) -> None:
    """Play whole sessions with a simulated trainee: one JSON line a session."""
    import asyncio
    from functools import partial

    from simcustomer import wiring
    from simcustomer.cli.usage import say_usage
    from simcustomer.evaluation.files import written
    from simcustomer.evaluation.rehearsal import rehearse
    from simcustomer.settings import load_settings

    settings = load_settings()
    library = wiring.published(settings)
    models = wiring.Models(settings, record=record, replay=replay)
    play = partial(
        rehearse,
        library.persona(persona),
        library.rubric(rubric or settings.rubric),
        cast=wiring.cast(customer_engine or engine, grader_engine or engine, engine, models=models),
        trainee=wiring.trainee(trainee, trainee_engine, models),
    )
    seeds = range(seed, seed + n)
    if output is None:
        asyncio.run(_play(play, seeds, sys.stdout))
    else:
        with written(output) as stream:
            asyncio.run(_play(play, seeds, stream))
    say_usage(models.totals())


async def _play(play: Callable[..., Awaitable[Rehearsal]], seeds: range, out: TextIO) -> None:
    from simcustomer.cli.display import progress

    with progress("Playing") as step:
        for count, seed in enumerate(seeds, start=1):
            rehearsal = await play(seed=seed)
            out.write(rehearsal.model_dump_json() + "\n")
            step(f"{count} of {len(seeds)} sessions")
