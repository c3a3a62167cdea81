"""What the eval commands share: measuring a grader, and printing what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from simcustomer.cli.bulk import Cluster
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.suite_names import SPLITS

if TYPE_CHECKING:
    from rich.table import Table

    from simcustomer.evaluation.figures import Figure
    from simcustomer.evaluation.results import Results

Evals = Annotated[
    Path,
    typer.Option(
        "--evals", envvar="SIMCUSTOMER_EVALS_DIR", help="Folder with golden, contrasts, training, acts and baselines."
    ),
]
Split = Annotated[str, typer.Option(help=f"Golden conversations to use: {', '.join(SPLITS)}.")]
WithBaselines = Annotated[
    bool, typer.Option("--baselines/--no-baselines", help="Measure length, stock words, TF-IDF and features beside it.")
]


class Calls(NamedTuple):
    """Folders to record a model's calls in, or to replay them from."""

    record: Path | None = None
    replay: Path | None = None


LIVE = Calls()
HERE = Cluster()


def measured(  # each is an option of the command line
    suites: Sequence[str] | None,
    *,
    evals: Path,
    split: str,
    engine: str,
    rubric: str | None,
    with_baselines: bool,
    calls: Calls = LIVE,
    cluster: Cluster = HERE,
) -> Results:
    """Run suites (None: all) on the grader of an engine. Raises InvalidInput, SettingsError and ContentError."""
    import asyncio
    from dataclasses import replace

    from simcustomer import wiring
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.measure import measure
    from simcustomer.lab.measuring import measurement
    from simcustomer.lab.order import Kind, Order
    from simcustomer.settings import load_settings

    if split not in SPLITS:
        raise InvalidInput(f"There is no split {split!r}. Choose one of: {', '.join(SPLITS)}.")
    settings = load_settings()
    order = Order(
        kind=Kind.SUITES,
        engine=engine,
        rubric=rubric or settings.rubric,
        suites=tuple(suites or ()),
        split=split,  # type: ignore[arg-type]  # checked above
        baselines=with_baselines,
        evals=evals,
    )
    models = wiring.Models(settings, record=calls.record, replay=calls.replay)
    with progress("Measuring") as show:
        wanted = measurement(order, models, lambda step: show(str(step)))
        if cluster.address is None:
            return asyncio.run(measure(wanted))
        if calls != LIVE:
            raise InvalidInput("--record and --replay keep calls on this machine alone: leave --ray out.")
        with cluster.grader(engine, settings, wanted.rubric) as grader:
            return asyncio.run(measure(replace(wanted, grader=grader)))


def labelled(file: Path, *, engine: str, rubric: str | None) -> Results:
    """Agreement of an engine's grader with a team's own ratings. Raises InvalidInput, SettingsError and ContentError."""
    import asyncio

    from simcustomer import wiring
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.measure import measure_labels
    from simcustomer.lab.measuring import measurement
    from simcustomer.lab.order import Kind, Order
    from simcustomer.settings import load_settings

    settings = load_settings()
    order = Order(kind=Kind.LABELS, engine=engine, rubric=rubric or settings.rubric, evals=file.parent)
    with progress("Measuring") as show:
        wanted = measurement(order, wiring.Models(settings), lambda step: show(str(step)))
        return asyncio.run(measure_labels(wanted, file))


def print_results(results: Results) -> None:
    """A table for each suite; agreement by technique and rater."""
    from simcustomer.cli.display import console

    screen = console()
    for suite, found in results.suites.items():
        tables = [agreement_table(results), detail_table(results)] if suite == "agreement" else [_plain(suite, found)]
        for table in tables:
            screen.print(table, markup=False)
            screen.print()


def agreement_table(results: Results) -> Table:
    """Quadratic weighted kappa by technique: grader with interval, baselines, raters."""
    from rich.table import Column, Table

    from simcustomer.evaluation.agreement_table import BANDS
    from simcustomer.evaluation.figures import GRADER

    title = f"agreement with raters: quadratic weighted kappa, {results.provenance.grader}"
    others = [of for of in results.columns if of != GRADER]
    table = Table(
        Column("technique", no_wrap=True), GRADER, "95 %", *others, "n", box=None, title=title, title_justify="left"
    )
    for name in (*results.techniques, "mean", "overall", *(f"band_{band}" for band in BANDS)):
        own = results.figure("agreement", f"qwk.{name}")
        figures = [results.figure("agreement", f"qwk.{name}", of) for of in others]
        table.add_row(name, _short(own), _interval(own), *(_short(f) for f in figures), str(own.n) if own else "")
    if "golden" in results.provenance.data:
        table.caption = "The golden ratings were made by language models; no person has rated them yet."
        table.caption_justify = "left"
    return table


def detail_table(results: Results) -> Table:
    """What else there is to say of the grader, by technique."""
    from rich.table import Column, Table

    details = {
        "alpha": "alpha",
        "exact": "exact",
        "adjacent": "adjacent",
        "bias": "bias",
        **{f"recall_{level}": f"rec. {level}" for level in range(4)},
        "presence_kappa": "presence",
    }
    table = Table(
        Column("technique", no_wrap=True),
        *details.values(),
        box=None,
        title="the grader in detail",
        title_justify="left",
    )
    for name in (*results.techniques, "overall"):
        figures = [results.figure("agreement", f"{detail}.{name}") for detail in details]
        table.add_row(name, *(_short(figure) for figure in figures))
    return table


def _plain(suite: str, found: Sequence[Figure]) -> Table:
    from rich.table import Table

    table = Table("figure", "value", "95 %", "n", box=None, title=suite, title_justify="left")
    for figure in found:
        value = "-" if figure.value is None else f"{figure.value:.3f}"
        table.add_row(figure.name, value, _interval(figure), str(figure.n))
    return table


def _interval(figure: Figure | None) -> str:
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.2f} to {figure.high:.2f}"


def _short(figure: Figure | None) -> str:
    return "-" if figure is None or figure.value is None else f"{figure.value:.2f}"
