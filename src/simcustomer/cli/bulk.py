"""What `grade` and `eval run` do in bulk: on a Ray cluster, in parts that a later run takes up, or by batch tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from simcustomer.errors import InvalidInput, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from simcustomer.bulk.grader import SpreadGrader
    from simcustomer.bulk.grading import Spread
    from simcustomer.bulk.progress import Mark
    from simcustomer.bulk.work import Graded
    from simcustomer.domain.rubric import Rubric
    from simcustomer.engines.openai.usage import Totals
    from simcustomer.settings import Settings

Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Grade on a Ray cluster: its address, `auto`, or `local` for the cores of this machine (simcustomer[ray]).",
    ),
]
AtOnce = Annotated[
    int | None,
    typer.Option(
        "--at-once",
        min=1,
        help="With --ray: conversations that are graded side by side at most; default: one a core, with a model 8.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Keep progress beside the output; a run that broke off is taken up there.")
]

Batch = Annotated[
    bool,
    typer.Option(
        "--batch", help="Ask the model by the server's Batch API: cheaper, answered within a day, taken up again."
    ),
]
Poll = Annotated[float, typer.Option("--poll", min=0.05, help="With --batch: seconds between questions how it stands.")]

_AT_ONCE_WITH_A_MODEL = 8


class Cluster(NamedTuple):
    """Where bulk work is done: on a Ray cluster, at so many conversations at once; None: in this process."""

    address: str | None = None
    at_once: int | None = None

    def width(self, engine: str) -> int:
        """Conversations that one worker has open side by side."""
        from simcustomer.bulk.work import AT_ONCE_EACH

        if engine == "embedded" or self.address is None:
            return 1
        return min(AT_ONCE_EACH, self.at_once or _AT_ONCE_WITH_A_MODEL)

    @contextmanager
    def spread(self, engine: str) -> Generator[Spread]:
        """What hands out the work. Raises SettingsError where there is no Ray, or no cluster."""
        if self.address is None:
            from simcustomer.bulk.grading import here

            yield here
            return
        if find_spec("ray") is None:
            raise SettingsError("--ray needs Ray Data. Install it with: pip install 'simcustomer[ray]'")
        from simcustomer.bulk.cluster import RaySpread, connected

        waits = engine != "embedded"
        at_once = self.at_once or (_AT_ONCE_WITH_A_MODEL if waits else None)
        with connected(self.address):
            yield RaySpread(at_once and max(1, at_once // self.width(engine)), waits)

    @contextmanager
    def grader(self, engine: str, settings: Settings, rubric: Rubric) -> Generator[SpreadGrader]:
        """A grader whose gradings are done there. Raises SettingsError as `spread` does."""
        from simcustomer.bulk.grader import SpreadGrader
        from simcustomer.bulk.work import Setup

        with self.spread(engine) as spread:
            yield SpreadGrader(Setup.of(engine, settings, rubric, width=self.width(engine)), spread)


class _Told:
    """Says what a run has to say, and adds up what its calls came to."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self.totals: Totals | None = None

    def said(self, sentence: str) -> None:
        """A sentence about a line, on standard error."""
        typer.echo(f"simcustomer: {sentence}", err=True)

    def came_to(self, mark: Mark, part: Graded) -> None:
        """How many replies there are so far."""
        self._show(f"{mark.replies} replies")
        if part.calls is not None:
            self.totals = part.calls if self.totals is None else self.totals.plus(part.calls)


class Order(NamedTuple):
    """What to grade: a file into another, by an engine's grader and a rubric."""

    file: Path
    output: Path | None
    engine: str
    rubric: Rubric
    settings: Settings

    @property
    def target(self) -> Path:
        """The file to write. Raises InvalidInput where none is named."""
        if self.output is None:
            raise InvalidInput("Work in bulk is kept beside its output, to go on from. Name the output with -o FILE.")
        return self.output


def grade_parts(order: Order, cluster: Cluster) -> int:
    """Grade a file part by part; how many of its lines could not be graded."""
    from simcustomer.bulk.grading import grade_in_parts
    from simcustomer.bulk.work import Setup
    from simcustomer.cli.display import progress
    from simcustomer.cli.usage import say_usage

    target = order.target
    setup = Setup.of(order.engine, order.settings, order.rubric, width=cluster.width(order.engine))
    with progress("Grading") as show, cluster.spread(order.engine) as spread:
        told = _Told(show)
        mark = grade_in_parts(order.file, target, setup, spread, told)
    say_usage(told.totals)
    return mark.problems


class _Patient:
    """Says what a run by batches has to say, and waits for them."""

    def __init__(self, show: Callable[[str], None], seconds: float) -> None:
        self._show = show
        self._seconds = seconds

    def said(self, sentence: str) -> None:
        """A sentence about a line, on standard error."""
        typer.echo(f"simcustomer: {sentence}", err=True)

    def pause(self, status: str) -> None:
        """Show how a batch stands, and wait."""
        self._show(f"batch {status}; it may take a day, and Ctrl-C loses nothing")
        time.sleep(self._seconds)


def grade_batches(order: Order, poll: float) -> int:
    """Grade a file by batches; how many of its lines could not be graded."""
    from simcustomer import wiring
    from simcustomer.bulk.batch import grade_by_batch
    from simcustomer.cli.display import progress
    from simcustomer.cli.usage import say_usage

    if order.engine != "openai":
        raise InvalidInput("--batch asks a model. Choose it with --engine openai.")
    target, models = order.target, wiring.Models(order.settings)
    grader, model = models.engines.batch_grader(target.with_name(f"{target.name}.batch"))
    with progress("Grading") as show:
        run = grade_by_batch(order.file, target, order.rubric, grader, model, _Patient(show, poll))
        outcome = asyncio.run(run)
    say_usage(models.totals())
    if outcome.ungraded:
        typer.echo(
            f"simcustomer: {outcome.ungraded} of {outcome.replies} replies are ungraded, each with its reason; run the "
            "same command again to ask for these alone.",
            err=True,
        )
    return outcome.problems
