"""Scripted trainees speak to the customer, answer what they are asked, and do not repeat themselves."""

from __future__ import annotations

import asyncio
import re

import pytest

from simcustomer.domain.transcript import Speaker, Transcript, Turn
from simcustomer.engines.embedded.coach import offered
from simcustomer.engines.embedded.trainees import LEVELS, trainee_of
from simcustomer.library import Library
from simcustomer.roles import TraineeView


def view(library: Library, persona_id: str, *said: str, seed: int = 1) -> TraineeView:
    persona = library.persona(persona_id)
    turns = [Turn(role=(Speaker.CUSTOMER, Speaker.TRAINEE)[i % 2], text=text) for i, text in enumerate(said)]
    return TraineeView(persona.brief, persona.name, persona.channel, Transcript(turns=tuple(turns)), seed)


def reply(level: str, seen: TraineeView) -> str:
    return asyncio.run(trainee_of(level).reply(seen))


@pytest.mark.parametrize(
    ("permission", "said"),
    [
        ("Pay £30 for each missed visit.", "I can pay £30 for each missed visit."),
        ("Roll it back, with the customer's consent.", "I can roll it back, if you agree."),
        ("Give your direct line, and ring yourself at 11.", "I can give my direct line, and ring you myself at 11."),
    ],
)
def test_a_permission_is_said_to_the_customer(permission: str, said: str) -> None:
    assert offered(permission) == said


def test_no_shipped_option_speaks_of_the_customer_as_someone_else(library: Library) -> None:
    for persona in library.personas():
        for permission in persona.brief.may:
            assert not re.search(r"\b(?:her|hers|she|him|he|the customer|the tenant)\b", offered(permission)), (
                persona.id,
                permission,
            )


def test_a_clause_is_given_back_only_where_it_can_be(library: Library) -> None:
    for seed in range(12):
        dialect = reply(
            "expert",
            view(library, "no-heat-third-visit", "I've reset it till me thumb's sore on the boiler.", seed=seed),
        )
        assert "thumb" not in dialect
        idle = reply(
            "expert",
            view(library, "long-story-short", "I shan't keep you. I could have done with you yesterday.", seed=seed),
        )
        assert "keep you" not in idle


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Who, though? Give us a name.", "Robin"),
        ("When's that in actual hours?", "5pm"),
        ("How will I know it's happening?", "writ"),
    ],
)
def test_an_expert_answers_the_customers_question(library: Library, asked: str, answer: str) -> None:
    said = reply("expert", view(library, "no-heat-third-visit", "Nobody came.", "I'm sorry.", asked))
    assert answer in said


def test_an_hour_is_promised_once(library: Library) -> None:
    persona = library.persona("no-heat-third-visit")
    said = ["Nobody came."]
    for _ in range(5):
        said.append(reply("expert", view(library, persona.id, *said)))
        said.append("Go on.")
    assert sum("ring you at 4pm" in text for text in said) == 1


@pytest.mark.parametrize("level", LEVELS)
def test_no_reply_is_said_twice_while_there_is_something_new(library: Library, level: str) -> None:
    said = ["Nobody came."]
    for _ in range(5):
        said.append(reply(level, view(library, "no-heat-third-visit", *said)))
        said.append("Go on.")
    mine = said[1::2]
    assert len(set(mine)) == len(mine)


def test_a_grumble_is_no_abuse(library: Library) -> None:
    said = reply(
        "average", view(library, "no-heat-third-visit", "Hello?", "Sorry.", "I don't care whose day it messes up.")
    )
    assert "speak to me like that" not in said
    insulted = reply("average", view(library, "no-heat-third-visit", "Hello?", "Sorry.", "You useless clowns."))
    assert "speak to me like that" in insulted


def test_people_are_called_by_the_name_they_go_by(library: Library) -> None:
    assert "Mr Pritchard" in reply("average", view(library, "app-that-ate-the-branch", "Hello?"))
    assert "Dean Ackroyd" not in reply("average", view(library, "no-heat-third-visit", "Hello?"))


def test_nobody_offers_to_end_the_conversation(library: Library) -> None:
    said = ["Hello?"]
    for _ in range(8):
        said.append(reply("expert", view(library, "door-to-door-insults", *said)))
        said.append("Go on.")
    assert not [text for text in said if "end a chat" in text.lower()]
