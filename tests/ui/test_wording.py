from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

import simcustomer.ui
from simcustomer.domain.mood import Temper
from simcustomer.domain.persona import Kind, Outcome
from simcustomer.domain.progress import Change
from simcustomer.domain.transcript import Channel
from simcustomer.evaluation.comparison import Verdict
from simcustomer.evaluation.suite_names import SPLITS, SUITES
from simcustomer.lab.order import State
from simcustomer.lab.work import HEADLINES
from simcustomer.ui.lab_messages import KNOWN
from simcustomer.ui.lab_reading import Direction
from simcustomer.ui.lab_views import FIGURES, WHOLES
from simcustomer.ui.wording import Wording
from simcustomer.wiring import ENGINES

SOURCES = [path for path in Path(simcustomer.ui.__path__[0]).rglob("*") if path.suffix in (".py", ".html")]
WORDS = Wording.load()


def used(call: str) -> set[str]:
    return {key for path in SOURCES for key in re.findall(rf'\b{call}\(\s*"([\w.]+[^."])"', path.read_text())}


def test_every_text_that_is_asked_for_is_there() -> None:
    assert len(used("say")) > 40
    slots = dict.fromkeys(set(re.findall(r"\w+", str(WORDS.texts))) - {"n"}, "…")
    for key in used("say"):
        WORDS.say(key, n="…", **slots)
    for key in used("count"):
        assert WORDS.count(key, 1, **slots) != WORDS.count(key, 2, **slots)


@pytest.mark.parametrize(
    ("group", "values"),
    [("channel", Channel), ("kind", Kind), ("temper", Temper), ("outcome", Outcome), ("ended", Outcome)],
)
def test_every_value_has_a_text(group: str, values: type[StrEnum]) -> None:
    for value in values:
        assert WORDS.say(f"{group}.{value.value}", name="Dean")
    assert set(WORDS.texts[group]) == {value.value for value in values}


def test_every_end_of_an_experts_conversation_and_every_break_has_a_text() -> None:
    for outcome in Outcome:
        assert WORDS.say(f"expert.ended.{outcome.value}", name="Dean")
    for change in get_args(Change):
        assert WORDS.say(f"progress.changed.{change}")


def test_everything_that_the_lab_names_has_a_text() -> None:
    options = (*SUITES, *SPLITS, *ENGINES, "replies")
    named = {
        "option": options,
        "states": State,
        "headline": (*HEADLINES.values(), "level", "replies"),
        "figure": FIGURES,
        "of": WHOLES,
        "direction": get_args(Direction),
        "compared": get_args(Verdict),
        "problem": KNOWN,
    }
    for group, names in named.items():
        for name in names:
            assert WORDS.say(f"lab.{group}.{name}", value=1.0)


def test_what_is_not_there_is_an_error() -> None:
    for key in ("chat.sent", "chat", "site.name.first", ""):
        with pytest.raises(KeyError):
            WORDS.say(key)
