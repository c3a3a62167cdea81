"""Where a role's model is and with which key, from the settings: a key never goes to a server it was not given for."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from simcustomer.engines.openai.failures import Server
from simcustomer.errors import SettingsError
from simcustomer.settings import ModelRole, Settings

OPENAI = "https://api.openai.com/v1"
NO_KEY = SecretStr("none")
"""What is sent where a server of this machine asks for no key; the SDK will not go without."""

DEADLINES: dict[ModelRole, float] = {"customer": 60.0, "grader": 120.0, "coach": 120.0, "trainee": 60.0}
TOKENS: dict[ModelRole, int] = {"customer": 1_500, "grader": 8_000, "coach": 3_000, "trainee": 800}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model that can be called, with its parameters; None leaves a parameter to the server."""

    base_url: str
    api_key: SecretStr
    model: str
    temperature: float | None
    seed: int | None
    tokens: int
    deadline: float
    structured: Literal["auto", "json_schema", "json_object", "plain"]

    @property
    def server(self) -> Server:
        """The model and its server, as messages name them."""
        return Server(_host(self.base_url), self.model)

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return _is_loopback(self.base_url)


def endpoint(settings: Settings, role: ModelRole) -> Endpoint:
    """The endpoint of a role. Raises SettingsError that says which setting is missing."""
    choice = settings.choice(role)
    if not choice.model:
        raise SettingsError(
            f"No model is set for the {role}. Set SIMCUSTOMER_OPENAI_MODEL (for all roles) or "
            f"SIMCUSTOMER_{role.upper()}_MODEL to a model of your server; docs/models.md has examples."
        )
    base_url = choice.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        raise SettingsError(
            f"The base URL of the {role}'s model is no address. Write it like http://127.0.0.1:11434/v1 in "
            f"SIMCUSTOMER_OPENAI_BASE_URL or SIMCUSTOMER_{role.upper()}_BASE_URL."
        )
    return Endpoint(
        base_url=base_url,
        api_key=_key(settings, role, base_url),
        model=choice.model,
        temperature=choice.temperature,
        seed=choice.seed,
        tokens=choice.tokens or TOKENS[role],
        deadline=choice.deadline or DEADLINES[role],
        structured=choice.structured or "auto",
    )


def _key(settings: Settings, role: ModelRole, base_url: str) -> SecretStr:
    own, shared = getattr(settings, role), settings.openai
    if own.api_key is not None:
        return own.api_key
    shared_url = shared.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI
    if _origin(shared_url) == _origin(base_url):
        if shared.api_key is not None:
            return shared.api_key
        if (key := os.environ.get("OPENAI_API_KEY")) and _origin(
            os.environ.get("OPENAI_BASE_URL") or OPENAI
        ) == _origin(base_url):
            return SecretStr(key)
    if _is_loopback(base_url):
        return NO_KEY
    raise SettingsError(
        f"There is no key for the {role}'s model at {_host(base_url)}. Set SIMCUSTOMER_{role.upper()}_API_KEY, or "
        "SIMCUSTOMER_OPENAI_API_KEY (or OPENAI_API_KEY) together with the base URL it belongs to; "
        "`--engine embedded` needs neither key nor network."
    )


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
