"""Puts the parts together as the settings and options say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from simcustomer.engines.embedded.adviser import EmbeddedAdviser
from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.engines.embedded.customer import EmbeddedCustomer
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.engines.embedded.trainees import trainee_of
from simcustomer.errors import SettingsError
from simcustomer.library import Library
from simcustomer.roles import Adviser, Cast, Coach, Customer, Grader, Trainee
from simcustomer.settings import Settings, load_settings

if TYPE_CHECKING:
    from simcustomer.engines.openai.casting import ModelEngines
    from simcustomer.engines.openai.usage import Totals
    from simcustomer.graph import ExchangeGraph
    from simcustomer.practice import Practice
    from simcustomer.store import Store

ENGINES = ("embedded", "openai")


@dataclass(frozen=True)
class Models:
    """Where model-backed engines are: the settings of their servers, or folders to record calls in and replay them from."""

    settings: Settings
    record: Path | None = None
    replay: Path | None = None

    @cached_property
    def engines(self) -> ModelEngines:
        """The engines; the openai package is loaded here and nowhere else."""
        if self.record is not None and self.replay is not None:
            raise SettingsError("Give --record or --replay, not both.")
        # The embedded engines must not pay for a package that they do not use.
        from simcustomer.engines.openai.casting import ModelEngines  # noqa: PLC0415

        return ModelEngines(self.settings, record=self.record, replay=self.replay)

    def totals(self) -> Totals | None:
        """What the calls so far came to; None where there were none."""
        if "engines" not in self.__dict__:
            return None
        from simcustomer.engines.openai.usage import Totals  # noqa: PLC0415  # as above

        records = self.engines.ledger.records()
        return Totals.of(records) if records else None


def library(settings: Settings) -> Library:
    """The content folders in force. Raises ContentError."""
    return Library.found(settings.personas_dir, settings.rubrics_dir)


def grader(engine: str = "embedded", models: Models | None = None) -> Grader:
    """The grader of an engine. Raises SettingsError for an engine that is not there, or a model that is not set."""
    return _models(models).engines.grader() if _is_model(engine) else EmbeddedGrader()


def customer(engine: str = "embedded", models: Models | None = None) -> Customer:
    """The customer of an engine. Raises SettingsError as `grader` does."""
    return _models(models).engines.customer() if _is_model(engine) else EmbeddedCustomer()


def coach(engine: str = "embedded", models: Models | None = None) -> Coach:
    """The coach of an engine. Raises SettingsError as `grader` does."""
    return _models(models).engines.coach() if _is_model(engine) else EmbeddedCoach()


def trainee(level: str, engine: str = "embedded", models: Models | None = None) -> Trainee:
    """The simulated trainee of a level. Raises SettingsError as `grader` does, and NotFound."""
    return _models(models).engines.trainee(level) if _is_model(engine) else trainee_of(level)


def adviser() -> Adviser:
    """What gives hints: the embedded one, also beside a model, so that no hidden part of a case is ever sent for one."""
    return EmbeddedAdviser()


def cast(
    customer_engine: str = "embedded",
    grader_engine: str = "embedded",
    coach_engine: str = "embedded",
    *,
    models: Models | None = None,
) -> Cast:
    """The engines for a session, model-backed ones with one account of their calls. Raises SettingsError."""
    engines = (customer_engine, grader_engine, coach_engine)
    shared = _models(models) if any(_is_model(engine) for engine in engines) else None
    return Cast(
        customer=customer(customer_engine, shared),
        grader=grader(grader_engine, shared),
        coach=coach(coach_engine, shared),
    )


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


def _models(models: Models | None) -> Models:
    return models or Models(load_settings())


def _is_model(engine: str) -> bool:
    """Whether an engine is model-backed. Raises SettingsError for one that is not there."""
    if engine not in ENGINES:
        raise SettingsError(f"There is no engine {engine!r}. Choose one of: {', '.join(ENGINES)}.")
    return engine == "openai"
