"""The use cases of those who run simcustomer for a team: accounts, their roles and passwords."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from simcustomer.domain.accounts import LOCAL, LONGEST_NAME, Account, Role, clean_email, clean_name
from simcustomer.domain.audit import COMMAND, Audited, AuditEntry
from simcustomer.errors import InvalidInput, NotFound
from simcustomer.passwords import Passwords, checked
from simcustomer.store import AccountStore, AuditLog, Erasure


def new_id() -> str:
    """An id that nobody guesses and no other account has."""
    return secrets.token_hex(12)


@dataclass(frozen=True)
class Accounts:
    """Accounts of one store. What changes them is entered in the audit log, with the time that `now` tells."""

    store: AccountStore
    log: AuditLog
    passwords: Passwords
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(
        self,
        name: str,
        *,
        password: str | None,
        roles: Iterable[Role] = (Role.TRAINEE,),
        email: str | None = None,
        team: str | None = None,
    ) -> Account:
        """A new account; without a password nobody can sign in to it until it is given one. Raises InvalidInput."""
        account = Account(
            id=new_id(),
            name=clean_name(name),
            email=clean_email(email) if email else None,
            team=clean_team(team),
            roles=_some(roles),
            created_at=self.now(),
        )
        hashed = None if password is None else self.passwords.hashed(checked(password, account.name))
        self.store.add(account, self._entry(Audited.ACCOUNT_ADDED, account, listed(account.roles)), password=hashed)
        return account

    def get(self, name: str) -> Account:
        """The account of this name. Raises NotFound."""
        account = self.store.named(name)
        if account is None:
            raise NotFound(
                f"There is no account {name[:LONGEST_NAME]!r}. `simcustomer users list` shows those that there are."
            )
        return account

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        return self.store.all()

    def set_roles(self, name: str, roles: Iterable[Role]) -> Account:
        """Give an account these roles and no others. Raises NotFound, InvalidInput for no role at all."""
        account = self.get(name)
        changed = account.model_copy(update={"roles": _some(roles)})
        detail = f"{listed(account.roles)} -> {listed(changed.roles)}"
        return self._change(changed, Audited.ROLES_CHANGED, detail)

    def set_team(self, name: str, team: str | None) -> Account:
        """Put an account into a team, or into none. Raises NotFound, InvalidInput."""
        changed = self.get(name).model_copy(update={"team": clean_team(team)})
        return self._change(changed, Audited.TEAM_CHANGED, changed.team or "none")

    def set_password(self, name: str, password: str) -> Account:
        """Give an account another password, and sign its owner out everywhere. Raises NotFound, InvalidInput."""
        account = self.get(name)
        hashed = self.passwords.hashed(checked(password, account.name))
        self.store.set_password(account.id, hashed, self._entry(Audited.PASSWORD_CHANGED, account))
        return account

    def disable(self, name: str) -> Account:
        """Let nobody sign in to an account any longer, and sign its owner out at once. Raises NotFound."""
        return self._change(self.get(name).model_copy(update={"disabled": True}), Audited.ACCOUNT_DISABLED)

    def enable(self, name: str) -> Account:
        """Let its owner sign in to a disabled account again. Raises NotFound."""
        return self._change(self.get(name).model_copy(update={"disabled": False}), Audited.ACCOUNT_ENABLED)

    def sessions(self, account: Account) -> int:
        """How many sessions an account has."""
        return self.store.sessions_of(account.id)

    def remove(self, account: Account) -> None:
        """Erase an account with all that its owner wrote and did, leaving no trace of it in the database's files.

        Raises StoreError, also where the traces are still there because another program keeps an old state open.
        """
        erasure = Erasure(self.store.engine)
        erasure.person(account, self._entry(Audited.ACCOUNT_REMOVED, account))
        erasure.wipe()

    def adopt_local(self, name: str) -> int:
        """Give the sessions made before there were accounts to this one; returns how many. Raises NotFound."""
        account = self.get(name)
        entry = self._entry(Audited.SESSIONS_ADOPTED, account, f"from {LOCAL.id}")
        return self.store.adopt(LOCAL.id, account.id, entry)

    def audited(self, most: int) -> tuple[AuditEntry, ...]:
        """The newest entries of the audit log, newest first."""
        return self.log.newest(most)

    def _change(self, account: Account, what: Audited, detail: str = "") -> Account:
        self.store.change(account, self._entry(what, account, detail))
        return account

    def _entry(self, what: Audited, account: Account, detail: str = "") -> AuditEntry:
        return AuditEntry(at=self.now(), who=COMMAND, what=what, about=account.id, detail=detail)


def listed(roles: Iterable[Role]) -> str:
    """Roles as they are read."""
    return ", ".join(sorted(roles))


def clean_team(team: str | None) -> str | None:
    """The name of a team as it is kept, by the rules for names. Raises InvalidInput."""
    return clean_name(team) if team and team.strip() else None


def _some(roles: Iterable[Role]) -> frozenset[Role]:
    given = frozenset(roles)
    if not given:
        raise InvalidInput(f"An account needs a role: {', '.join(Role)}. To let nobody in, disable it.")
    return given
