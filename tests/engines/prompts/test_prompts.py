"""Prompt files and the engines agree on what is filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simcustomer.engines import prompts
from simcustomer.engines.prompts import Prompt, prompt
from simcustomer.errors import EngineError

NAMES = sorted(path.stem for path in Path(prompts.__file__).parent.glob("*.md"))


def test_a_slot_left_and_a_value_without_one_are_errors() -> None:
    made = Prompt("hello", "Hello {{name}}, {{greeting}}")
    assert made.filled(name="{{greeting}}", greeting="hi") == "Hello {{greeting}}, hi"
    with pytest.raises(EngineError, match=r"hello.*greeting"):
        made.filled(name="x")
    with pytest.raises(EngineError, match="more"):
        made.filled(name="x", greeting="y", more="z")


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_loads_and_has_no_broken_slot(name: str) -> None:
    text = prompt(name).text
    assert text
    for slot in prompt(name).slots:
        text = text.replace("{{" + slot + "}}", "")
    assert "{{" not in text
    assert not re.search(r"\w\}\}", text), (
        "a slot ends that never began; JSON ends in two braces too, but not behind a word"
    )
