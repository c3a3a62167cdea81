"""How far the app is open: to one user on this machine without sign-in, or to people with accounts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcustomer import wiring
from simcustomer.errors import SettingsError
from simcustomer.settings import Settings
from simcustomer.ui.wording import Wording

if TYPE_CHECKING:
    from simcustomer.oidc import Provider
    from simcustomer.signing_in import Doorkeeper
    from simcustomer.store import Store

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]", "::1")

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # the addresses that stand for all of a machine's own
"""Addresses to listen on that are nobody's name."""


@dataclass(frozen=True)
class Opening:
    """By which names the app answers, and who lets people in; without a keeper it serves one user, without sign-in.

    With a token, metrics are for whoever brings it; without, for this machine.
    """

    hosts: tuple[str, ...] = LOOPBACK_NAMES
    keeper: Doorkeeper | None = None
    provider: Provider | None = None
    is_shared: bool = False
    metrics_token: str | None = None


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own and reached from nowhere else."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def opening(settings: Settings, store: Store, host: str, wording: Wording) -> Opening:
    """How the app is to be opened on this host. Raises SettingsError where that would let anyone in without sign-in.

    People sign in where anyone but this machine can reach the app, where accounts or a provider are there, and where
    the settings say so.
    """
    _check_proxies(settings.proxies, wording)
    named = {name for name in settings.hosts if not is_loopback(name)}
    if any("*" in name.removeprefix("*.") for name in named):
        raise SettingsError(wording.say("server.any_name"))
    is_shared = not is_loopback(host) or bool(named) or bool(settings.proxies)
    if host.strip("[]") in EVERYWHERE and not named:
        raise SettingsError(wording.say("server.no_names", host=host or "0.0.0.0"))  # noqa: S104  # what it means
    has_accounts = wiring.accounts(store).store.any()
    if not (is_shared or settings.accounts or settings.oidc.is_set or has_accounts):
        return Opening(metrics_token=_token(settings))
    if not (has_accounts or settings.oidc.is_set):
        raise SettingsError(wording.say("server.no_accounts"))
    keeper = wiring.doorkeeper(settings, store)
    own = () if host.strip("[]") in EVERYWHERE else (host.strip("[]"), f"[{host.strip('[]')}]")
    names = dict.fromkeys((*LOOPBACK_NAMES, *own, *named))
    return Opening(tuple(names), keeper, wiring.provider(settings, keeper), is_shared, _token(settings))


def _token(settings: Settings) -> str | None:
    token = settings.metrics_token
    return token.get_secret_value() if token else None


def _check_proxies(proxies: tuple[str, ...], wording: Wording) -> None:
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise SettingsError(wording.say("server.bad_proxy", proxy=proxy)) from None
