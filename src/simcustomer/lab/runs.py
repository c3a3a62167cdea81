"""The folder in which runs are kept: one folder a run, of files that are whole or not there."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from simcustomer.domain.accounts import REMOVED
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput, NotFound, StoreError
from simcustomer.evaluation.files import written
from simcustomer.evaluation.grading import GradedReply, TranscriptRecord, read_transcripts
from simcustomer.evaluation.results import Results, read_results
from simcustomer.lab.order import Ending, Order, Progress, Run

RUN, PROGRESS, ENDING, LOG = "run.json", "progress.json", "ending.json", "log.txt"
RESULTS, GRADED, RUBRIC = "results.json", "graded.jsonl", "rubric.json"

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")

Model = TypeVar("Model", bound=Frozen)


def given_name(order: Order) -> str:
    """The name under which a given file is kept; its ending says how it is read."""
    return "given.csv" if (order.file or "").lower().endswith(".csv") else "given.jsonl"


@dataclass(frozen=True)
class RunFolder:
    """All runs of the lab. Raises StoreError where the folder cannot be used, NotFound for a run that is not there."""

    path: Path

    def add(self, order: Order, *, by: str, server: str, given: bytes | None = None) -> Run:
        """Keep an order with its file; nobody works on it yet."""
        now = datetime.now(UTC)
        run = Run(id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}", order=order, by=by, asked_at=now, server=server)
        try:
            # What is given may be conversations of real customers.
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            place = self.path / run.id
            place.mkdir(mode=0o700)
            if given is not None:
                (place / given_name(order)).write_bytes(given)
        except OSError as error:
            raise StoreError(
                f"The lab's folder {self.path} cannot be written ({error.strerror}). Set SIMCUSTOMER_LAB_DIR to one that can."
            ) from error
        self.write(run.id, RUN, run)
        return run

    def ids(self) -> list[str]:
        """All runs, newest first."""
        if not self.path.is_dir():
            return []
        return sorted(
            (p.name for p in self.path.iterdir() if _ID.fullmatch(p.name) and (p / RUN).is_file()), reverse=True
        )

    def place(self, run_id: str) -> Path:
        """The folder of a run. Raises NotFound."""
        if not _ID.fullmatch(run_id) or not (self.path / run_id / RUN).is_file():
            raise NotFound(
                "There is no such run in the lab; it may have been deleted. The list shows those that are there."
            )
        return self.path / run_id

    def run(self, run_id: str) -> Run:
        """The run as it was ordered."""
        return self._needed(run_id, RUN, Run)

    def progress(self, run_id: str) -> Progress:
        """How far it has come, as its process last said."""
        return self._read(run_id, PROGRESS, Progress) or Progress()

    def has_begun(self, run_id: str) -> bool:
        """Whether a process has worked on it."""
        return (self.place(run_id) / PROGRESS).is_file()

    def ending(self, run_id: str) -> Ending | None:
        """How it ended; None while it has not."""
        return self._read(run_id, ENDING, Ending)

    def results(self, run_id: str) -> Results:
        """What was measured. Raises InvalidInput where the run has no results that can be read."""
        return read_results(self.place(run_id) / RESULTS)

    def rubric(self, run_id: str) -> Rubric:
        """The rubric that a file was graded by, as it was."""
        return self._needed(run_id, RUBRIC, Rubric)

    def transcripts(self, run_id: str) -> tuple[TranscriptRecord, ...]:
        """The conversations that were given to be graded, without lines that are none."""
        path = self.place(run_id) / given_name(self.run(run_id).order)
        return tuple(entry for entry in read_transcripts(path) if isinstance(entry, TranscriptRecord))

    def graded(self, run_id: str) -> tuple[GradedReply, ...]:
        """What the grader said of them, reply by reply."""
        return tuple(_graded(self.place(run_id) / GRADED))

    def download(self, run_id: str, name: str) -> Path:
        """A file of a run that may leave it. Raises NotFound."""
        path = self.place(run_id) / name
        if name not in {RESULTS, GRADED} or not path.is_file():
            raise NotFound("This run has no such file.")
        return path

    def write(self, run_id: str, name: str, content: Frozen) -> None:
        """Keep a part of a run."""
        try:
            with written(self.path / run_id / name) as stream:
                stream.write(content.model_dump_json())
        except InvalidInput as error:
            raise StoreError(f"The lab cannot keep its runs. {error}") from error

    def remove(self, run_id: str) -> None:
        """Delete a run with all that it holds."""
        try:
            shutil.rmtree(self.place(run_id))
        except OSError as error:
            raise StoreError(
                f"The run could not be deleted whole ({error.strerror}). Look into {self.path}."
            ) from error

    def forget(self, name: str) -> int:
        """Delete what someone gave to the lab, by name, and take the name off what else they ordered; how many were deleted."""
        deleted = 0
        for run_id in self.ids():
            run = self.run(run_id)
            if run.by != name:
                continue
            if run.order.holds_conversations:
                self.remove(run_id)
                deleted += 1
            else:
                self.write(
                    run_id,
                    RUN,
                    run.model_copy(update={"by": REMOVED, "order": run.order.model_copy(update={"note": ""})}),
                )
        return deleted

    def given_before(self, moment: datetime) -> list[str]:
        """Runs of given conversations that were ordered before then."""
        return [
            run_id
            for run_id in self.ids()
            if (run := self.run(run_id)).order.holds_conversations and run.asked_at < moment
        ]

    def _needed(self, run_id: str, name: str, model: type[Model]) -> Model:
        found = self._read(run_id, name, model)
        if found is None:
            raise NotFound(f"The run {run_id} is not whole; it may just have been deleted.")
        return found

    def _read(self, run_id: str, name: str, model: type[Model]) -> Model | None:
        path = self.place(run_id) / name
        try:
            return model.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise StoreError(f"{path} cannot be read. Delete the run's folder, or put it right.") from error


def _graded(path: Path) -> Iterator[GradedReply]:
    try:
        lines: Sequence[str] = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}).") from error
    for line in lines:
        if line:
            yield GradedReply.model_validate_json(line)
