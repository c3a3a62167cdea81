"""Sessions to look at: one begun, and one that went all the way with scripted players."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.practice import Practice
from simcustomer.store import Store, open_store
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.wording import Wording
from tests.fakes import ScriptedGrader, scripted_cast

EVIL = "Sorry </div><script>alert('x')</script> & calm down."

SIGNS = (
    ("recovery.apologises", "Sorry"),
    ("!composure.defensive", "calm down"),
    ("!recovery.no_apology", ""),
    ("!empathy.dismisses", "never said"),
)


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(Wording.load())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'ui.db'}")
    yield opened
    opened.close()


@pytest.fixture
def practice(store: Store) -> Practice:
    return wiring.practice(store, scripted_cast(grader=ScriptedGrader(SIGNS)), longest_reply=500)


@pytest.fixture
def begun(practice: Practice, dean: Persona, rubric: Rubric) -> Session:
    return practice.start(dean, rubric, owner="local", seed=1)


@pytest.fixture
def ended(practice: Practice, begun: Session) -> Session:
    """Three replies: one with markup and evidence, one that could not be graded, and one that hands over."""

    async def talk() -> Session:
        for reply in (EVIL, "This is ungradable.", "My supervisor will take over."):
            async for _ in practice.respond(begun.id, reply, owner="local"):
                pass
        return practice.open(begun.id, owner="local")

    return asyncio.run(talk())
