from __future__ import annotations

import json

import pytest

from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.pasted import read_pasted

CUSTOMER, TRAINEE = Speaker.CUSTOMER, Speaker.TRAINEE


def turns(text: str) -> list[tuple[Speaker, str]]:
    (record,) = read_pasted(text, Channel.CHAT)
    return [(turn.role, turn.text) for turn in record.transcript.turns]


def test_turns_begin_with_who_speaks() -> None:
    text = "\n CUSTOMER : Where is it?\nIt was due: Monday.\n\nCustomer: Well?\nTrainee: I am sorry.\n\nNote: today.\nAgent:\n"
    assert turns(text) == [
        (CUSTOMER, "Where is it?\nIt was due: Monday.\nWell?"),
        (TRAINEE, "I am sorry.\n\nNote: today."),
    ]


def test_lines_of_json_are_taken_as_they_are() -> None:
    held = {
        "id": "a",
        "channel": "email",
        "turns": [{"role": "customer", "text": "x"}, {"role": "trainee", "text": "y"}],
    }
    first, second = read_pasted(f"{json.dumps(held)}\n\n{json.dumps(held | {'id': 'b'})}\n", Channel.CHAT)
    assert (first.id, second.id, first.channel) == ("a", "b", Channel.EMAIL)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (" \n ", "nothing to grade"),
        ("Hello\nCustomer: x", "line 1: says nobody's name"),
        ("Customer: x", "no reply to grade"),
        ("Trainee: y\nCustomer: x", "begins with the customer"),
        ("Customer:\nTrainee: y", "begins with the customer"),
        ('{"id": "a"}', "line 1, field channel"),
        ("{broken", "is not JSON"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_pasted(text, Channel.CHAT)
