"""A transcripts file in parts that are graded apart and joined in their order."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from simcustomer.errors import InvalidInput

SIZE = 128 * 1024
"""Bytes of a part, up to the end of a line: seconds of work, which is what a lost machine costs."""

_CHUNK = 1024 * 1024


class Part(NamedTuple):
    """Some whole lines of a file: where they begin, in bytes and in lines (from 1), and how many there are of each."""

    offset: int
    size: int
    first_line: int
    lines: int


class PartText(NamedTuple):
    """What stands in a part."""

    part: Part
    data: bytes

    def rows(self) -> io.TextIOWrapper:
        """The lines as text, as reading the whole file would give them. Reading raises UnicodeDecodeError."""
        return io.TextIOWrapper(io.BytesIO(self.data), encoding="utf-8" if self.part.offset else "utf-8-sig")


def cut(path: Path, *, offset: int = 0, first_line: int = 1, size: int = SIZE) -> Iterator[Part]:
    """The parts of a file from a place where a line begins. Raises InvalidInput where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            while data := file.read(size):
                data += b"" if data.endswith(b"\n") else file.readline()
                # Bytes are split where reading as text splits lines: at \n, \r\n and \r.
                part = Part(offset, len(data), first_line, len(data.splitlines()))
                yield part
                offset, first_line = offset + part.size, first_line + part.lines
    except OSError as error:
        raise unreadable(path, error) from error


def read_part(path: Path, part: Part) -> PartText:
    """What stands in a part. Raises InvalidInput where the file cannot be read or has become shorter."""
    try:
        with path.open("rb") as file:
            file.seek(part.offset)
            data = file.read(part.size)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) != part.size:
        raise InvalidInput(f"{path}: was changed while it was graded. Begin again with a file that stays.")
    return PartText(part, data)


class Digest(Protocol):
    """A running hash."""

    def update(self, data: bytes, /) -> None:
        """Take some more bytes in."""
        ...


def feed(digest: Digest, path: Path, start: int, end: int) -> None:
    """Put the bytes of a file from `start` to `end`, or its end, into a digest. Raises InvalidInput."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            while start < end and (data := file.read(min(end - start, _CHUNK))):
                digest.update(data)
                start += len(data)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InvalidInput:
    """What is said of a file that cannot be read."""
    return InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name.")
