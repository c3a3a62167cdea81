"""Runs chosen suites on a grader: the one way by which the command line, `pytest evals` and the pins measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.agreement_table import Given
from simcustomer.evaluation.contrast import read_pairs
from simcustomer.evaluation.disagreements import worst
from simcustomer.evaluation.figures import Figure
from simcustomer.evaluation.golden import RatedReply, SplitName, read_rated
from simcustomer.evaluation.labels import read_labels
from simcustomer.evaluation.many import ManyGrader
from simcustomer.evaluation.provenance import file_hash, folder_hash, measured
from simcustomer.evaluation.results import FEW, Disagreement, FailedPair, Results, Wanted
from simcustomer.evaluation.stability import GRADINGS
from simcustomer.evaluation.step import Counted, CountedMany, Listener, Step, nothing_heard
from simcustomer.evaluation.suite_names import GOLDEN_SUITES, PARTS, SUITES
from simcustomer.evaluation.suites import (
    acts_suite,
    agreement_suite,
    contrast_suite,
    evidence_suite,
    stability_suite,
)
from simcustomer.roles import Grader

Teach = Callable[[Sequence[RatedReply]], Mapping[str, Given]]
"""Levels that each baseline gives these replies."""


def no_baselines(_: Sequence[RatedReply]) -> Mapping[str, Given]:
    """The agreement table without baselines."""
    return {}


@dataclass(frozen=True)
class Measurement:
    """What to measure: `make` gives a new grader of `engine` (picklable: another process makes one too).

    `grader` grades in its place, but where a suite asks for a new one; None: one that is made.
    """

    engine: str
    make: Callable[[], Grader]
    rubric: Rubric
    evals: Path
    split: SplitName = "test"
    suites: Sequence[str] = SUITES
    baselines: Teach = no_baselines
    step: Listener = field(default=nothing_heard)
    disagreements: Wanted = FEW
    grader: Grader | None = None


async def measure(wanted: Measurement) -> Results:
    """Run the suites in their order. Raises InvalidInput for a suite or data that is not there."""
    if unknown := [name for name in wanted.suites if name not in SUITES]:
        raise InvalidInput(f"There is no suite {unknown[0]!r}. Choose from: {', '.join(SUITES)}.")
    return await _Run(wanted).results()


async def measure_labels(wanted: Measurement, labels: Path) -> Results:
    """Agreement of the grader with a team's own ratings (`evaluation.labels`). Raises InvalidInput by line and field."""
    return await _Run(wanted, read_labels(labels, wanted.rubric)).agreement_with(labels)


class _Run:
    """One run; what suites leave to read is gathered as they go."""

    def __init__(self, wanted: Measurement, labelled: Sequence[RatedReply] | None = None) -> None:
        self._wanted = wanted
        self._grader = wanted.grader or wanted.make()
        golden = GOLDEN_SUITES & set(wanted.suites) and labelled is None
        self._replies = read_rated(wanted.evals / "golden", wanted.split) if golden else labelled or ()
        self._failed: tuple[FailedPair, ...] = ()
        self._worst: tuple[Disagreement, ...] = ()

    async def results(self) -> Results:
        suites: dict[str, tuple[Figure, ...]] = {}
        for name in dict.fromkeys(self._wanted.suites):
            suites[name] = tuple(await self._suite(name))
            self._wanted.step(Step(name, total := self._gradings(name), total))
        parts = {part for suite in suites for part in PARTS[suite]}
        return self._results(
            suites, self._wanted.split, {part: folder_hash(self._wanted.evals, part) for part in parts}
        )

    async def agreement_with(self, labels: Path) -> Results:
        figures = tuple(await self._agreement())
        return self._results({"agreement": figures}, "own labels", {"labels": file_hash(labels)})

    def _results(self, suites: dict[str, tuple[Figure, ...]], split: str, data: dict[str, str]) -> Results:
        wanted = self._wanted
        shown = {each.id for each in self._worst}
        records = {reply.conversation: reply.record for reply in self._replies if reply.conversation in shown}
        return Results(
            provenance=measured(
                engine=wanted.engine, grader=self._grader.name, rubric=wanted.rubric, split=split, data=data
            ),
            techniques={technique.id: technique.name for technique in wanted.rubric.techniques},
            suites=suites,
            failed_pairs=self._failed,
            disagreements=self._worst,
            conversations=tuple(records.values()),
        )

    async def _suite(self, name: str) -> Sequence[Figure]:
        wanted, rubric = self._wanted, self._wanted.rubric
        if name == "agreement":
            return await self._agreement()
        grader = self._counted(name)
        if name == "contrast":
            found = await contrast_suite(wanted.evals / "contrasts", grader, rubric)
            self._failed = tuple(FailedPair.of(contrast) for contrast in found.failed)
            return found.figures
        if name == "stability":
            return await stability_suite(self._replies, wanted.make, rubric, grader)
        if name == "evidence":
            return await evidence_suite(self._replies, grader, rubric)
        return await acts_suite(wanted.evals / "acts" / "replies.jsonl")

    async def _agreement(self) -> Sequence[Figure]:
        wanted, replies = self._wanted, self._replies
        found = await agreement_suite(replies, self._counted("agreement"), wanted.rubric, wanted.baselines(replies))
        self._worst = worst(replies, found.grades, wanted.rubric, wanted.disagreements)
        return found.figures

    def _counted(self, suite: str) -> Counted:
        grader, listener, total = self._grader, self._wanted.step, self._gradings(suite)
        if isinstance(grader, ManyGrader):
            return CountedMany(grader, grader, listener, suite, total)
        return Counted(grader, listener, suite, total)

    def _gradings(self, suite: str) -> int:
        """How many replies a suite grades; the acts are understood all at once."""
        if suite == "contrast":
            return 2 * len(read_pairs(self._wanted.evals / "contrasts"))
        return len(self._replies) * {"stability": GRADINGS, "acts": 0}.get(suite, 1)
