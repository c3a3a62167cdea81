from __future__ import annotations

import re
from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.labels import RatedConversation, read_labels
from tests.conftest import ROOT
from tests.evaluation.conftest import Rated, line

HEAD = "id,channel,turn,role,text,rater,recovery,closing,overall\n"
CUSTOMER = "a,chat,0,customer,Where is it?,,,,\n"


def read(tmp_path: Path, rubric: Rubric, text: str, name: str = "labels.csv") -> tuple[RatedReply, ...]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_labels(path, rubric)


def test_the_examples_of_the_documents_say_the_same(tmp_path: Path, rubric: Rubric) -> None:
    document = (ROOT / "docs" / "evals.md").read_text(encoding="utf-8")
    found: dict[str, str] = dict(re.findall(r"```(json|csv)\n(.*?)```", document, re.DOTALL))
    (from_lines,) = read(tmp_path, rubric, found["json"], "labels.jsonl")
    (from_rows,) = read(tmp_path, rubric, found["csv"])
    assert from_lines.reply == from_rows.reply == "I am sorry. I will find out today."
    assert from_lines.rating.levels == {"recovery": 2, "closing": None}
    assert from_rows.rating.levels == {"recovery": 1, "closing": None}
    assert [rater.levels["recovery"] for rater in from_rows.rating.raters] == [2, 1]


def test_several_raters_are_taken_by_their_median(rated: Rated) -> None:
    levels = [(1, 3, 3), (None, None, 2), (None, 2, 3), (0, None), (None, None)]
    replies = rated([("x", [{"empathy": level} for level in each]) for each in levels])
    assert [reply.rating.levels["empathy"] for reply in replies] == [3, None, 2, 0, None]


def test_a_cell_may_hold_commas_quotes_and_lines(tmp_path: Path, rubric: Rubric) -> None:
    text = HEAD + CUSTOMER + 'a,chat,,trainee,"Sorry, ""truly"".\nToday\u2028then.",,2,,\n'
    (reply,) = read(tmp_path, rubric, text)
    assert reply.reply == 'Sorry, "truly".\nToday\u2028then.'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,text\n", "line 1: has no column channel, role"),
        (HEAD + CUSTOMER + "a,chat,,trainee,Sorry.,,4,,\n", "line 3, field recovery: '4' is no level"),
        (HEAD + CUSTOMER + "a,chat,7,trainee,Sorry.,,2,,\n", "line 3, field turn: '7' is neither 1"),
        (HEAD + CUSTOMER + "a,chat,,trainee,Sorry.\n", "line 3: has fewer cells"),
        (HEAD + CUSTOMER + "a,chat,\u00b2,trainee,Sorry.,,2,,\n", "line 3, field turn: '\u00b2' is neither 1"),
        (HEAD + CUSTOMER + f"a,chat,{'9' * 5_000},trainee,Sorry.,,2,,\n", "line 3, field turn: '9{60}' is neither 1"),
        (HEAD + "a,chat,,customer,Where?,,2,,\n", "line 2.*turn 0 is no trainee reply"),
        (HEAD + "a,fax,,customer,Where?,,,,\n", "line 2, field channel"),
        (HEAD.replace("closing", "charm") + CUSTOMER + "a,chat,,trainee,Sorry.,,,2,\n", "charm is no technique"),
        (HEAD + CUSTOMER, "holds no rated reply"),
        ("", "line 1: has no column"),
    ],
)
def test_mistakes_of_a_csv_file_are_named_by_line_and_field(
    tmp_path: Path, rubric: Rubric, text: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        read(tmp_path, rubric, text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "line 1: is not JSON"),
        (f'{{"id": {"9" * 5_000}}}', "line 1: is not JSON .*4300 digits"),
        ('\n{"id": "a"}', "line 2, field channel"),
        (line("a", "x", [{"empathy": 5}]), "line 1, field ratings.0.levels.empathy"),
        (line("a", "x", [{"charm": 1}]), "line 1, field levels: charm is no technique"),
        (line("a", "x", [{"empathy": 1}]).replace('"turn": 1', '"turn": 0'), "turn 0 is no trainee reply"),
        ("\n".join([line("a", "x", [{"empathy": 1}])] * 2), "line 2, field id: 'a' stands twice"),
    ],
)
def test_mistakes_of_a_jsonl_file_are_named_by_line_and_field(
    tmp_path: Path, rubric: Rubric, text: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        read(tmp_path, rubric, text, "labels.jsonl")


def test_all_mistakes_are_told_at_once(tmp_path: Path, rubric: Rubric) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, rubric, "{\n" * 10, "labels.jsonl")
    assert "line 8" in str(caught.value)
    assert "2 more problems" in str(caught.value)


def test_what_is_written_in_the_form_can_be_read_again(tmp_path: Path, rubric: Rubric) -> None:
    text = line("a", "x", [{"empathy": 1, "closing": None, "overall": 2}, {"empathy": 3}])
    exported = RatedConversation.model_validate_json(text).model_dump_json()
    assert read(tmp_path, rubric, exported, "a.jsonl") == read(tmp_path, rubric, text, "b.jsonl")
