"""A run over a transcripts file by batches: grade, hand in what the model misses, collect, until nothing is missing; knows no API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.files import written
from simcustomer.evaluation.grading import Remark, graded_replies, nothing_to_grade, read_transcripts
from simcustomer.roles import Grader


class BatchedModel(Protocol):
    """A model that is asked in batches."""

    used: list[str]

    @property
    def waiting(self) -> int:
        """How many requests were noted and are not handed in yet."""
        ...

    def forget(self) -> None:
        """Drop the answers in `used`: they led to no grade."""
        ...

    def hand_in(self) -> None:
        """Begin batches of what was noted."""
        ...

    def collect(self, pause: Callable[[str], None]) -> None:
        """Wait for every batch that was handed in, and keep its answers."""
        ...


class Tally(NamedTuple):
    """What a run came to: replies, how many of them are ungraded, and lines that are no transcript."""

    replies: int
    ungraded: int
    problems: int


class Listener(Protocol):
    """Is told what a run has to say, and waits for batches."""

    def said(self, sentence: str) -> None:
        """Something about a line of the input."""
        ...

    def pause(self, status: str) -> None:
        """Called with the status of a batch; returns when it is time to ask again."""
        ...


async def grade_by_batch(
    source: Path, target: Path, rubric: Rubric, grader: Grader, model: BatchedModel, listener: Listener
) -> Tally:
    """Grade a file with a grader over `model`, one line a reply. A later run asks again for what stayed ungraded.

    The grader runs as it does live; where it misses an answer the request is noted, and it runs again when the batch has
    come back, until nothing is missing. Raises InvalidInput, ModelError.
    """
    model.hand_in()
    model.collect(listener.pause)
    while await _noted(source, rubric, grader, model):
        model.hand_in()
        model.collect(listener.pause)
    with written(target) as stream:
        return await _told(source, rubric, grader, model, _Telling(stream, listener.said))


async def _noted(source: Path, rubric: Rubric, grader: Grader, model: BatchedModel) -> int:
    """How many requests the file still needs."""
    for entry in read_transcripts(source):
        if not isinstance(entry, str):
            async for _ in graded_replies(entry, grader, rubric):
                pass
    return model.waiting


class _Telling(NamedTuple):
    stream: TextIO
    said: Callable[[str], None]


async def _told(source: Path, rubric: Rubric, grader: Grader, model: BatchedModel, to: _Telling) -> Tally:
    replies = ungraded = problems = 0
    for entry in read_transcripts(source):
        if isinstance(entry, str):
            to.said(entry)
            problems += not isinstance(entry, Remark)
            continue
        model.used.clear()
        async for reply in graded_replies(entry, grader, rubric):
            if reply.ungraded is not None:
                ungraded += 1
                model.forget()
            model.used.clear()
            to.stream.write(reply.line)
            replies += 1
    if not replies and not problems:
        raise nothing_to_grade(str(source))
    return Tally(replies, ungraded, problems)
