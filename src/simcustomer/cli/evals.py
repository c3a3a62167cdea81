"""`simcustomer eval`: run the suites, hold them against their pins, train the embedded grader."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simcustomer.cli.bulk import AtOnce, Cluster, Ray
from simcustomer.cli.eval_pages import explain, import_labels, report
from simcustomer.cli.measuring import Calls, Evals, Split, WithBaselines, measured, print_results
from simcustomer.cli.options import AsJson, Engine, GraderEngine, Record, Replay, RubricId
from simcustomer.errors import InvalidInput, SettingsError

if TYPE_CHECKING:
    from simcustomer.domain.rubric import Rubric
    from simcustomer.evaluation.golden import RatedReply
    from simcustomer.evaluation.results import Results

Model = Literal["grader", "acts", "idle"]
_MODEL_FILES: dict[Model, str] = {"grader": "calibration.json", "acts": "acts.json", "idle": "idle.json"}

app = typer.Typer(help="Measure graders, and train the embedded one.", no_args_is_help=True, rich_markup_mode=None)

RELIABILITY = Path("src/simcustomer/evaluation/reliability.json")


@app.callback()
def needed() -> None:
    """Measure graders, and train the embedded one."""
    if find_spec("krippendorff") is None:
        raise SettingsError(
            "The evals need their statistics libraries. Install simcustomer[evals], or in a clone run script/setup requirements-dev.txt."
        )


@app.command("run")
def run(
    suites: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SUITE]...", help="Of agreement, contrast, stability, evidence, acts; default: all of them."
        ),
    ] = None,
    split: Split = "test",
    evals: Evals = Path("evals"),
    baselines: WithBaselines = True,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write all results as JSON to this file, for report and compare."),
    ] = None,
    pin: Annotated[bool, typer.Option("--pin", help="Keep the figures as the engine's pins.")] = False,
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
    ray: Ray = None,
    at_once: AtOnce = None,
    as_json: AsJson = False,
) -> None:
    """Run eval suites on a grader and print their figures with 95 % intervals."""
    from simcustomer.evaluation.results import write_results

    if pin and (suites or split != "test"):
        raise InvalidInput("Pins hold every suite on the golden test split; use --pin without SUITE and --split.")
    results = measured(
        suites,
        evals=evals,
        split=split,
        engine=grader_engine or engine,
        rubric=rubric,
        with_baselines=baselines,
        calls=Calls(record, replay),
        cluster=Cluster(ray, at_once),
    )
    if as_json:
        typer.echo(results.model_dump_json())
    else:
        print_results(results)
    if output is not None:
        write_results(results, output)
    if pin:
        _pin(results, evals)


def _pin(results: Results, evals: Path) -> None:
    from simcustomer.evaluation.pins import pin_path, write_pin, write_reliability

    path = pin_path(evals, results.provenance.engine)
    write_pin(results, path)
    typer.echo(f"{path}: pinned", err=True)
    if RELIABILITY.parent.is_dir():
        write_reliability(results, RELIABILITY)
        typer.echo(f"{RELIABILITY}: pinned; now run: simcustomer eval explain > docs/grader.md", err=True)


@app.command("compare")
def compare(
    results: Annotated[
        Path | None, typer.Argument(help="Results that `eval run -o` wrote; default: measure the pinned suites now.")
    ] = None,
    pinned: Annotated[
        Path | None, typer.Option("--pins", help="Pins to compare with; default: the engine's in the evals folder.")
    ] = None,
    across_data: Annotated[
        bool, typer.Option("--across-data", help="Compare although data, split or rubric differ from the pinned ones.")
    ] = False,
    evals: Evals = Path("evals"),
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
) -> None:
    """Compare a grader with its pins; exit code 1 where a figure is worse by more than its interval."""
    from simcustomer.evaluation.pins import changed, differing, falls, pin_path
    from simcustomer.evaluation.results import read_results

    # What was measured before says itself which engine it was.
    now = read_results(results) if results else None
    chosen = now.provenance.engine if now else grader_engine or engine
    path = pinned or pin_path(evals, chosen)
    if not path.exists():
        raise InvalidInput(f"{path}: there are no pins yet. Write them with: simcustomer eval run --pin")
    kept = read_results(path)
    now = now or measured(
        list(kept.suites), evals=evals, split=kept.provenance.split, engine=chosen, rubric=rubric, with_baselines=False
    )
    if differ := differing(kept.provenance, now.provenance):
        said = f"not the same measurement as in {path}: {'; '.join(differ)}."
        if not across_data:
            raise InvalidInput(f"{said} Pin anew with `eval run --pin`, or compare all the same with --across-data.")
        typer.echo(f"simcustomer: {said}", err=True)
    if differ := changed(kept.provenance, now.provenance):
        typer.echo(f"Changed since the pins: {'; '.join(differ)}.")
    if fallen := falls(kept, now):
        for fall in fallen:
            typer.echo(fall.sentence)
        raise typer.Exit(1)
    typer.echo(f"No figure is below its pin in {path} by more than its interval.")


@app.command("train")
def train(
    what: Annotated[
        Model,
        typer.Argument(
            help="What to train: the grader's calibration, what it takes for idle (first), or the customer's ear for acts."
        ),
    ],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else the engine's own.")] = None,
    evals: Evals = Path("evals"),
    rubric: RubricId = None,
) -> None:
    """Train a model of the embedded engine from rated or labelled replies; the same data gives the same file."""
    from simcustomer.cli.display import progress

    target = output or Path("src/simcustomer/engines/embedded") / _MODEL_FILES[what]
    with progress("Training") as step:
        if what == "acts":
            count = _train_acts(evals, target, step)
        elif what == "idle":
            count = _train_idle(evals, target, rubric)
        else:
            count = _train_grader(evals, target, rubric, step)
    typer.echo(f"{target}: trained on {count}")


def _train_grader(evals: Path, target: Path, rubric: str | None, step: Callable[[str], None]) -> str:
    from simcustomer.evaluation import training
    from simcustomer.evaluation.padding import padded
    from simcustomer.evaluation.retelling import read_retold

    by, rated, padding = _lessons(evals, rubric)
    written = [*training.read_written(evals / "training"), *padded(rated, padding)]
    for path in sorted((evals / "training" / "retold").glob("*.jsonl")):
        written += read_retold(path, rated)
    data = training.examples(rated, written, by)
    training.write(training.train(data, by.ids, step), target)
    return f"{len(data)} replies"


def _train_idle(evals: Path, target: Path, rubric: str | None) -> str:
    from simcustomer.evaluation import idle_training
    from simcustomer.evaluation.retelling import read_tricks
    from simcustomer.evaluation.training import read_written

    by, rated, padding = _lessons(evals, rubric)
    tricks = read_tricks(evals / "training" / "retold" / "tricks.jsonl", rated)
    written = [reply for _, reply in read_written(evals / "training")]
    data = idle_training.sentences(rated, written, padding, tricks, by)
    idle_training.write(idle_training.train(data), target)
    return f"{len(data)} sentences"


def _lessons(evals: Path, rubric: str | None) -> tuple[Rubric, tuple[RatedReply, ...], tuple[str, ...]]:
    """The rubric, the rated replies that may be learnt from, and what does nothing for a customer."""
    from simcustomer import wiring
    from simcustomer.evaluation.golden import read_rated
    from simcustomer.evaluation.padding import read_junk, read_padding
    from simcustomer.settings import load_settings

    settings = load_settings()
    rated = (*read_rated(evals / "golden", "development"), *read_rated(evals / "training" / "rated"))
    padding = (
        *read_padding(evals / "training" / "padding" / "sentences.txt"),
        *read_junk(evals / "training" / "padding" / "junk.jsonl"),
    )
    return wiring.library(settings).rubric(rubric or settings.rubric), rated, padding


def _train_acts(evals: Path, target: Path, step: Callable[[str], None]) -> str:
    from simcustomer.evaluation import act_training

    data = act_training.read_sentences(evals / "acts" / "training")
    act_training.write(act_training.train(data, step), target)
    return f"{len(data)} sentences"


app.command("report")(report)
app.command("import")(import_labels)
app.command("explain")(explain)
