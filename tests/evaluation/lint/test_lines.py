"""Too few lines, repetition, and what the lines give away."""

from __future__ import annotations

import re
from pathlib import Path

from simcustomer.domain.rubric import Rubric
from tests.conftest import ROOT
from tests.evaluation.lint.planting import DEAN, line_of, only, planted

TEXT = (ROOT / "personas" / f"{DEAN}.yaml").read_text(encoding="utf-8")


def block(act: str) -> str:
    """The lines of an act as they stand in the file."""
    found = re.search(rf"^  {act}:\n(?:    .*\n)+", TEXT, re.MULTILINE)
    assert found
    return found.group()


def test_too_few_lines_for_an_act(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, (block("withhold"), '  withhold:\n    any: ["Never you mind."]\n')))
    assert (found.field, found.what) == ("lines.withhold", "1 of 2 lines")


def test_too_few_lines_for_a_temper(tmp_path: Path, rubric: Rubric) -> None:
    vent = "".join(f'      - "Line number {word} of mine."\n' for word in ("one", "six", "ten", "red", "sea", "oak"))
    found = only(
        planted(tmp_path, rubric, (block("vent"), f"  vent:\n    angry:\n{vent}    calm: [Aye., Well now.]\n"))
    )
    assert (found.field, found.what) == ("lines.vent", "0 of 2 lines for a customer who is tense")


def test_too_few_lines_in_all(tmp_path: Path, rubric: Rubric) -> None:
    acts = re.findall(r"^  ([a-z_]+):\n    (?:any|angry|tense|calm):", TEXT[TEXT.index("\nlines:") :], re.MULTILINE)
    changes = [(block(act), f'  {act}:\n    any: ["{act} here"]\n') for act in acts]
    assert "lines" in {finding.field for finding in planted(tmp_path, rubric, *changes)}


def test_a_slot_that_is_never_filled(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, ('- "That\'s off a card, is that."', '- "{time} off a card, is that."')))
    assert "{time} is not filled there" in found.what


def test_a_sentence_that_stands_twice(tmp_path: Path, rubric: Rubric) -> None:
    again = '- "That\'s off a card, is that!"'
    found = only(
        planted(
            tmp_path,
            rubric,
            (
                '- "They all say that. Then it goes quiet and',
                f'{again}\n      - "They all say it. Then it goes quiet and',
            ),
        )
    )
    assert found.line == line_of(tmp_path, "is that!")
    assert "repeats that of lines.doubt.any.0" in found.what


def test_a_sentence_that_nearly_stands_twice(tmp_path: Path, rubric: Rubric) -> None:
    new = '- "You can really see your own breath in me kitchen."\n      - "They all say that.'
    found = only(planted(tmp_path, rubric, ('- "They all say that.', new)))
    assert "lines.vent.angry.2" in found.what


def test_a_line_that_tells_a_secret(tmp_path: Path, rubric: Rubric) -> None:
    for leak in (
        "Me dad has pneumonia and the infirmary let him home.",
        "Malcolm can't sit in the cold.",
        "That's 104 a shift.",
    ):
        found = only(planted(tmp_path, rubric, ('- "They all say that.', f'- "{leak}"\n      - "They all say that.')))
        assert found.line == line_of(tmp_path, leak)
        assert "gives away the fact" in found.what


def test_a_blurb_that_tells_a_secret(tmp_path: Path, rubric: Rubric) -> None:
    leak = "blurb: Dean's father Malcolm had pneumonia. "
    assert only(planted(tmp_path, rubric, ("blurb: ", leak))).field == "blurb"
