"""Builds the parts from the settings and options, and puts them together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from simcustomer.domain.limits import Limits
from simcustomer.engines.embedded.adviser import EmbeddedAdviser
from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.engines.embedded.customer import EmbeddedCustomer
from simcustomer.engines.embedded.grader import LEXICON as GRADING
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.trainees import trainee_of
from simcustomer.engines.embedded.understanding import LEXICON
from simcustomer.errors import SettingsError
from simcustomer.library import Library
from simcustomer.observing import NOBODY, Observer
from simcustomer.roles import Adviser, Cast, Coach, Customer, Grader, Trainee
from simcustomer.settings import Settings, database_exists, load_settings

if TYPE_CHECKING:
    from simcustomer.accounts import Accounts
    from simcustomer.engines.openai.casting import ModelEngines
    from simcustomer.engines.openai.usage import CallRecord, Totals
    from simcustomer.graph import ExchangeGraph
    from simcustomer.oidc import Provider
    from simcustomer.practice import Practice
    from simcustomer.signing_in import Doorkeeper
    from simcustomer.store import Store
    from simcustomer.studio import Studio
    from simcustomer.team import Team
    from simcustomer.telemetry.metrics import Metrics
    from simcustomer.telemetry.traces import Traces

ENGINES = ("embedded", "openai")


@dataclass(frozen=True)
class Models:
    """Where model-backed engines are: the settings of their servers, or folders to record calls in and replay them from.

    `metrics` counts the calls.
    """

    settings: Settings
    record: Path | None = None
    replay: Path | None = None
    metrics: Metrics | None = None

    @cached_property
    def engines(self) -> ModelEngines:
        """The engines; the openai package is loaded here and nowhere else."""
        if self.record is not None and self.replay is not None:
            raise SettingsError("Give --record or --replay, not both.")
        # The embedded engines must not pay for a package that they do not use.
        from simcustomer.engines.openai.casting import ModelEngines  # noqa: PLC0415

        return ModelEngines(self.settings, record=self.record, replay=self.replay, heard=self._heard)

    def _heard(self, record: CallRecord) -> None:
        if self.metrics is None:
            return
        if record.guard is not None:
            self.metrics.guarded(record.role, record.guard)
        else:
            self.metrics.called(
                record.role, record.outcome, prompt=record.prompt or 0, completion=record.completion or 0
            )

    @property
    def _were_used(self) -> bool:
        # To ask for the engines would make them, and load their package.
        return "engines" in self.__dict__

    def totals(self) -> Totals | None:
        """What the calls so far add up to; None where there were none."""
        if not self._were_used:
            return None
        from simcustomer.engines.openai.usage import Totals  # noqa: PLC0415  # as above

        records = self.engines.ledger.records()
        return Totals.of(records) if records else None

    def spent(self) -> Totals | None:
        """What the calls since the last time add up to; None where there were none."""
        if not self._were_used:
            return None
        from simcustomer.engines.openai.usage import Totals  # noqa: PLC0415  # as above

        records = self.engines.ledger.drained()
        return Totals.of(records) if records else None


def library(settings: Settings) -> Library:
    """The content folders in force. Raises ContentError."""
    return Library.found(settings.personas_dir, settings.rubrics_dir)


def published(settings: Settings) -> Library:
    """The content folders with what the studio has published over them, as it is now. Raises ContentError, StoreError."""
    # A command that finds no database must neither make one nor pay for its packages.
    if not database_exists(settings.database_url):
        return library(settings)
    from simcustomer.store import read_shelf  # noqa: PLC0415

    return Library.found(settings.personas_dir, settings.rubrics_dir, read_shelf(settings.database_url))


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
    """What gives hints: always the embedded engine, so that no hidden part of a case is ever sent to a model for one."""
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
        meter=shared.engines.ledger if shared else None,
    )


def practice(
    store: Store, players: Cast, *, longest_reply: int, limits: Limits | None = None, observer: Observer = NOBODY
) -> Practice:
    """The use cases on this store with these engines, within limits where there are any."""
    from simcustomer.practice import Practice  # noqa: PLC0415  # commands that do not practise should not pay for it

    return Practice(
        store=store,
        cast=players,
        longest_reply=longest_reply,
        limits=limits or Limits(),
        observer=observer,
    )


@cache
def prepared() -> bool:
    """Do what the first reply would wait for, for seconds: load LangGraph and read the lexicons."""
    studio_graph()
    for names in ((*LEXICON,), ("stop", "acts"), GRADING):
        load_lexicon(*names).prepare()
    return True


def traces(settings: Settings) -> Traces | None:
    """What sends traces to the collector that is set; None where none is. Raises SettingsError without the extra."""
    if settings.traces_endpoint is None:
        return None
    try:
        from simcustomer.telemetry.traces import Traces  # noqa: PLC0415  # an extra, and slow to import
    except ImportError as error:
        raise SettingsError(
            "SIMCUSTOMER_TRACES_ENDPOINT is set, and what sends traces is not installed. "
            "Install the extra simcustomer[otel], or take the setting away."
        ) from error
    return Traces(settings.traces_endpoint)


def team(store: Store, *, has_accounts: bool) -> Team:
    """Teams over this store: those of its accounts, or the team of one of the mode without."""
    # The tables of accounts are for commands that deal with accounts, and for a server that has some.
    from simcustomer.store import AccountStore, AuditLog  # noqa: PLC0415
    from simcustomer.team import Audit, Directory, Team  # noqa: PLC0415

    if not has_accounts:
        return Team(store)
    return Team(store, Directory(AccountStore(store.engine)), Audit(AuditLog(store.engine)))


def accounts(store: Store) -> Accounts:
    """The use cases of accounts on this store."""
    # argon2 and the tables of accounts are for commands that deal with accounts, and for a server that has some.
    from simcustomer.accounts import Accounts  # noqa: PLC0415
    from simcustomer.passwords import Passwords  # noqa: PLC0415
    from simcustomer.store import AccountStore, AuditLog  # noqa: PLC0415

    return Accounts(AccountStore(store.engine), AuditLog(store.engine), Passwords())


def doorkeeper(settings: Settings, store: Store) -> Doorkeeper:
    """Signing in and out, with this store's accounts."""
    from simcustomer.passwords import Passwords  # noqa: PLC0415  # as above
    from simcustomer.signing_in import Doorkeeper, Lifetimes  # noqa: PLC0415
    from simcustomer.store import AccountStore, AuditLog, LoginStore  # noqa: PLC0415

    passwords = Passwords()
    passwords.prepare()
    return Doorkeeper(
        AccountStore(store.engine),
        LoginStore(store.engine),
        AuditLog(store.engine),
        passwords,
        Lifetimes(most=settings.signed_in_hours * 3600, idle=settings.idle_hours * 3600),
    )


def provider(settings: Settings, keeper: Doorkeeper) -> Provider | None:
    """The provider of sign-in that is set; None where none is. Raises SettingsError."""
    if not settings.oidc.is_set:
        return None
    from simcustomer.oidc import Provider  # noqa: PLC0415  # half a second that only those who use it should pay

    return Provider.of(settings.oidc, keeper)


def studio(use: Practice, content: Library, *, rubric_id: str) -> Studio:
    """What authors work with, on the store of these use cases and this content."""
    from simcustomer.engines.embedded.trainees import LEVELS  # noqa: PLC0415  # as in `practice`
    from simcustomer.store import Drafts, Editions  # noqa: PLC0415
    from simcustomer.studio import Bench, Studio, Writing  # noqa: PLC0415

    engine = use.store.engine
    return Studio(
        writing=Writing(content, Editions(engine), Drafts(engine)),
        bench=Bench(cast(), [trainee_of(level) for level in LEVELS]),
        practice=use,
        rubric_id=rubric_id,
    )


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
