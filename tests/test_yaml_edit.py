from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcustomer.errors import ContentError
from simcustomer.yaml_edit import Value, value_at, with_value
from simcustomer.yaml_tree import read_tree
from tests.conftest import ROOT

TEXT = """\
# about this file
id: cold  # stays as it is
title: No heat
brief:
  company: Northwell # the landlord
  # what the screen says
  known:
    - "first: one"
    # between
    - second
    - third  # last
  situation: >-
    It is cold and
    it is late.

  # after
mood: {anger: 5.5, trust: 3}
kinds: [irate, expert]
goal:  # say what they want
"""


def held(text: str, *path: str) -> object:
    return value_at(read_tree(text, name="x").plain, path)


@pytest.mark.parametrize(
    ("path", "value", "was", "becomes"),
    [
        (["title"], "Still no heat", "title: No heat\n", "title: Still no heat\n"),
        (["title"], "Heat: none", "title: No heat\n", 'title: "Heat: none"\n'),
        (["id"], "warm", "id: cold  #", "id: warm  #"),
        (["brief", "company"], "Southwell", "Northwell # the", "Southwell # the"),
        (["mood", "trust"], 4.5, "trust: 3}", "trust: 4.5}"),
        (["mood", "patience"], 7.0, "trust: 3}", "trust: 3, patience: 7}"),
        (["kinds"], ["irate"], "[irate, expert]", "[irate]"),
        (["brief", "known"], ["first: one", "2nd", "third"], "- second", '- "2nd"'),
        (["brief", "known"], ["first: one", "third"], "    - second\n", ""),
        (["brief", "known"], ["first: one", "second", "third", "more"], "third  # last", "third  # last\n    - more"),
        (["brief", "known"], ["new", "first: one", "second", "third"], '    - "first', '    - new\n    - "first'),
        (["brief", "situation"], "Now.", ">-\n    It is cold and\n    it is late.", "Now."),
        (["goal"], "Heat, today", "goal:  #", "goal: Heat, today  #"),
        (["title"], None, "title: No heat\n", ""),
        (["trade"], "housing", "goal:  # say what they want\n", "goal:  # say what they want\ntrade: housing\n"),
    ],
)
def test_only_the_value_changes(path: list[str], value: Value, was: str, becomes: str) -> None:
    assert TEXT.count(was) == 1
    assert with_value(TEXT, path, value) == TEXT.replace(was, becomes)


def test_a_new_field_goes_behind_those_that_come_before_it() -> None:
    assert "title: No heat\nblurb: Cold.\nbrief:" in with_value(TEXT, ["blurb"], "Cold.", before=["id", "title"])
    assert "id: x\nvoice:\n  tone: dry\n" in with_value("id: x\n", ["voice", "tone"], "dry")
    assert (
        with_value("id: x\nvoice:\n", ["voice", "habits"], ["a b", "c"])
        == "id: x\nvoice:\n  habits:\n    - a b\n    - c\n"
    )
    assert with_value("id: x\nknown: [a]\n", ["known"], []) == "id: x\nknown: []\n"


@pytest.mark.parametrize("text", ["id: [", "- a\n", "", "a: &x 1\nb: *x\n", "\tid: x\n"])
def test_a_text_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ContentError):
        with_value(text, ["id"], "y")


@pytest.mark.parametrize("odd", ["a \u2028 b", "a\x85b", "\u2029", "\x7f", "x\ufeffy", "a\nb", "\U0001f600 b"])
def test_odd_characters_are_set_as_they_are(odd: str) -> None:
    assert held(with_value(TEXT, ["title"], odd), "title") == odd
    assert held(
        with_value(TEXT.replace("No heat", "\U0001f600"), ["brief", "known"], [odd, "x"]), "brief", "known"
    ) == [odd, "x"]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=140)


@settings(max_examples=150, deadline=None)
@given(
    WORDS, st.lists(WORDS, max_size=4), st.sampled_from([["title"], ["brief", "company"], ["goal"], ["new", "field"]])
)
def test_whatever_is_set_is_read_back_and_nothing_else_moves(text: str, items: list[str], path: list[str]) -> None:
    made = with_value(with_value(TEXT, path, text), ["brief", "known"], items)
    assert held(made, *path) == text
    assert held(made, "brief", "known") == items
    assert held(made, "mood") == {"anger": 5.5, "trust": 3}
    assert "# about this file" in made


def test_every_shipped_persona_can_be_changed_and_changed_back() -> None:
    for path in sorted((ROOT / "personas").glob("*.yaml"))[:4]:
        text = path.read_text(encoding="utf-8")
        known = held(text, "brief", "known")
        assert isinstance(known, list)
        changed = with_value(text, ["brief", "known"], [str(item) for item in known[:-1]] + ["It snows."])
        assert len(set(changed.splitlines()) ^ set(text.splitlines())) <= 6
        assert held(with_value(changed, ["title"], "Other"), "title") == "Other"
