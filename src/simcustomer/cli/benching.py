"""`simcustomer personas bench`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simcustomer.cli.options import (
    AsJson,
    CustomerEngine,
    Engine,
    GraderEngine,
    Record,
    Replay,
    RubricId,
    TraineeEngine,
)

if TYPE_CHECKING:
    from simcustomer.evaluation.bench import BenchReport


def bench(
    persona_ids: Annotated[list[str] | None, typer.Argument(metavar="[PERSONA]...", help="Ids; default: all.")] = None,
    seeds: Annotated[int, typer.Option(help="Sessions with each trainee.", min=1, max=1000)] = 20,
    trainee: Annotated[list[str] | None, typer.Option(help="Who plays the trainee; default: all of them.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
    engine: Engine = "embedded",
    customer_engine: CustomerEngine = None,
    grader_engine: GraderEngine = None,
    trainee_engine: TraineeEngine = "embedded",
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
    as_json: AsJson = False,
) -> None:
    """Play simulated trainees against personas and say whether each is ready; exit code 1 where one is not."""
    import asyncio
    import json

    from simcustomer import wiring
    from simcustomer.cli.display import progress
    from simcustomer.cli.usage import say_usage
    from simcustomer.engines.embedded.trainees import LEVELS
    from simcustomer.evaluation.bench import bench as run
    from simcustomer.settings import load_settings

    settings = load_settings()
    library = wiring.published(settings)
    chosen = library.rubric(rubric or settings.rubric)
    models = wiring.Models(settings, record=record, replay=replay)
    players = wiring.cast(customer_engine or engine, grader_engine or engine, engine, models=models)
    trainees = [wiring.trainee(level, trainee_engine, models) for level in trainee or LEVELS]
    personas = [library.persona(persona_id) for persona_id in persona_ids or library.persona_ids]

    async def play() -> list[BenchReport]:
        with progress("Playing") as step:
            return [
                await run(persona, chosen, cast=players, trainees=trainees, seeds=range(1, seeds + 1), step=step)
                for persona in personas
            ]

    reports = asyncio.run(play())
    say_usage(models.totals())
    if html is not None:
        _write_page(html, reports, f"{players.customer.name}, {players.grader.name}")
    if as_json:
        dumped = [report.model_dump(mode="json") | {"ready": report.ready} for report in reports]
        typer.echo(json.dumps({"personas": dumped}, ensure_ascii=False))
    else:
        _print(reports)
    if not all(report.ready for report in reports):
        raise typer.Exit(1)


def _write_page(path: Path, reports: list[BenchReport], engines: str) -> None:
    from simcustomer.evaluation.bench import CONTENT
    from simcustomer.evaluation.files import written
    from simcustomer.evaluation.pages import templates

    with written(path) as stream:
        stream.write(templates().get_template("bench.html").render(reports=reports, engines=engines, content=CONTENT))


def _print(reports: list[BenchReport]) -> None:
    from rich.table import Table

    from simcustomer.cli.display import console
    from simcustomer.evaluation.bench import CONTENT

    screen = console()
    for report in reports:
        table = Table("trainee", "level", "content", "replies", "outcomes", box=None, title_justify="left")
        table.title = f"{report.persona} (meant {report.intended}, measured {report.measured or '-'})"
        for played in report.played:
            outcomes = ", ".join(f"{outcome.value} {count}" for outcome, count in played.outcomes.items())
            share = f"{played.share(CONTENT):.0%}"
            table.add_row(played.trainee, f"{played.level}", share, f"{played.exchanges}", outcomes)
        screen.print(table, markup=False)
        verdict = "ready" if report.ready else "not ready: " + "; ".join(report.reasons)
        screen.print(f"{verdict}\n", markup=False)
