"""Puts the parts together as the settings and options say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.engines.embedded.customer import EmbeddedCustomer
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.errors import SettingsError
from simcustomer.library import Library
from simcustomer.roles import Cast, Customer, Grader

if TYPE_CHECKING:
    from simcustomer.graph import ExchangeGraph
    from simcustomer.practice import Practice
    from simcustomer.settings import Settings
    from simcustomer.store import Store

ENGINES = ("embedded",)


def library(settings: Settings) -> Library:
    """The content folders in force. Raises ContentError."""
    return Library.found(settings.personas_dir, settings.rubrics_dir)


def grader(engine: str = "embedded") -> Grader:
    """The grader of an engine. Raises SettingsError for an engine that is not there."""
    _check(engine)
    return EmbeddedGrader()


def customer(engine: str = "embedded") -> Customer:
    """The customer of an engine. Raises SettingsError for an engine that is not there."""
    _check(engine)
    return EmbeddedCustomer()


def cast(customer_engine: str = "embedded", grader_engine: str = "embedded") -> Cast:
    """The engines for a session. Raises SettingsError for an engine that is not there."""
    return Cast(customer=customer(customer_engine), grader=grader(grader_engine), coach=EmbeddedCoach())


def practice(store: Store, players: Cast, *, longest_reply: int) -> Practice:
    """The use cases on this store with these engines."""
    # LangGraph takes two seconds to import, which commands that do not practise should not pay.
    from simcustomer.graph import exchange_graph  # noqa: PLC0415
    from simcustomer.practice import Practice  # noqa: PLC0415

    return Practice(store=store, cast=players, graph=exchange_graph(players), longest_reply=longest_reply)


def studio_graph() -> ExchangeGraph:
    """The exchange graph with the embedded engines, for LangGraph Studio (see langgraph.json)."""
    from simcustomer.graph import exchange_graph  # noqa: PLC0415  # as above

    return exchange_graph(cast())


def _check(engine: str) -> None:
    if engine not in ENGINES:
        raise SettingsError(f"There is no engine {engine!r}. Choose one of: {', '.join(ENGINES)}.")
