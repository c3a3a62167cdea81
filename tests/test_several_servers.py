"""Two server processes over one PostgreSQL: what is begun at one goes on at the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import postgres_url
from tests.support.paced_model import GREETING, paced_model
from tests.support.server_process import ServerProcess, on_model, server_process
from tests.support.web_visitor import Answered, WebVisitor

REPLY = "I am sorry about this. I can send somebody tomorrow between 8 and 10. Would that help?"
SETTINGS = {"SIMCUSTOMER_STOP_SECONDS": "0.5"}


@pytest.fixture
def database() -> str:
    base, _, name = postgres_url().rpartition("/")
    url = f"{base}/{name}_several"
    plain = base.replace("+psycopg", "")
    named = sql.Identifier(f"{name}_several")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(named))
    return url


async def stopped_halfway(first: ServerProcess, second: ServerProcess) -> tuple[Answered, Answered, str]:
    """What the trainee saw of the server that stopped, of the other one, and the page with what was kept."""
    visitor = WebVisitor(first.port)
    controls = await visitor.controls()
    await visitor.start(controls, "no-heat-third-visit")
    cut = asyncio.create_task(visitor.say(controls, REPLY, GREETING))
    claimed = WebVisitor(second.port, session_id=visitor.session_id)
    while REPLY[:30] not in await claimed.shown():
        await asyncio.sleep(0.1)
    first.terminate()
    seen = await cut
    # The same reply for the same turn: what the page's “try again” comes to. The model of this server is quick.
    again = await claimed.say(controls, REPLY, GREETING)
    return seen, again, await claimed.shown()


@pytest.mark.postgres
def test_a_practice_goes_on_at_another_server_when_its_own_stops(tmp_path: Path, database: str) -> None:
    with (
        paced_model(45.0, 0.0) as slow,
        paced_model(0.1, 0.0) as quick,
        server_process(database, tmp_path, "--engine", "openai", settings=on_model(slow) | SETTINGS) as first,
        server_process(database, tmp_path, "--engine", "openai", settings=on_model(quick) | SETTINGS) as second,
    ):
        seen, again, page = asyncio.run(stopped_halfway(first, second))
        assert first.process.wait(timeout=30) == 0
    assert seen.first_word is None
    assert again.problem == ""
    assert page.count(REPLY[:30]) == 1
    assert GREETING in page
