from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import EngineError
from simcustomer.observing import Several
from simcustomer.store import open_store
from simcustomer.telemetry.metrics import Metrics
from tests.fakes import ScriptedCustomer, scripted_cast
from tests.support.model_server import model_server
from tests.support.players import honest
from tests.support.practising import settings_for

PRIVATE = "My number is 0171 555 0199."


def sample(metrics: Metrics, name: str) -> float:
    lines = metrics.text().decode().splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"simcustomer_{name} "))


def test_exchanges_and_grades_are_counted_without_a_word(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    metrics = Metrics()
    store = open_store(f"sqlite:///{tmp_path / 'm.db'}")
    practice = wiring.practice(store, scripted_cast(), longest_reply=500, observer=Several((metrics,)))
    session = practice.start(dean, rubric, owner="ann.example", seed=1)

    async def talk() -> None:
        for reply in (PRIVATE, "This is ungradable."):
            async for _ in practice.respond(session.id, reply, owner="ann.example"):
                pass

    asyncio.run(talk())
    assert sample(metrics, 'exchanges_total{ending="done"}') == 2
    assert sample(metrics, "first_word_seconds_count") == 2
    assert sample(metrics, "grade_seconds_count") == 2
    assert sample(metrics, "ungraded_total") == 1
    assert sample(metrics, "exchanges_running") == 0
    told = metrics.text().decode()
    assert not [word for word in ("0171", "ann.example", session.id, dean.id, dean.name) if word in told]
    store.close()


def test_what_failed_is_counted_as_failed(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    class Mute(ScriptedCustomer):
        async def answer(self, scene, react):  # type: ignore[no-untyped-def,override]
            raise EngineError("the line is dead")
            yield ""

    metrics = Metrics()
    store = open_store(f"sqlite:///{tmp_path / 'm.db'}")
    practice = wiring.practice(store, scripted_cast(Mute()), longest_reply=500, observer=metrics)
    session = practice.start(dean, rubric, owner="o", seed=1)

    async def talk() -> None:
        async for _ in practice.respond(session.id, "Hello.", owner="o"):
            pass

    with pytest.raises(EngineError):
        asyncio.run(talk())
    assert sample(metrics, 'exchanges_total{ending="failed"}') == 1
    assert sample(metrics, "exchange_seconds_count") == 0
    store.close()


def test_calls_to_models_are_counted_by_role(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    metrics = Metrics()

    async def talk() -> None:
        async with model_server(honest) as server:
            models = wiring.Models(settings_for(server, deadline=60), metrics=metrics)
            store = open_store(f"sqlite:///{tmp_path / 'm.db'}")
            practice = wiring.practice(store, wiring.cast("openai", "openai", models=models), longest_reply=500)
            session = practice.start(dean, rubric, owner="o", seed=1)
            async for _ in practice.respond(session.id, "I am sorry that nobody came.", owner="o"):
                pass
            store.close()

    asyncio.run(talk())
    assert sample(metrics, 'model_calls_total{outcome="ok",role="customer"}') >= 1
    assert sample(metrics, 'model_calls_total{outcome="ok",role="grader"}') == 1
    assert sample(metrics, 'model_tokens_total{direction="prompt",role="grader"}') > 100
    metrics.guarded("customer", "repetition")
    assert sample(metrics, 'model_guards_total{guard="repetition",role="customer"}') == 1
