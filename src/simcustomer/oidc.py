"""Signing in by an OpenID Connect provider: authorization code with PKCE; the only file that imports authlib."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from simcustomer.accounts import listed, new_id
from simcustomer.domain.accounts import LONGEST_NAME, Account, Identity, Role, clean_email, clean_name
from simcustomer.domain.audit import Audited, AuditEntry
from simcustomer.errors import InvalidInput, SettingsError, SignInFailed
from simcustomer.settings import SignOn
from simcustomer.signing_in import ERRAND_SECONDS, Doorkeeper, Login
from simcustomer.store import Errand

_log = logging.getLogger(__name__)

PROVIDER = "provider"
"""Stands for who did it, in the audit log, where the provider's groups decided."""

_SIGNED = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""How a provider may sign: with a key that it alone has."""

_UNREACHABLE = (
    "The sign-in service could not be reached, or did not answer as it should. Try again in a moment; "
    "whoever runs simcustomer finds the reason in its log."
)
_STALE = "This sign-in was begun too long ago, in another browser, or was used already. Sign in again."
_NOT_PROVEN = (
    "The sign-in service's answer could not be trusted, so nobody was signed in. Sign in again; "
    "if that does not help, tell whoever runs simcustomer."
)


class Departure(NamedTuple):
    """Where to send someone, and the secret that their browser must show when they come back."""

    url: str
    state: str


class Arrival(NamedTuple):
    """Someone who came back, and the page that they wanted."""

    login: Login
    back_to: str


@dataclass(frozen=True)
class Provider:
    """A provider of sign-in, as the settings describe it."""

    settings: SignOn
    keeper: Doorkeeper
    app: StarletteOAuth2App

    @classmethod
    def of(cls, settings: SignOn, keeper: Doorkeeper) -> Provider:
        """The provider of these settings. Raises SettingsError; the provider itself is asked when someone signs in."""
        issuer, secret = settings.issuer or "", settings.client_secret
        place = urlsplit(issuer)
        if place.scheme != "https" and place.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise SettingsError(f"SIMCUSTOMER_OIDC_ISSUER must begin with https://, and is {issuer!r}.")
        if not settings.client_id:
            raise SettingsError(
                "SIMCUSTOMER_OIDC_CLIENT_ID is missing. Set it to the id that the provider gave simcustomer."
            )
        app = StarletteOAuth2App(
            None,
            name="provider",
            client_id=settings.client_id,
            client_secret=secret.get_secret_value() if secret else None,
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": 10},
        )
        return cls(settings, keeper, app)

    async def depart(self, come_back: str, back_to: str) -> Departure:
        """Where to send someone who wants to sign in; `come_back` is our own address. Raises SignInFailed."""
        try:
            await self._prepare()
            made = cast("dict[str, str]", await self.app.create_authorization_url(come_back))
        except (OAuthError, httpx2.HTTPError, RuntimeError, ValueError) as error:
            raise self._failed(_UNREACHABLE, error) from error
        now = self.keeper.clock()
        errand = Errand(made["state"], made["nonce"], made["code_verifier"], back_to)
        await asyncio.to_thread(self.keeper.logins.send, errand, now=now, until=now + ERRAND_SECONDS)
        return Departure(made["url"], made["state"])

    async def arrive(self, answer: Mapping[str, str], shown: str, come_back: str, *, address: str) -> Arrival:
        """Sign in who comes back with the provider's answer; `shown` is the browser's secret. Raises SignInFailed."""
        state = answer.get("state", "")
        take = partial(self.keeper.logins.take, state, now=self.keeper.clock())
        errand = await asyncio.to_thread(take) if state else None
        if errand is None or not hmac.compare_digest(state.encode(), shown.encode()):
            raise self._refused(_STALE, address)
        if answer.get("iss", self.settings.issuer) != self.settings.issuer or not answer.get("code"):
            # The provider's own words may come from anyone who can make a link, so they are not shown.
            raise self._refused(_NOT_PROVEN, address)
        claims = await self._claims(answer["code"], errand, come_back, address)
        account = await asyncio.to_thread(self._account, claims, address)
        login = await asyncio.to_thread(self.keeper.let_in, account, f"provider, from {address}")
        return Arrival(login, errand.back_to)

    async def _prepare(self) -> None:
        metadata = cast("dict[str, Any]", await self.app.load_server_metadata())
        if metadata.get("issuer") != self.settings.issuer:
            raise ValueError(f"the provider calls itself {metadata.get('issuer')!r}, not {self.settings.issuer!r}")
        offered = cast("list[str]", metadata.get("id_token_signing_alg_values_supported") or ["RS256"])
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in _SIGNED]

    async def _claims(self, code: str, errand: Errand, come_back: str, address: str) -> Mapping[str, Any]:
        try:
            await self._prepare()
            fetch = cast("Callable[..., Awaitable[dict[str, Any]]]", self.app.fetch_access_token)
            token = await fetch(come_back, code=code, code_verifier=errand.verifier)
        except (httpx2.HTTPError, RuntimeError, ValueError) as error:
            raise self._failed(_UNREACHABLE, error) from error
        except OAuthError as error:
            _log.warning("the provider of sign-in refused a code: %s", error.error)
            raise self._refused(_NOT_PROVEN, address) from error
        must = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
        }
        try:
            claims = cast("Mapping[str, Any]", await self.app.parse_id_token(token, errand.nonce, must))
        except httpx2.HTTPError as error:
            raise self._failed(_UNREACHABLE, error) from error
        except (JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("the provider's token was not accepted: %s", type(error).__name__)
            raise self._refused(_NOT_PROVEN, address) from error
        if not claims:  # the answer had no token that says who it is
            raise self._refused(_NOT_PROVEN, address)
        return claims

    def _account(self, claims: Mapping[str, Any], address: str) -> Account:
        """The account of the person that these claims are about; made at their first sign-in."""
        identity = Identity(issuer=str(claims["iss"]), subject=str(claims["sub"]))
        self._check_domain(claims, address)
        roles = granted(claims, self.settings)
        account = self.keeper.accounts.identified(identity)
        if account is None:
            return self._added(claims, identity, roles or frozenset({Role.TRAINEE}))
        if account.disabled:
            raise self._refused(
                "Your account is disabled. Ask whoever runs simcustomer to enable it.", address, account.id
            )
        if roles is not None and roles != account.roles:
            changed = account.model_copy(update={"roles": roles})
            detail = f"{listed(account.roles)} -> {listed(roles)}"
            self.keeper.accounts.change(changed, self._entry(Audited.ROLES_CHANGED, account.id, detail))
            return changed
        return account

    def _check_domain(self, claims: Mapping[str, Any], address: str) -> None:
        domains = {part.strip().lower().lstrip("@") for part in self.settings.domains.split(",") if part.strip()}
        email = str(claims.get("email") or "")
        if domains and (claims.get("email_verified") is not True or email.rpartition("@")[2].lower() not in domains):
            raise self._refused(
                "Your email address is not one that may sign in here, or the sign-in service has not verified it. "
                "Sign in with your work account, or ask whoever runs simcustomer.",
                address,
            )

    def _added(self, claims: Mapping[str, Any], identity: Identity, roles: frozenset[Role]) -> Account:
        name = proposed_name(claims)
        for number in count(1):
            account = Account(
                id=new_id(),
                name=name if number == 1 else f"{name} {number}",
                email=_email(claims),
                roles=roles,
                created_at=datetime.fromtimestamp(self.keeper.clock(), UTC),
            )
            entry = self._entry(Audited.ACCOUNT_ADDED, account.id, listed(roles))
            try:
                self.keeper.accounts.add(account, entry, identity=identity)
            except InvalidInput:
                # The name is taken; or the same person signs in twice at this moment, and was faster over there.
                if there := self.keeper.accounts.identified(identity):
                    return there
            else:
                return account
        raise AssertionError  # counting does not end

    def _entry(self, what: Audited, about: str, detail: str) -> AuditEntry:
        at = datetime.fromtimestamp(self.keeper.clock(), UTC)
        return AuditEntry(at=at, who=PROVIDER, what=what, about=about, detail=detail)

    def _refused(self, message: str, address: str, about: str = "") -> SignInFailed:
        self.keeper.refused(f"provider, from {address}", about)
        return SignInFailed(message)

    def _failed(self, message: str, error: Exception) -> SignInFailed:
        _log.error("the provider of sign-in %s failed: %s: %s", self.settings.issuer, type(error).__name__, error)
        return SignInFailed(message)


def granted(claims: Mapping[str, Any], settings: SignOn) -> frozenset[Role] | None:
    """The roles that the provider's groups give; trainee where they give none, None where groups are not asked for."""
    if settings.roles_claim is None:
        return None
    found: Any = claims
    for part in settings.roles_claim.split("."):
        found = cast("Mapping[str, Any]", found).get(part) if isinstance(found, Mapping) else None
    groups = [found] if isinstance(found, str) else cast("list[Any]", found) if isinstance(found, list) else []
    roles = frozenset(settings.roles[group] for group in groups if isinstance(group, str) and group in settings.roles)
    return roles or frozenset({Role.TRAINEE})


def proposed_name(claims: Mapping[str, Any]) -> str:
    """A name for a new account, from what the provider tells."""
    for proposal in ("preferred_username", "name", "email"):
        try:
            # Room is left for a number, where the name is taken.
            return clean_name(str(claims.get(proposal) or "")[: LONGEST_NAME - 6])
        except InvalidInput:
            continue
    return "Guest"


def _email(claims: Mapping[str, Any]) -> str | None:
    try:
        return clean_email(str(claims.get("email") or ""))
    except InvalidInput:
        return None
