"""The coach and the trainee that a model plays."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Debrief, Session
from simcustomer.domain.transcript import Speaker, Transcript, Turn
from simcustomer.engines.embedded.trainees import LEVELS
from simcustomer.errors import NotFound
from simcustomer.roles import TraineeView
from tests.support.model_server import Body, ModelServer, model_server
from tests.support.players import debriefs
from tests.support.practising import cast_with, engines_on, practice_with, said

REPLY = "I am sorry that nobody came three times, Dean."


def debriefed(
    change: Callable[[Body], Body], dean: Persona, rubric: Rubric, folder: Path
) -> tuple[Debrief, ModelServer]:
    async def run() -> tuple[Session, ModelServer]:
        async with model_server(lambda body: json.dumps(change(debriefs(body)))) as server:
            practice, store = practice_with(cast_with(engines_on(server), "coach"), folder)
            session = practice.start(dean, rubric, owner="o", seed=1)
            _, session = await said(practice, session, REPLY)
            session = await practice.finish(session.id, owner="o")
            store.close()
            return session, server

    session, server = asyncio.run(run())
    assert session.debrief is not None
    return session.debrief, server


def test_a_debrief_quotes_what_was_said(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    debrief, server = debriefed(lambda made: made, dean, rubric, tmp_path)
    assert debrief.summary == f"It went as it went with {dean.name}."
    assert all(note.quote in REPLY and note.quote for note in (*debrief.strengths, *debrief.improvements))
    assert debrief.rewrites[0].instead_of == REPLY
    text = json.dumps(server.requests[0], ensure_ascii=False)
    assert dean.brief.must_not[0] in text
    assert dean.hidden_need not in text


def test_a_coach_is_told_what_each_level_rests_on(dean: Persona, rubric: Rubric, tmp_path: Path) -> None:
    _, server = debriefed(lambda made: made, dean, rubric, tmp_path)
    case = server.requests[0]["messages"][1]["content"]
    found = case.split("Levels:\n<<", 1)[1].split(">>", 1)[0].splitlines()[1:-1]
    assert [
        line for line in found if re.fullmatch(r'recovery \d: \+ (\w+, )*apologises(, \w+)* "[^"]*sorry[^"]*".*', line)
    ]
    quotes = [quote for line in found for quote in re.findall(r'"([^"]*)"', line)]
    assert [quote for quote in quotes if quote.removesuffix("…") not in REPLY] == []


def misquoting(made: Body) -> Body:
    made["strengths"][0]["quote"] = "I feel your pain"
    return made


def of_no_reply(made: Body) -> Body:
    made["rewrites"][0]["exchange"] = 7
    return made


def of_no_technique(made: Body) -> Body:
    made["improvements"][0]["technique"] = "charm"
    return made


def giving_away(made: Body) -> Body:
    made["rewrites"][0]["suggestion"] = "Here is £750 for your trouble."
    return made


@pytest.mark.parametrize("change", [misquoting, of_no_reply, of_no_technique, giving_away, lambda _: {"summary": "ok"}])
def test_an_unusable_debrief_is_asked_for_again_then_made_by_rules(
    change: Callable[[Body], Body], dean: Persona, rubric: Rubric, tmp_path: Path
) -> None:
    debrief, server = debriefed(change, dean, rubric, tmp_path)
    assert len(server.requests) == 2
    assert "made by rules" in debrief.summary
    assert debrief.improvements
    assert "£750" not in debrief.model_dump_json()


def test_a_trainee_of_each_level_knows_the_brief_and_nothing_hidden(dean: Persona, rubric: Rubric) -> None:
    async def run() -> list[Body]:
        async with model_server(lambda _: "I am sorry, Dean.") as server:
            engines = engines_on(server)
            transcript = Transcript(turns=(Turn(role=Speaker.CUSTOMER, text="Nobody came."),))
            view = TraineeView(dean.brief, dean.name, dean.channel, transcript, seed=1)
            for level in LEVELS:
                assert await engines.trainee(level).reply(view) == "I am sorry, Dean."
            with pytest.raises(NotFound, match="expert"):
                engines.trainee("genius")
            return server.requests

    requests = asyncio.run(run())
    assert len({request["messages"][0]["content"] for request in requests}) == len(LEVELS)
    text = json.dumps(requests, ensure_ascii=False)
    assert not [fact.text for fact in dean.facts if fact.reveal.when != "opening" and fact.text in text]
