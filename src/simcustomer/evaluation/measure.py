"""Runs chosen suites on a grader: the one way by which the command line, `pytest evals` and the pins measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.agreement_table import Given
from simcustomer.evaluation.figures import Figure
from simcustomer.evaluation.golden import RatedReply, SplitName, read_rated
from simcustomer.evaluation.provenance import measured
from simcustomer.evaluation.results import FailedPair, Results, worst
from simcustomer.evaluation.suites import (
    GOLDEN_SUITES,
    SUITES,
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


def nothing_heard(_: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Measurement:
    """What to measure: `make` gives a new grader of `engine` (picklable: another process makes one too)."""

    engine: str
    make: Callable[[], Grader]
    rubric: Rubric
    evals: Path
    split: SplitName = "test"
    suites: Sequence[str] = SUITES
    baselines: Teach = no_baselines
    step: Callable[[str], None] = field(default=nothing_heard)


async def measure(wanted: Measurement) -> Results:
    """Run the suites in their order. Raises InvalidInput for a suite or data that is not there."""
    if unknown := [name for name in wanted.suites if name not in SUITES]:
        raise InvalidInput(f"There is no suite {unknown[0]!r}. Choose from: {', '.join(SUITES)}.")
    return await _Run(wanted).results()


class _Run:
    """One run; what suites leave to read is gathered as they go."""

    def __init__(self, wanted: Measurement) -> None:
        self._wanted = wanted
        self._grader = wanted.make()
        golden = GOLDEN_SUITES & set(wanted.suites)
        self._replies = read_rated(wanted.evals / "golden", wanted.split) if golden else ()
        self._extra: dict[str, object] = {}

    async def results(self) -> Results:
        wanted = self._wanted
        suites: dict[str, tuple[Figure, ...]] = {}
        for name in dict.fromkeys(wanted.suites):
            wanted.step(name)
            suites[name] = tuple(await self._suite(name))
        held = Results(
            provenance=measured(
                engine=wanted.engine,
                grader=self._grader.name,
                rubric=wanted.rubric,
                evals=wanted.evals,
                split=wanted.split,
                parts=self._parts(),
            ),
            techniques={technique.id: technique.name for technique in wanted.rubric.techniques},
            suites=suites,
        )
        return held.model_copy(update=self._extra)

    def _parts(self) -> set[str]:
        suites = set(self._wanted.suites)
        parts = {"golden"} if suites & GOLDEN_SUITES else set[str]()
        if "contrast" in suites:
            parts.add("contrasts")
        return parts | ({"acts"} & suites)

    async def _suite(self, name: str) -> Sequence[Figure]:
        wanted, grader, rubric = self._wanted, self._grader, self._wanted.rubric
        if name == "agreement":
            return await self._agreement()
        if name == "contrast":
            found = await contrast_suite(wanted.evals / "contrasts", grader, rubric)
            self._extra["failed_pairs"] = tuple(FailedPair.of(contrast) for contrast in found.failed)
            return found.figures
        if name == "stability":
            return await stability_suite(self._replies, wanted.make, rubric)
        if name == "evidence":
            return await evidence_suite(self._replies, grader, rubric)
        return await acts_suite(wanted.evals / "acts" / "replies.jsonl")

    async def _agreement(self) -> Sequence[Figure]:
        wanted, replies = self._wanted, self._replies
        found = await agreement_suite(replies, self._grader, wanted.rubric, wanted.baselines(replies))
        furthest = worst(list(replies), found.grades, wanted.rubric)
        shown = {each.id for each in furthest}
        records = {reply.conversation: reply.record for reply in replies if reply.conversation in shown}
        self._extra |= {"disagreements": furthest, "conversations": tuple(records.values())}
        return found.figures
