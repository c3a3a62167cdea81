"""What the eval commands share: measuring a grader, and printing what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from simcustomer.errors import InvalidInput

if TYPE_CHECKING:
    from rich.table import Table

    from simcustomer.domain.rubric import Rubric
    from simcustomer.evaluation.agreement_table import Given
    from simcustomer.evaluation.figures import Figure
    from simcustomer.evaluation.golden import RatedReply
    from simcustomer.evaluation.results import Results

SPLITS = ("test", "development", "all")

Evals = Annotated[Path, typer.Option("--evals", help="Folder with golden, contrasts, training, acts and baselines.")]
Split = Annotated[str, typer.Option(help=f"Golden conversations to use: {', '.join(SPLITS)}.")]
WithBaselines = Annotated[
    bool, typer.Option("--baselines/--no-baselines", help="Measure length, stock words, TF-IDF and features beside it.")
]


class Calls(NamedTuple):
    """Folders to record a model's calls in, or to replay them from."""

    record: Path | None = None
    replay: Path | None = None


LIVE = Calls()


def measured(  # each is an option of the command line
    suites: Sequence[str] | None,
    *,
    evals: Path,
    split: str,
    engine: str,
    rubric: str | None,
    with_baselines: bool,
    calls: Calls = LIVE,
) -> Results:
    """Run suites (None: all) on the grader of an engine. Raises InvalidInput, SettingsError and ContentError."""
    import asyncio
    from functools import partial

    from simcustomer import wiring
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.measure import Measurement, measure, no_baselines
    from simcustomer.evaluation.suites import SUITES
    from simcustomer.settings import load_settings

    if split not in SPLITS:
        raise InvalidInput(f"There is no split {split!r}. Choose one of: {', '.join(SPLITS)}.")
    settings = load_settings()
    by = wiring.library(settings).rubric(rubric or settings.rubric)
    chosen = suites or list(SUITES)
    with progress("Measuring") as step:
        taught = with_baselines and "agreement" in chosen
        wanted = Measurement(
            engine=engine,
            make=partial(wiring.grader, engine, wiring.Models(settings, record=calls.record, replay=calls.replay)),
            rubric=by,
            evals=evals,
            split=split,  # type: ignore[arg-type]  # checked above
            suites=chosen,
            baselines=baselines(evals, by, step) if taught else no_baselines,
            step=step,
        )
        return asyncio.run(measure(wanted))


def labelled(file: Path, *, engine: str, rubric: str | None) -> Results:
    """Agreement of an engine's grader with a team's own ratings. Raises InvalidInput, SettingsError and ContentError."""
    import asyncio
    from functools import partial

    from simcustomer import wiring
    from simcustomer.cli.display import progress
    from simcustomer.evaluation.measure import Measurement, measure_labels
    from simcustomer.settings import load_settings

    settings = load_settings()
    by = wiring.library(settings).rubric(rubric or settings.rubric)
    with progress("Measuring") as step:
        wanted = Measurement(
            engine=engine,
            make=partial(wiring.grader, engine, wiring.Models(settings)),
            rubric=by,
            evals=file.parent,
            step=step,
        )
        return asyncio.run(measure_labels(wanted, file))


def baselines(
    evals: Path, rubric: Rubric, step: Callable[[str], None]
) -> Callable[[Sequence[RatedReply]], Mapping[str, Given]]:
    """Baselines taught on what the embedded grader learns from. Raises SettingsError without scikit-learn."""
    from simcustomer.evaluation.baselines import baseline_levels, taught
    from simcustomer.evaluation.golden import read_rated
    from simcustomer.evaluation.training import read_written

    def levels(replies: Sequence[RatedReply]) -> Mapping[str, Given]:
        asked = {reply.conversation for reply in replies}
        # What is asked must not have been taught, whichever split it is.
        # An evals folder of one's own need not hold what the shipped grader was trained on.
        whole = evals / "training" / "rated"
        rated = (*read_rated(evals / "golden", "development"), *(read_rated(whole) if whole.is_dir() else ()))
        golden = [reply for reply in rated if reply.conversation not in asked]
        return baseline_levels(taught(golden, read_written(evals / "training")), replies, rubric, step)

    return levels


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
