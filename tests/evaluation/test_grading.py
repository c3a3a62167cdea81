"""That transcripts are read and graded one at a time, however long the file is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from simcustomer.domain.assessment import Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.grading import TranscriptRecord, graded_replies, read_transcripts, transcripts_in
from simcustomer.roles import GradingCase
from tests.conftest import ROOT
from tests.evaluation.conftest import ScriptedGrader, by_last_digit

GOLDEN = ROOT / "evals" / "golden" / "conversations.jsonl"


def test_the_first_transcript_comes_before_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    # What stands at the end is no text at all, which is found out when it is reached.
    path.write_bytes(GOLDEN.read_bytes() * 3 + b"\xff\xff\n")
    first = next(read_transcripts(path))
    assert isinstance(first, TranscriptRecord)


def test_a_line_that_python_cannot_read_is_named() -> None:
    (said,) = transcripts_in([f'{{"id": {"9" * 5_000}}}'], "t.jsonl")
    assert isinstance(said, str)
    assert said.startswith("t.jsonl, line 1: is not JSON")


def test_a_grade_comes_before_the_next_reply_is_graded(rubric: Rubric) -> None:
    asked: list[str] = []

    class Noting(ScriptedGrader):
        async def grade(self, case: GradingCase) -> Grade:
            asked.append(case.reply)
            return await super().grade(case)

    async def first() -> int:
        record = next(read_transcripts(GOLDEN))
        assert isinstance(record, TranscriptRecord)
        assert len(record.transcript.reply_indexes) > 1
        async for reply in graded_replies(record, Noting(by_last_digit), rubric):
            return reply.turn
        raise AssertionError("no reply")

    assert asyncio.run(first()) == 1
    assert len(asked) == 1
