"""The use cases of signing in and out: passwords, logins that run out, and a brake on guessing."""

from __future__ import annotations

import ipaddress
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from simcustomer.domain.accounts import LONGEST_NAME, Account, Visitor, tried_name
from simcustomer.domain.audit import NOBODY, Audited, AuditEntry
from simcustomer.errors import InvalidInput, SignInFailed, TooManyTries
from simcustomer.passwords import Passwords, checked
from simcustomer.store import AccountStore, AuditLog, LoginStore

WINDOW = 15 * 60.0
"""Seconds for which a failed try counts."""

MOST_BY_NAME, MOST_BY_ADDRESS = 10, 50
"""Failed tries within the window after which no further one for a name, or from an address, is looked at."""

ERRAND_SECONDS = 600.0
"""How long someone may take to sign in at a provider."""

REFUSED = "This name and password do not go together, or the account is disabled. Check both, or ask whoever runs simcustomer."


class Lifetimes(NamedTuple):
    """How long a login lasts, in seconds: in all, and without any use."""

    most: float = 12 * 3600.0
    idle: float = 2 * 3600.0


class Login(NamedTuple):
    """Someone signed in: the secret that their browser shows from now on, and who it is."""

    token: str
    visitor: Visitor


class _Proven(NamedTuple):
    account: Account
    kept: str


class _Tries(NamedTuple):
    ids: tuple[int, ...]
    are_last: bool


@dataclass(frozen=True)
class Doorkeeper:
    """Signs people in and out. Tries and logins are kept in the store, so that several servers count together."""

    accounts: AccountStore
    logins: LoginStore
    log: AuditLog
    passwords: Passwords
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    clock: Callable[[], float] = time.time

    def sign_in(self, name: str, password: str, *, address: str) -> Login:
        """Sign in by password. Raises SignInFailed, the same for an unknown name as for a wrong password; TooManyTries."""
        proven = self._proven(name[: 2 * LONGEST_NAME], password, address=address)
        return self.let_in(proven.account, f"password, from {address}")

    def has_password(self, visitor: Visitor) -> bool:
        """Whether someone signs in by a password kept here, and not by a provider alone."""
        return self.accounts.password_of(visitor.id) is not None

    def change_password(self, visitor: Visitor, old: str, new: str, *, address: str) -> Login:
        """Give someone who knows their password another one; it signs them out everywhere, and in again here.

        Raises InvalidInput for a new one that cannot be taken, SignInFailed for a wrong old one, TooManyTries, EditConflict.
        """
        if checked(new, visitor.name) == old:
            raise InvalidInput("The new password is the old one. Take another.")
        account, kept = self._proven(visitor.name, old, address=address)
        entry = self._entry(Audited.PASSWORD_CHANGED, account.id, account.id, "by its owner")
        self.accounts.set_password(account.id, self.passwords.hashed(new), entry, instead_of=kept)
        return self.let_in(account, f"new password, from {address}")

    def _proven(self, name: str, password: str, *, address: str) -> _Proven:
        """The account of whoever knows its password, with the hash that is kept. Raises SignInFailed, TooManyTries."""
        by_name = tried_name(name)
        account = self.accounts.named(name)
        about = account.id if account else NOBODY
        # A try counts before it is known how it ends: many at once must not all slip through.
        tries = self._try(by_name, f"address {_network(address)}")
        kept = self.accounts.password_of(about)
        if not self.passwords.matches(kept, password) or kept is None or account is None or account.disabled:
            self.refused(f"password, from {address}", about)
            if tries.are_last:
                self._enter(Audited.SIGN_IN_THROTTLED, NOBODY, about, f"from {address}")
            raise SignInFailed(REFUSED)
        if self.passwords.is_outdated(kept):
            self.accounts.rehash(account.id, kept, fresh := self.passwords.hashed(password))
            kept = fresh
        self.logins.forget_tries(tries.ids, key=by_name)
        return _Proven(account, kept)

    def let_in(self, account: Account, how: str) -> Login:
        """Sign in who has been recognised; the token is new, whatever the browser brought."""
        now, token = self.clock(), secrets.token_urlsafe(32)
        self.logins.add(token, account.id, now=now, until=now + self.lifetimes.most)
        self._enter(Audited.SIGNED_IN, account.id, account.id, how)
        return Login(token, account.visitor)

    def visitor(self, token: str) -> Visitor | None:
        """Who is signed in by this token, with the roles of this moment; None where nobody is."""
        account = self.logins.account(token, now=self.clock(), idle=self.lifetimes.idle)
        return account.visitor if account else None

    def sign_out(self, token: str, *, address: str) -> None:
        """Make a token worthless; one that is so already changes nothing."""
        account_id = self.logins.end(token)
        if account_id is not None:
            self._enter(Audited.SIGNED_OUT, account_id, account_id, f"from {address}")

    def refused(self, how: str, about: str = NOBODY) -> None:
        """Write down that someone was not let in."""
        self._enter(Audited.SIGN_IN_FAILED, NOBODY, about, how)

    def _try(self, by_name: str, by_address: str) -> _Tries:
        now = self.clock()
        since = now - WINDOW
        entered = self.logins.enter_tries((by_name, by_address), now=now, since=since)
        counted = [
            (self.logins.tries(key, since=since), most)
            for key, most in ((by_name, MOST_BY_NAME), (by_address, MOST_BY_ADDRESS))
        ]
        waits = [times[len(times) - most - 1] + WINDOW - now for times, most in counted if len(times) > most]
        if waits:
            # One that is not looked at does not count, so that whoever waits is let in.
            self.logins.forget_tries(entered)
            minutes = max(1, math.ceil(max(waits) / 60))
            raise TooManyTries(
                f"Too many sign-ins have failed. Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again.",
                wait=max(waits),
            )
        return _Tries(entered, any(len(times) == most for times, most in counted))

    def _enter(self, what: Audited, who: str, about: str, detail: str) -> None:
        self.log.add(self._entry(what, who, about, detail))

    def _entry(self, what: Audited, who: str, about: str, detail: str) -> AuditEntry:
        at = datetime.fromtimestamp(self.clock(), UTC)
        return AuditEntry(at=at, who=who, what=what, about=about, detail=detail)


def _network(address: str) -> str:
    """What stands for one household: an IPv4 address, or the 64 bits that a customer of IPv6 is given."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)
