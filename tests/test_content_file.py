from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcustomer.content_file import MOST_BYTES, content_text, parse_content, read_content
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError, NotFound
from simcustomer.library import Library, content_folder
from simcustomer.yaml_tree import read_tree
from tests.conftest import ROOT

RUBRIC = (ROOT / "rubrics" / "difficult-conversations.yaml").read_text(encoding="utf-8")


def problem(text: str) -> str:
    with pytest.raises(ContentError) as caught:
        parse_content(text, Rubric, name="r.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id: a\nid: b\n", "r.yaml, line 2, field id: is already set on line 1"),
        ("id: [1, 2\n", "r.yaml, line 2: "),
        ("a: &x [1]\nb: *x\n", "r.yaml, line 2: aliases"),
        ("a: 2020-01-01\n", "r.yaml, line 1: '2020-01-01' is read as a timestamp; put it in quotes"),
        ("a: !!python/object/apply:os.system [x]\n", "r.yaml, line 1"),
        ("a: !mine x\n", "r.yaml, line 1: 'x' is read as a !mine"),
        ("a: 1\nb: !!bool maybe\n", "r.yaml, line 2: 'maybe' is not a valid bool; put it in quotes"),
        ("a: !!int ''\n", "r.yaml, line 1: '' is not a valid int"),
        ("a: 1\nb: !!set {c, d}\n", "r.yaml, line 2: the tag of 'tag:yaml.org,2002:set' is not allowed; take it away"),
        ("a: !!python/object/new:os.system {args: [x]}\n", "r.yaml, line 1: the tag of 'tag:yaml.org,2002:python"),
        ("a: 1\nb: \ud800\n", "r.yaml, line 2: holds a character"),
        ("[" * 500, "nested more than"),
        ("a:\n" + "".join("  " * d + "b:\n" for d in range(1, 40)), "nested more than"),
        ("a: 1\nb: \x00\n", "r.yaml, line 2: holds a character"),
        ("- a\n", "must hold fields"),
        ("", "must hold fields"),
        ("a: 1\n---\nb: 2\n", "r.yaml, line 2"),
        ("a: " + "[" + "1," * 30_000 + "1]", "more than 5,000 values"),
    ],
)
def test_broken_files_are_named_by_line(text: str, says: str) -> None:
    assert says in problem(text)


@pytest.mark.parametrize(
    ("field", "written", "says"),
    [
        ("timeline", "one day", "must be a list (found 'one day'); begin each entry with a dash"),
        ("brief", "one day", "must have fields of its own (found 'one day'); write each of them indented"),
        ("lines", "{open: [one]}", "lines.open: must have fields of its own; write each of them indented"),
        ("version", "first", "must be a whole number (found 'first'); write it in figures"),
        ("volatility", "a lot", "must be a number (found 'a lot'); write it in figures"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_in_an_authors_words(field: str, written: str, says: str) -> None:
    text = (ROOT / "docs" / "examples" / "the-book-i-returned.yaml").read_text(encoding="utf-8")
    text = re.sub(rf"^{field}:.*?\n(?=\w)", f"{field}: {written}\n", text, flags=re.MULTILINE | re.DOTALL)
    with pytest.raises(ContentError) as caught:
        parse_content(text, Persona, name="p.yaml")
    assert says in str(caught.value)


def test_a_wrong_field_is_named_with_its_line_and_a_remedy() -> None:
    text = RUBRIC.replace("pass_mark:", "passmark:")
    line = 1 + text[: text.index("passmark:")].count("\n")
    message = problem(text)
    assert f"r.yaml, line {line}, field passmark: is not a field of this file" in message
    assert "field pass_mark: is missing; add it" in message


def test_a_deep_field_is_found_in_its_list() -> None:
    text = RUBRIC.replace("    asks: Say what can be done", "    asks: 12\n    asked: Say what can be done", 1)
    line = 1 + text[: text.index("asks: 12")].count("\n")
    assert f"line {line}, field techniques.4.asks: must be text (found 12); put it in quotes" in problem(text)


def test_words_that_yaml_1_1_would_turn_stay_words() -> None:
    text = RUBRIC.replace("title: Difficult customer conversations", "title: no")
    assert parse_content(text, Rubric, name="r.yaml").title == "no"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("12:30", "12:30"),
        ("1_000", 1000),
        ("-0x1F", -31),
        ("010", 10),
        ("0o17", 15),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("~", None),
        ("", None),
        ("TRUE", True),
        ("!!str 5", "5"),
        ("'5'", "5"),
        ("<<", "<<"),
        ("!!int '5'", 5),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    plain = read_tree(f"a: {written}\n", name="x").plain
    assert plain == {"a": value}
    assert isinstance(plain, dict)
    assert type(plain["a"]) is type(value)


def test_a_mark_of_the_encoding_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "marked.yaml").write_text(RUBRIC, encoding="utf-8-sig")
    assert content_text(tmp_path / "marked.yaml") == RUBRIC


def test_a_large_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("a: " + "x" * MOST_BYTES)
    with pytest.raises(ContentError, match="more than the 150,000"):
        read_content(path, Rubric)


def test_a_folder_and_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        read_content(tmp_path, Rubric)
    (tmp_path / "latin.yaml").write_bytes("title: caf\xe9".encode("latin-1"))
    with pytest.raises(ContentError, match="not UTF-8"):
        read_content(tmp_path / "latin.yaml", Rubric)


def test_the_line_of_the_first_broken_byte_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("id: a\ntitle: caf\xe9".encode("latin-1"))
    with pytest.raises(ContentError, match="line 2: is not UTF-8"):
        read_content(tmp_path / "latin.yaml", Rubric)


def test_a_link_may_stay_in_its_folder_and_lead_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "rubrics"
    (folder / "..data").mkdir(parents=True)
    (folder / "..data" / "one.yaml").write_text(RUBRIC)
    (tmp_path / "elsewhere.yaml").write_text(RUBRIC)
    (folder / "in.yaml").symlink_to("..data/one.yaml")
    (folder / "out.yaml").symlink_to("../elsewhere.yaml")
    (folder / "round.yaml").symlink_to("round.yaml")
    os.mkfifo(folder / "pipe.yaml")
    assert content_text(folder / "in.yaml") == RUBRIC
    for name, what in (("out", "leads out of its folder"), ("round", "symbolic links"), ("pipe", "no file")):
        with pytest.raises(ContentError, match=what):
            content_text(folder / f"{name}.yaml")
        with pytest.raises(ContentError, match=what):
            Library(folder, folder).rubric(name)


def test_a_name_that_is_no_utf8_can_be_said(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_text(RUBRIC)
    (name,) = Library(tmp_path, tmp_path).rubric_ids
    with pytest.raises((ContentError, NotFound)) as caught:
        Library(tmp_path, tmp_path).rubric(name)
    assert str(caught.value).encode()


@pytest.mark.parametrize("number", ["9" * 5_000, "0x" + "f" * 5_000, "0b" + "1" * 20_000])
def test_a_number_that_cannot_be_written_out_is_refused(number: str) -> None:
    with pytest.raises(ContentError, match=r"line 1: '.{60}' is not a valid int"):
        parse_content(f"version: {number}\n", Persona, name="p.yaml")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_content(text, Persona, name="p.yaml")
    assert all(message.startswith("p.yaml") for message in caught.value.problems)


def test_an_alias_bomb_is_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(30))
    started = time.monotonic()
    assert "aliases" in problem(bomb)
    assert time.monotonic() - started < 1


def test_every_shipped_persona_and_rubric_loads(library: Library) -> None:
    assert len(library.personas()) >= 6
    assert [library.rubric(rubric_id).id for rubric_id in library.rubric_ids]


def test_content_is_found_in_the_working_folder_before_the_copy_that_came_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert content_folder("personas") == ROOT / "personas"
    (tmp_path / "personas").mkdir()
    assert content_folder("personas") == ROOT / "personas"
    (tmp_path / "personas" / "mine.yaml").write_text("id: mine")
    assert content_folder("personas") == tmp_path / "personas"
    assert content_folder("personas", ROOT / "rubrics") == ROOT / "rubrics"
    with pytest.raises(ContentError, match="is not a folder"):
        content_folder("personas", tmp_path / "nowhere")


def test_the_file_name_is_the_id(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(RUBRIC)
    with pytest.raises(ContentError, match="make them agree"):
        Library(tmp_path, tmp_path).rubric("other")
