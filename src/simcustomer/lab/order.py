"""What is ordered of the lab, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from simcustomer.domain.model import Frozen
from simcustomer.evaluation.golden import SplitName

LONGEST_NOTE = 80


class Kind(StrEnum):
    """What an order is for."""

    SUITES = "suites"
    LABELS = "labels"
    TRANSCRIPTS = "transcripts"


class Order(Frozen):
    """Suites to run over an evals folder, or a given file to grade or to hold against its ratings.

    `rubric` is an id, `file` the name that the file was uploaded under, and `note` what whoever ordered it calls it.
    """

    kind: Kind
    engine: str
    rubric: str
    suites: tuple[str, ...] = ()
    split: SplitName = "test"
    baselines: bool = False
    evals: Path | None = None
    file: str | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""

    @property
    def holds_conversations(self) -> bool:
        """Whether somebody's conversations were given with it, which are kept beside it."""
        return self.kind is not Kind.SUITES


class Run(Frozen):
    """An order that was taken; `server` tells which server works on it, `by` who asked, by name."""

    id: str
    order: Order
    by: str
    asked_at: datetime
    server: str


class State(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_open(self) -> bool:
        """Whether there is more to come."""
        return self in {State.QUEUED, State.RUNNING}


class Headline(Frozen):
    """A figure that stands for a run in the list: `name` is that of a text."""

    name: str
    value: float


class Ending(Frozen):
    """How a run ended; `problem` is a sentence where it failed, `remarks` are what was left out of a given file."""

    state: State
    at: datetime
    seconds: float | None = None
    problem: str | None = None
    grader: str | None = None
    headlines: tuple[Headline, ...] = ()
    remarks: tuple[str, ...] = ()


class Progress(Frozen):
    """How far each part has come, (done, total) in the order of the parts; `note` is what goes on besides grading."""

    parts: dict[str, tuple[int, int]] = Field(default_factory=dict[str, tuple[int, int]])
    now: str = ""
    note: str = ""


class Standing(Frozen):
    """A run and where it stands; `ahead` counts the runs before it in the queue."""

    run: Run
    state: State
    progress: Progress = Progress()
    ending: Ending | None = None
    ahead: int = 0
