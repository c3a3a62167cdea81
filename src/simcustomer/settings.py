"""Settings from `SIMCUSTOMER_*` variables and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from simcustomer.domain.accounts import Role
from simcustomer.domain.limits import Limits
from simcustomer.errors import SettingsError


def default_lab_dir() -> Path:
    """A folder in the user's data folder."""
    return user_data_path("simcustomer") / "lab"


def default_database_url() -> str:
    """SQLite in the user's data folder."""
    return f"sqlite:///{user_data_path('simcustomer') / 'simcustomer.db'}"


ModelRole = Literal["customer", "grader", "coach", "trainee"]
MODEL_ROLES: tuple[ModelRole, ...] = ("customer", "grader", "coach", "trainee")


class ModelChoice(BaseModel):
    """Which model plays a role and how; None means as set for all roles.

    `structured` is what the server can do to keep an answer in its form; `auto` finds out. `deadline` is in seconds for
    all calls of one answer together. `tokens` is the most that one call may answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str | None = None
    api_key: SecretStr | None = None
    model: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    seed: int | None = None
    tokens: Annotated[int, Field(ge=64, le=200_000)] | None = None
    deadline: Annotated[float, Field(gt=0, le=86_400)] | None = None
    structured: Literal["auto", "json_schema", "json_object", "plain"] | None = None

    def over(self, other: ModelChoice) -> ModelChoice:
        """This choice where it says something, the other where it does not."""
        return other.model_copy(update={name: value for name, value in self if value is not None})


class Price(BaseModel):
    """What a million tokens of a model cost, in any one currency; `cached` is for input that the server had cached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]
    cached: Annotated[float, Field(ge=0)] | None = None


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
"""Values separated by commas."""


class SignOn(BaseModel):
    """An OpenID Connect provider that people may sign in by; none where `issuer` is not set.

    `roles_claim` names the claim that holds a person's groups, with dots into nested ones, and `roles` which group gives
    which role. `domains` are the ends of the email addresses that may sign in, with commas; empty: all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str | None = None
    client_id: str = ""
    client_secret: SecretStr | None = None
    label: str = ""
    roles_claim: str | None = None
    roles: dict[str, Role] = Field(default_factory=dict[str, Role])
    domains: str = ""

    @property
    def is_set(self) -> bool:
        """Whether people may sign in this way."""
        return self.issuer is not None


class Settings(BaseSettings):
    """What may be set from outside; every field is `SIMCUSTOMER_` and its name in capitals.

    Fields of a model choice follow behind another underscore: `SIMCUSTOMER_GRADER_MODEL`. `openai` is for all roles.
    """

    model_config = SettingsConfigDict(
        env_prefix="SIMCUSTOMER_",
        env_file=".env",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
    )

    database_url: str = Field(default_factory=default_database_url)
    personas_dir: Path | None = None
    rubrics_dir: Path | None = None
    evals_dir: Path | None = None
    lab_dir: Path = Field(default_factory=default_lab_dir)
    lab_at_once: Annotated[int, Field(ge=1, le=8)] = 1
    rubric: str = "difficult-conversations"
    longest_reply: Annotated[int, Field(ge=200, le=20_000)] = 5_000
    openai: ModelChoice = ModelChoice()
    customer: ModelChoice = ModelChoice()
    grader: ModelChoice = ModelChoice()
    coach: ModelChoice = ModelChoice()
    trainee: ModelChoice = ModelChoice()
    samples: Annotated[int, Field(ge=1, le=15)] = 1
    batching: Literal["all", "technique"] = "all"
    prices: dict[str, Price] = Field(default_factory=dict[str, Price])
    usage_log: Path | None = None
    limits: Limits = Limits()
    accounts: bool = False
    hosts: Listed = ()
    proxies: Listed = ()
    signed_in_hours: Annotated[float, Field(gt=0, le=24 * 90)] = 12
    idle_hours: Annotated[float, Field(gt=0, le=24 * 90)] = 2
    oidc: SignOn = SignOn()
    stop_seconds: Annotated[float, Field(ge=0, le=3600)] = 8
    metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    traces_endpoint: str | None = None

    def choice(self, role: ModelRole) -> ModelChoice:
        """The model chosen for a role: its own settings over those for all roles."""
        own: ModelChoice = getattr(self, role)
        return own.over(self.openai)


def database_exists(url: str) -> bool:
    """Whether there is a database to read: a file that is there, or a server."""
    kind, _, path = url.partition("://")
    return not kind.startswith("sqlite") or Path(path.removeprefix("/").partition("?")[0]).is_file()


def load_settings() -> Settings:
    """The settings in force. Raises SettingsError that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"SIMCUSTOMER_{'_'.join(str(part) for part in detail['loc']).upper()}: {detail['msg']}"
            for detail in error.errors()
        )
        raise SettingsError(f"A setting cannot be used: {problems}.") from error
