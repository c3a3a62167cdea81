"""What every test may use: a database of its own, the shipped content, and an event loop."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.library import Library

ROOT = Path(__file__).parent.parent


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a browser or a server that is not there, unless this run must not skip it."""
    if item.get_closest_marker("slow") and os.environ.get("SIMCUSTOMER_TEST_SLOW") != "1":
        pytest.skip("the long form; set SIMCUSTOMER_TEST_SLOW=1 to run it")
    required = os.environ.get("SIMCUSTOMER_TEST_REQUIRE", "").split(",")
    for need, missing in (("browser", _no_browser), ("postgres", _no_postgres), ("ray", _no_ray)):
        if item.get_closest_marker(need) and (reason := missing()):
            if need in required:
                pytest.fail(f"{reason}, and SIMCUSTOMER_TEST_REQUIRE asks for it")
            pytest.skip(reason)


def _no_browser() -> str:
    chosen = os.environ.get("SIMCUSTOMER_CHROMIUM", "/usr/bin/chromium")
    return "" if shutil.which(chosen) else f"no browser at {chosen}; install chromium or set SIMCUSTOMER_CHROMIUM"


def _no_ray() -> str:
    return "" if find_spec("ray") else "Ray Data is not installed; install simcustomer[ray]"


def _no_postgres() -> str:
    try:
        _own_database()
        psycopg.connect(postgres_url().replace("+psycopg", ""), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return f"no PostgreSQL: {str(error).splitlines()[0]}; start one or set SIMCUSTOMER_TEST_POSTGRES_URL"
    return ""


def postgres_url() -> str:
    """The database of this worker: two that run side by side must not meet in one."""
    url = os.environ.get("SIMCUSTOMER_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return f"{url}_{worker}" if worker else url


def _own_database() -> None:
    base, _, name = postgres_url().replace("+psycopg", "").rpartition("/")
    with psycopg.connect(f"{base}/postgres", connect_timeout=3, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(ROOT / "personas", ROOT / "rubrics")


@pytest.fixture(scope="session")
def rubric(library: Library) -> Rubric:
    return library.rubric()


@pytest.fixture(scope="session")
def dean(library: Library) -> Persona:
    return library.persona("no-heat-third-visit")


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the settings or writes the database of whoever runs it."""
    for name in list(os.environ):
        if (
            name.startswith(("SIMCUSTOMER_", "OPENAI_"))
            and not name.startswith("SIMCUSTOMER_TEST")
            and name != "SIMCUSTOMER_CHROMIUM"
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SIMCUSTOMER_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    monkeypatch.setenv("SIMCUSTOMER_LAB_DIR", str(tmp_path / "lab"))
    monkeypatch.setenv("SIMCUSTOMER_PERSONAS_DIR", str(ROOT / "personas"))
    monkeypatch.setenv("SIMCUSTOMER_RUBRICS_DIR", str(ROOT / "rubrics"))
