"""What a worker does: grades the replies of one part, with a grader that it makes once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from simcustomer import wiring
from simcustomer.bulk.parts import Part, PartText
from simcustomer.domain.assessment import Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput, SimcustomerError
from simcustomer.evaluation.grading import TranscriptRecord, graded_replies, numbered
from simcustomer.evaluation.provenance import measured
from simcustomer.roles import Grader, GradingCase
from simcustomer.settings import Settings

if TYPE_CHECKING:
    from simcustomer.engines.openai.usage import Totals

AT_ONCE_EACH = 8
"""Conversations that one worker of a model-backed grader has open side by side."""


@dataclass(frozen=True)
class Setup:
    """What grades, as it is sent to workers. `identity` says all that a grade depends on; equal ones share a grader."""

    identity: str
    grader: str = field(compare=False)
    engine: str = field(compare=False)
    settings: Settings = field(compare=False)
    rubric: Rubric = field(compare=False)
    width: int = field(compare=False, default=1)

    @classmethod
    def of(cls, engine: str, settings: Settings, rubric: Rubric, *, width: int = 1) -> Setup:
        """The setup of an engine's grader with these settings. Raises SettingsError."""
        name = wiring.grader(engine, wiring.Models(settings)).name
        origin = measured(engine=engine, grader=name, rubric=rubric, split="", data={})
        asked = "" if engine == "embedded" else settings.choice("grader").model_dump_json(exclude={"api_key"})
        return cls(origin.model_dump_json() + asked, name, engine, settings, rubric, width)


class Entry(NamedTuple):
    """One line of a part: the id of its conversation with the lines that came out, or a sentence why there is none."""

    number: int
    id: str | None
    out: str
    replies: int = 0


class Graded(NamedTuple):
    """A part, graded; `failed` says why the whole run cannot go on."""

    part: Part
    entries: tuple[Entry, ...]
    calls: Totals | None = None
    failed: str | None = None


def grade_part(setup: Setup, source: Path, text: PartText) -> Graded:
    """Grade every reply in a part."""
    models, grader = _players(setup)
    try:
        entries = asyncio.run(_graded(setup, grader, source, text))
    except UnicodeDecodeError:
        return Graded(text.part, (), failed=f"{source}: is not UTF-8 text; save it as UTF-8.")
    except SimcustomerError as error:
        return Graded(text.part, (), failed=str(error))
    return Graded(text.part, entries, models.spent())


def grade_cases(setup: Setup, cases: Sequence[GradingCase]) -> list[Grade]:
    """The grades of some cases, in their order."""
    _, grader = _players(setup)

    async def graded() -> list[Grade]:
        room = asyncio.Semaphore(setup.width)

        async def one(case: GradingCase) -> Grade:
            async with room:
                return await grader.grade(case)

        return await asyncio.gather(*map(one, cases))

    return asyncio.run(graded())


@lru_cache(maxsize=1)
def _players(setup: Setup) -> tuple[wiring.Models, Grader]:
    models = wiring.Models(setup.settings)
    return models, wiring.grader(setup.engine, models)


async def _graded(setup: Setup, grader: Grader, source: Path, text: PartText) -> tuple[Entry, ...]:
    room = asyncio.Semaphore(setup.width)

    async def entry(number: int, record: TranscriptRecord | str) -> Entry:
        if isinstance(record, str):
            return Entry(number, None, record)
        async with room:
            lines = [reply.line async for reply in graded_replies(record, grader, setup.rubric)]
        return Entry(number, record.id, "".join(lines), len(lines))

    read = list(numbered(text.rows(), str(source), text.part.first_line))
    return tuple(await asyncio.gather(*(entry(number, record) for number, record in read)))


def checked(graded: Graded) -> Graded:
    """The part. Raises InvalidInput where it says that the run cannot go on."""
    if graded.failed:
        raise InvalidInput(graded.failed)
    return graded
