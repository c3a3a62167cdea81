"""The bench of a draft, with the embedded engines: it costs nothing, and gives the same result for the same text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.bench import BenchReport
from simcustomer.evaluation.bench import bench as play
from simcustomer.library import content_hash
from simcustomer.roles import Cast, Trainee
from simcustomer.studio.background import Done, Far, Say, beside

SEEDS = (2, 5, 10, 20)
"""How many sessions with each trainee may be asked for."""

MOST_KEPT = 50


@dataclass(frozen=True)
class Bench:
    """Plays simulated trainees against a draft; keeps the last reports, so that a page can be left and come back to."""

    cast: Cast
    trainees: Sequence[Trainee]
    _kept: OrderedDict[str, BenchReport] = field(default_factory=OrderedDict[str, BenchReport])

    async def run(self, persona: Persona, rubric: Rubric, seeds: int) -> AsyncGenerator[Far | Done[BenchReport]]:
        """Play; closing the iterator stops it. Raises EngineError."""

        async def work(say: Say) -> BenchReport:
            return await play(
                persona, rubric, cast=self.cast, trainees=self.trainees, seeds=range(1, seeds + 1), step=say
            )

        async with aclosing(beside(work, seeds * len(self.trainees))) as events:
            async for event in events:
                if isinstance(event, Done):
                    self._keep(_key(persona, rubric), event.result)
                yield event

    def last(self, persona: Persona, rubric: Rubric) -> BenchReport | None:
        """The last report on exactly this persona and rubric; None where there is none."""
        return self._kept.get(_key(persona, rubric))

    def _keep(self, key: str, report: BenchReport) -> None:
        self._kept[key] = report
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _key(persona: Persona, rubric: Rubric) -> str:
    return f"{content_hash(persona)} {content_hash(rubric)}"
