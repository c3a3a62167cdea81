"""Output that grows part by part, with a mark beside it of how far it has got, so that a later run can go on from there."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from simcustomer.bulk.parts import feed
from simcustomer.domain.model import Frozen
from simcustomer.errors import InvalidInput

_SECONDS_BETWEEN_MARKS = 1.0


class Mark(Frozen):
    """How far a run has come: bytes and lines read, bytes written, and what was counted. `graded_by` is what grades."""

    graded_by: str
    read: int = 0
    lines: int = 0
    written: int = 0
    replies: int = 0
    problems: int = 0


class _Kept(Frozen):
    """A mark on disk, with the SHA-256 of what had been read of the input."""

    mark: Mark
    read_digest: str


class Output:
    """A file that is there when it is whole; until then it grows beside its place, where a later run finds it."""

    def __init__(self, path: Path, source: Path, graded_by: str) -> None:
        if path.exists() and not path.is_file():
            raise InvalidInput(f"{path}: is not a file. Name one that can be put in place when it is whole.")
        self._path = path
        self._source = source
        self._partial = path.with_name(f"{path.name}.partial")
        self._marks = path.with_name(f"{path.name}.progress.json")
        self._read = hashlib.sha256()
        self.mark = self._found(graded_by)
        self._marked_at = time.monotonic()

    def _found(self, graded_by: str) -> Mark:
        if not self._marks.exists() or not self._partial.exists():
            return Mark(graded_by=graded_by)
        again = f"Delete {self._marks} to begin anew."
        try:
            kept = _Kept.model_validate_json(self._marks.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise InvalidInput(f"{self._marks}: is no record of a run. {again}") from error
        if kept.mark.graded_by != graded_by:
            raise InvalidInput(f"{self._partial}: was begun with another grader, version or rubric. {again}")
        feed(self._read, self._source, 0, kept.mark.read)
        if self._read.hexdigest() != kept.read_digest:
            raise InvalidInput(f"{self._source}: its first part is not what was graded before. {again}")
        if self._partial.stat().st_size < kept.mark.written:
            raise InvalidInput(f"{self._partial}: is shorter than its record says. {again}")
        return kept.mark

    @contextmanager
    def open(self) -> Generator[BinaryIO]:
        """The file to append to. What came after the last mark is cut off; the end of the block puts the file in its place."""
        try:
            self._partial.touch()
            with self._partial.open("r+b") as stream:
                stream.truncate(self.mark.written)
                stream.seek(self.mark.written)
                try:
                    yield stream
                finally:
                    self._note(stream)
        except OSError as error:
            raise InvalidInput(f"{self._path}: cannot be written ({error.strerror}). Choose another place.") from error
        self._partial.replace(self._path)
        self._marks.unlink(missing_ok=True)

    def passed(self, mark: Mark, stream: BinaryIO) -> None:
        """Everything up to this mark is written; it is kept on disk at most once a second."""
        feed(self._read, self._source, self.mark.read, mark.read)
        self.mark = mark
        if time.monotonic() - self._marked_at >= _SECONDS_BETWEEN_MARKS:
            self._note(stream)

    def _note(self, stream: BinaryIO) -> None:
        # The mark must not say more than what is on disk.
        stream.flush()
        os.fsync(stream.fileno())
        kept = _Kept(mark=self.mark, read_digest=self._read.hexdigest())
        made = self._marks.with_suffix(".new")
        made.write_text(kept.model_dump_json() + "\n", encoding="utf-8")
        made.replace(self._marks)
        self._marked_at = time.monotonic()
