"""Settings from `SIMCUSTOMER_*` variables and `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from simcustomer.errors import SettingsError


def default_database_url() -> str:
    """SQLite in the user's data folder."""
    return f"sqlite:///{user_data_path('simcustomer') / 'simcustomer.db'}"


class Settings(BaseSettings):
    """What may be set from outside; every field is `SIMCUSTOMER_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SIMCUSTOMER_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(default_factory=default_database_url)
    personas_dir: Path | None = None
    rubrics_dir: Path | None = None
    rubric: str = "difficult-conversations"
    longest_reply: Annotated[int, Field(ge=200, le=20_000)] = 5_000


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
