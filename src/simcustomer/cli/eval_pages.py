"""`simcustomer eval report, import, explain`: what the evals found, for people to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simcustomer.cli.measuring import Evals, Split, WithBaselines, labelled, measured, print_results
from simcustomer.cli.options import AsJson, Engine, GraderEngine, RubricId
from simcustomer.errors import InvalidInput

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write all results as JSON to this file.")]


def report(
    results: Annotated[
        Path | None, typer.Argument(help="Results that `eval run -o` or `eval import -o` wrote; default: measure now.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Page to write.")] = Path("eval-report.html"),
    split: Split = "test",
    evals: Evals = Path("evals"),
    baselines: WithBaselines = True,
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
) -> None:
    """Write one self-contained HTML page: figures drawn, and the worst disagreements to read."""
    from simcustomer.evaluation.files import written
    from simcustomer.evaluation.report import report_page
    from simcustomer.evaluation.results import read_results

    found = (
        read_results(results)
        if results
        else measured(
            None, evals=evals, split=split, engine=grader_engine or engine, rubric=rubric, with_baselines=baselines
        )
    )
    with written(output) as stream:
        stream.write(report_page(found))
    typer.echo(f"{output}: written")


def import_labels(
    file: Annotated[Path, typer.Argument(help="Rated transcripts, .csv or .jsonl; docs/evals.md shows the form.")],
    output: Output = None,
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
    as_json: AsJson = False,
) -> None:
    """Measure a grader's agreement with your team's own ratings."""
    from simcustomer.evaluation.results import write_results

    results = labelled(file, engine=grader_engine or engine, rubric=rubric)
    if as_json:
        typer.echo(results.model_dump_json())
    else:
        print_results(results)
    if output is not None:
        write_results(results, output)


def explain(
    pinned: Annotated[
        Path | None, typer.Option("--pins", help="Pins to explain; default: the engine's in the evals folder.")
    ] = None,
    evals: Evals = Path("evals"),
    engine: Engine = "embedded",
) -> None:
    """Print docs/grader.md: how a level comes about, how far it can be trusted, from the pinned figures."""
    from simcustomer.evaluation.explain import explained
    from simcustomer.evaluation.pins import pin_path
    from simcustomer.evaluation.results import read_results
    from simcustomer.evaluation.suite_names import SUITES

    path = pinned or pin_path(evals, engine)
    results = read_results(path)
    if missing := [suite for suite in SUITES if suite not in results.suites]:
        raise InvalidInput(
            f"{path}: holds no figures of {', '.join(missing)}. Pin every suite: simcustomer eval run --pin"
        )
    typer.echo(explained(results), nl=False)
