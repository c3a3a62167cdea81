"""Model-backed engines on a server of the tests, and practices with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from simcustomer import wiring
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.engines.embedded.customer import EmbeddedCustomer
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.engines.openai.casting import ModelEngines
from simcustomer.practice import Practice, Settled, begin
from simcustomer.roles import Cast
from simcustomer.settings import ModelChoice, Settings
from simcustomer.store import Store, open_store
from tests.support.model_server import ModelServer

KEY = "sk-test-1234567890abcdef"
"""The key that the tests' engines use, and that nobody may ever see."""


def settings_for(server: ModelServer, *, deadline: float = 10.0, **more: Any) -> Settings:
    """Settings with this server for every role."""
    chosen = ModelChoice(base_url=server.url, model="stub", api_key=SecretStr(KEY), deadline=deadline)
    return Settings(openai=chosen, **more)


def engines_on(server: ModelServer, **more: Any) -> ModelEngines:
    """The model-backed engines on this server."""
    return ModelEngines(settings_for(server, **more))


def cast_with(engines: ModelEngines, *roles: str) -> Cast:
    """A cast in which the model plays these roles and the embedded engines the others."""
    return Cast(
        customer=engines.customer() if "customer" in roles else EmbeddedCustomer(),
        grader=engines.grader() if "grader" in roles else EmbeddedGrader(),
        coach=engines.coach() if "coach" in roles else EmbeddedCoach(),
    )


def practice_with(cast: Cast, folder: Path) -> tuple[Practice, Store]:
    """The use cases with this cast on a database of its own."""
    store = open_store(f"sqlite:///{folder / 'practice.db'}")
    return wiring.practice(store, cast, longest_reply=5_000), store


async def said(practice: Practice, session: Session, reply: str) -> tuple[str, Session]:
    """The customer's answer as it streamed, and the session after it."""
    pieces: list[str] = []
    async for event in practice.respond(session.id, reply, owner=session.owner):
        if isinstance(event, Settled):
            session = event.session
        else:
            pieces.append(event.text)
    return "".join(pieces), session


def unstored(persona: Persona, rubric: Rubric, cast: Cast, seed: int = 5) -> Session:
    """A session that has begun and is in no store."""
    return begin(persona, rubric, cast, session_id="s", owner="o", seed=seed)
