"""That a file is cut at lines, and that its parts together are the file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simcustomer.bulk.parts import cut, read_part
from simcustomer.errors import InvalidInput


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(["a", "üß", "\n", "\r\n", "\r", "\u2028", "\x0c", "long line " * 5]), max_size=40
    ).map("".join),
    size=st.integers(min_value=1, max_value=60),
)
def test_parts_together_are_the_file_with_the_same_lines(tmp_path: Path, text: str, size: int) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(text.encode())
    parts = list(cut(path, size=size))
    with path.open(encoding="utf-8-sig") as file:
        numbered = list(enumerate(file, start=1))
    found = [
        (number, line)
        for part in parts
        for number, line in enumerate(read_part(path, part).rows(), start=part.first_line)
    ]
    assert found == numbered
    assert b"".join(read_part(path, part).data for part in parts) == text.encode()
    assert all(before.offset + before.size == after.offset for before, after in pairwise(parts))


def test_cutting_goes_on_from_a_place(tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    path.write_text("".join(f"line {number}\n" for number in range(40)), encoding="utf-8")
    parts = list(cut(path, size=50))
    assert len(parts) > 4
    third = parts[2]
    assert list(cut(path, offset=third.offset, first_line=third.first_line, size=50)) == parts[2:]


def test_a_file_that_became_shorter_is_told(tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    path.write_text("one\ntwo\n", encoding="utf-8")
    (part,) = cut(path)
    path.write_text("one\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="changed while"):
        read_part(path, part)
    with pytest.raises(InvalidInput, match=r"nowhere\.jsonl: cannot be read"):
        next(cut(tmp_path / "nowhere.jsonl"))
