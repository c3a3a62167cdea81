from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

import simcustomer.ui
from simcustomer.domain.mood import Temper
from simcustomer.domain.persona import Kind, Outcome
from simcustomer.domain.transcript import Channel
from simcustomer.ui.wording import Wording

SOURCES = [path for path in Path(simcustomer.ui.__path__[0]).rglob("*") if path.suffix in (".py", ".html")]
WORDS = Wording.load()


def used(call: str) -> set[str]:
    return {key for path in SOURCES for key in re.findall(rf'\b{call}\(\s*"([\w.]+[^."])"', path.read_text())}


def test_every_text_that_is_asked_for_is_there() -> None:
    assert len(used("say")) > 40
    for key in used("say"):
        WORDS.say(key, **dict.fromkeys(re.findall(r"\w+", str(WORDS.texts)), "…"))
    for key in used("count"):
        assert WORDS.count(key, 1, ids="a") != WORDS.count(key, 2, ids="a")


@pytest.mark.parametrize(
    ("group", "values"),
    [("channel", Channel), ("kind", Kind), ("temper", Temper), ("outcome", Outcome), ("ended", Outcome)],
)
def test_every_value_has_a_text(group: str, values: type[StrEnum]) -> None:
    for value in values:
        assert WORDS.say(f"{group}.{value.value}", name="Dean")
    assert set(WORDS.texts[group]) == {value.value for value in values}


def test_what_is_not_there_is_an_error() -> None:
    for key in ("chat.sent", "chat", "site.name.first", ""):
        with pytest.raises(KeyError):
            WORDS.say(key)
