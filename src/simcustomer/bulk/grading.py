"""Grades a transcripts file part by part, wherever the parts are worked on, into one file in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from simcustomer.bulk.parts import SIZE, cut, read_part
from simcustomer.bulk.progress import Mark, Output
from simcustomer.bulk.work import Graded, Setup, checked, grade_part
from simcustomer.evaluation.grading import Ids, nothing_to_grade

STRETCH = 2_048
"""Parts that are handed out together: what is planned ahead must not grow with the file."""

T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """Where work is done: what comes out of each load, in the order of the loads, whichever is done first.

    A load is fetched on this machine, the work may be done on another.
    """

    def __call__(self, loads: Sequence[Callable[[], T]], work: Callable[[T], R]) -> Iterator[R]:
        """The results as they come."""
        ...


def here(loads: Sequence[Callable[[], T]], work: Callable[[T], R]) -> Iterator[R]:
    """In this process, one after another."""
    return (work(load()) for load in loads)


class Listener(Protocol):
    """Is told what a run has to say."""

    def said(self, sentence: str) -> None:
        """Something about a line of the input."""
        ...

    def came_to(self, mark: Mark, part: Graded) -> None:
        """Another part is done."""
        ...


def grade_in_parts(
    source: Path, target: Path, setup: Setup, spread: Spread, listener: Listener, *, size: int = SIZE
) -> Mark:
    """Grade a file into another, one line a reply; what it came to, earlier runs that were broken off included.

    The lines are those of `simcustomer grade` on one machine. Raises InvalidInput; what was done until then is kept.
    """
    output, ids = Output(target, source, setup.identity), Ids(str(source))
    work = partial(grade_part, setup, source)
    with output.open() as stream:
        parts = cut(source, offset=output.mark.read, first_line=output.mark.lines + 1, size=size)
        for stretch in _stretches(parts):
            for graded in spread([partial(read_part, source, part) for part in stretch], work):
                text, problems = _told(checked(graded), ids, listener)
                stream.write(text)
                mark = _after(output.mark, graded, len(text), problems)
                output.passed(mark, stream)
                listener.came_to(mark, graded)
        if not output.mark.replies and not output.mark.problems:
            raise nothing_to_grade(str(source))
    return output.mark


def _stretches(parts: Iterable[T]) -> Iterator[list[T]]:
    parts = iter(parts)
    while stretch := list(islice(parts, STRETCH)):
        yield stretch


def _told(graded: Graded, ids: Ids, listener: Listener) -> tuple[bytes, int]:
    """The lines of a part, and how many of its own lines could not be graded."""
    problems = 0
    for entry in graded.entries:
        sentence = entry.out if entry.id is None else ids.remark(entry.id, entry.number)
        if sentence:
            listener.said(sentence)
        problems += entry.id is None
    return "".join(entry.out for entry in graded.entries if entry.id is not None).encode(), problems


def _after(mark: Mark, graded: Graded, written: int, problems: int) -> Mark:
    part = graded.part
    return Mark(
        graded_by=mark.graded_by,
        read=part.offset + part.size,
        lines=mark.lines + part.lines,
        written=mark.written + written,
        replies=mark.replies + sum(entry.replies for entry in graded.entries),
        problems=mark.problems + problems,
    )
