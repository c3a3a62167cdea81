from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI

from simcustomer import wiring
from simcustomer.errors import StoreError
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import Store
from simcustomer.telemetry.metrics import Metrics
from simcustomer.ui.app import create_app
from simcustomer.ui.opening import Opening
from simcustomer.ui.probes import Readiness
from tests.serving import serving
from tests.support.signed_in import Browser, doorkeeper

TOKEN = "a token that nobody guesses"  # noqa: S105


@pytest.fixture
def app(practice: Practice, library: Library, store: Store) -> FastAPI:
    """For people with accounts, by one name, with a token for its metrics."""
    wiring.prepared()
    opening = Opening(hosts=("practice.example.com",), keeper=doorkeeper(store), metrics_token=TOKEN)
    return create_app(practice, library, opening=opening, metrics=Metrics())


@pytest.fixture
def browser(app: FastAPI) -> Iterator[Browser]:
    with serving(app) as port:
        yield Browser(port)


def until_ready(browser: Browser) -> dict[str, object]:
    for _ in range(60):
        told = json.loads(browser.ask("GET", "/readyz").text)
        if told["ready"]:
            break
        time.sleep(0.5)
    return told


def test_machines_are_answered_without_login_and_by_any_name(browser: Browser, practice: Practice) -> None:
    alive = browser.ask("GET", "/healthz")
    assert (alive.status, alive.text, alive.headers["cache-control"]) == (200, '{"alive":true}', "no-store")
    assert until_ready(browser) == {"ready": True, "failing": []}
    asyncio.run(practice.underway.close(0))
    stopping = browser.ask("GET", "/readyz")
    assert (stopping.status, json.loads(stopping.text)["failing"]) == (503, ["stopping"])
    assert browser.ask("GET", "/healthz").status == 200
    assert browser.ask("POST", "/healthz", "{}").status == 405


def test_metrics_are_for_whoever_brings_the_token(browser: Browser) -> None:
    for wrong in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ä"):
        refused = browser.ask("GET", "/metrics", Authorization=wrong.encode().decode("latin-1"))
        assert refused.status == 404
    told = browser.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert told.status == 200
    assert "simcustomer_exchanges_running 0.0" in told.text


def test_without_a_token_metrics_are_for_this_machine(practice: Practice, library: Library) -> None:
    with serving(create_app(practice, library, metrics=Metrics())) as port:
        browser = Browser(port)
        assert browser.ask("GET", "/metrics").status == 200
        assert browser.ask("GET", "/metrics", Host="evil.example").status == 404
        assert browser.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1").status == 404


def failing(readiness: Readiness) -> tuple[str, ...]:
    return asyncio.run(readiness.failing())


def broken() -> bool:
    raise StoreError("the password is 1234")


@pytest.mark.parametrize(("check", "expected"), [(lambda: True, ()), (lambda: False, ("part",)), (broken, ("part",))])
def test_what_fails_is_named_and_no_more(check: Callable[[], bool], expected: tuple[str, ...]) -> None:
    assert failing(Readiness({"part": check}, lambda: False)) == expected


def test_a_check_without_end_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simcustomer.ui.probes.SECONDS_TO_ANSWER", 0.1)
    held = threading.Event()
    asked: list[int] = []

    def endless() -> bool:
        asked.append(1)
        return held.wait(20)

    async def twice() -> list[tuple[str, ...]]:
        readiness = Readiness({"database": endless}, lambda: False)
        found = [await readiness.failing(), await readiness.failing()]
        held.set()
        return found

    assert asyncio.run(twice()) == [("time",), ("time",)]
    assert len(asked) == 1  # whoever asks again waits for the same look


def test_a_database_with_other_tables_is_not_ready(store: Store, practice: Practice, library: Library) -> None:
    app = create_app(practice, library)
    readiness: Readiness = app.state.readiness
    assert readiness.checks["database"]()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not readiness.checks["database"]()
