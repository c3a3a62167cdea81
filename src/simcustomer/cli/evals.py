"""`simcustomer eval`: run the suites, train the embedded grader."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcustomer.cli.options import AsJson, Engine, GraderEngine, Record, Replay, RubricId
from simcustomer.errors import InvalidInput, SettingsError

if TYPE_CHECKING:
    from simcustomer.domain.rubric import Rubric
    from simcustomer.evaluation.golden import SplitName
    from simcustomer.evaluation.suites import Figure
    from simcustomer.roles import Grader

app = typer.Typer(help="Measure graders, and train the embedded one.", no_args_is_help=True, rich_markup_mode=None)

SUITES = ("agreement", "contrast", "stability", "evidence", "acts")
SPLITS = ("test", "development", "all")


@app.callback()
def needed() -> None:
    """Measure graders, and train the embedded one."""
    if find_spec("krippendorff") is None:
        raise SettingsError(
            "The evals need their statistics libraries. Install simcustomer[evals], or use script/test's .venv."
        )


Folder = Annotated[Path, typer.Option("--evals", help="Folder with golden, contrasts, training and acts.")]


@app.command("run")
def run(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="[SUITE]...", help=f"Of {', '.join(SUITES)}; default: all.")
    ] = None,
    split: Annotated[str, typer.Option(help=f"Golden conversations to use: {', '.join(SPLITS)}.")] = "test",
    evals: Folder = Path("evals"),
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
    as_json: AsJson = False,
) -> None:
    """Run eval suites on a grader and print their figures with 95 % intervals."""
    import asyncio
    from functools import partial

    from simcustomer import wiring
    from simcustomer.settings import load_settings

    chosen = suites or list(SUITES)
    if unknown := [name for name in chosen if name not in SUITES]:
        raise InvalidInput(f"There is no suite {unknown[0]!r}. Choose from: {', '.join(SUITES)}.")
    if split not in SPLITS:
        raise InvalidInput(f"There is no split {split!r}. Choose one of: {', '.join(SPLITS)}.")
    settings = load_settings()
    by = wiring.library(settings).rubric(rubric or settings.rubric)
    models = wiring.Models(settings, record=record, replay=replay)
    new_grader = partial(wiring.grader, grader_engine or engine, models)
    figures = asyncio.run(_measured(chosen, evals, split, new_grader, by))  # type: ignore[arg-type]
    if as_json:
        dumped = {name: [figure.model_dump() for figure in found] for name, found in figures.items()}
        typer.echo(json.dumps({"split": split, "engine": grader_engine or engine, "suites": dumped}))
    else:
        _print(figures)


async def _measured(
    suites: list[str], evals: Path, split: SplitName, new_grader: Callable[[], Grader], rubric: Rubric
) -> dict[str, list[Figure]]:
    from simcustomer.cli.display import progress
    from simcustomer.evaluation import suites as made
    from simcustomer.evaluation.golden import read_rated

    replies = read_rated(evals / "golden", split) if set(suites) - {"contrast", "acts"} else ()
    grader = new_grader()
    measures: dict[str, Callable[[], Coroutine[Any, Any, list[Figure]]]] = {
        "agreement": lambda: made.agreement_suite(replies, grader, rubric),
        "contrast": lambda: made.contrast_suite(evals / "contrasts", grader, rubric),
        "stability": lambda: made.stability_suite(replies, (grader, new_grader()), rubric),
        "evidence": lambda: made.evidence_suite(replies, grader, rubric),
        "acts": lambda: made.acts_suite(evals / "acts" / "replies.jsonl"),
    }
    figures: dict[str, list[Figure]] = {}
    with progress("Measuring") as step:
        for name in suites:
            step(name)
            figures[name] = await measures[name]()
    return figures


def _print(figures: dict[str, list[Figure]]) -> None:
    from rich.table import Table

    from simcustomer.cli.display import console

    screen = console()
    for suite, found in figures.items():
        table = Table("figure", "value", "95 %", "n", box=None, title=suite, title_justify="left")
        for figure in found:
            value = "-" if figure.value is None else f"{figure.value:.3f}"
            interval = (
                f"{figure.low:.2f} to {figure.high:.2f}" if figure.low is not None and figure.high is not None else ""
            )
            table.add_row(figure.name, value, interval, str(figure.n))
        screen.print(table, markup=False)
        screen.print()


@app.command("train")
def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path(
        "src/simcustomer/engines/embedded/calibration.json"
    ),
    evals: Folder = Path("evals"),
    rubric: RubricId = None,
) -> None:
    """Train the embedded grader's calibration on golden development data and written replies; same data, same file."""
    from simcustomer import wiring
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.golden import read_rated
    from simcustomer.evaluation.training import examples, read_written, write
    from simcustomer.evaluation.training import train as fit
    from simcustomer.settings import load_settings

    settings = load_settings()
    by = wiring.library(settings).rubric(rubric or settings.rubric)
    data = examples(read_rated(evals / "golden", "development"), read_written(evals / "training"), by)
    with progress("Training") as step:
        write(fit(data, by.ids, step), output)
    typer.echo(f"{output}: trained on {len(data)} replies")
