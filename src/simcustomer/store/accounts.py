"""Reading and writing accounts; every change is one transaction with its entry in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.accounts import Account, Identity, Role, name_key
from simcustomer.domain.audit import AuditEntry
from simcustomer.errors import EditConflict, InvalidInput, NotFound
from simcustomer.store.account_tables import accounts, logins
from simcustomer.store.audit import enter
from simcustomer.store.database import guarded
from simcustomer.store.records import utc
from simcustomer.store.tables import sessions


@dataclass(frozen=True)
class AccountStore:
    """Accounts of one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def add(
        self, account: Account, entry: AuditEntry, *, password: str | None = None, identity: Identity | None = None
    ) -> None:
        """Keep a new account, with its password's hash or who its provider says it is. Raises InvalidInput: name taken."""
        with guarded(self.engine.url):
            try:
                with self.engine.begin() as connection:
                    connection.execute(
                        insert(accounts).values(
                            **_columns(account),
                            password=password,
                            issuer=identity.issuer if identity else None,
                            subject=identity.subject if identity else None,
                        )
                    )
                    enter(connection, entry)
            except IntegrityError:
                raise InvalidInput(
                    f"There is an account {account.name!r} already, or one that differs only in capitals. Choose another name."
                ) from None

    def change(self, account: Account, entry: AuditEntry) -> None:
        """Keep an account's changed team, roles and state; one that is disabled is signed out. Raises NotFound."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            changed = connection.execute(
                update(accounts).where(accounts.c.id == account.id).values(**_columns(account))
            )
            if changed.rowcount != 1:
                raise NotFound(f"The account {account.name!r} has just been removed.")
            if account.disabled:
                connection.execute(delete(logins).where(logins.c.account_id == account.id))
            enter(connection, entry)

    def set_password(self, account_id: str, password: str, entry: AuditEntry, *, instead_of: str | None = None) -> None:
        """Keep another password's hash, and sign out whoever signed in with the old one.

        Raises EditConflict where another hash is kept than the one it is to take the place of, if that is named.
        """
        wanted = accounts.c.id == account_id
        if instead_of is not None:
            wanted &= accounts.c.password == instead_of
        with guarded(self.engine.url), self.engine.begin() as connection:
            changed = connection.execute(update(accounts).where(wanted).values(password=password))
            if instead_of is not None and changed.rowcount != 1:
                raise EditConflict("Your password was changed elsewhere in the meantime. Sign in with that one.")
            connection.execute(delete(logins).where(logins.c.account_id == account_id))
            enter(connection, entry)

    def rehash(self, account_id: str, old: str, new: str) -> None:
        """Keep another hash of the same password, unless the password was changed meanwhile."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(
                update(accounts).where(accounts.c.id == account_id, accounts.c.password == old).values(password=new)
            )

    def password_of(self, account_id: str) -> str | None:
        """The hash of an account's password; None where it has none."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return connection.execute(select(accounts.c.password).where(accounts.c.id == account_id)).scalar()

    def named(self, name: str) -> Account | None:
        """The account of this name, in capitals or not."""
        return self._one(accounts.c.name_key == name_key(name))

    def identified(self, identity: Identity) -> Account | None:
        """The account of whom a provider knows under this subject."""
        return self._one((accounts.c.issuer == identity.issuer) & (accounts.c.subject == identity.subject))

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name_key)).all()
        return tuple(account_of(row) for row in rows)

    def team_of(self, account_id: str) -> str | None:
        """The team of the account of this id; None where it is in none."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return connection.execute(select(accounts.c.team).where(accounts.c.id == account_id)).scalar()

    def in_team(self, team: str) -> tuple[Account, ...]:
        """The accounts of a team, by name, disabled ones too."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(accounts).where(accounts.c.team == team).order_by(accounts.c.name_key)
            ).all()
        return tuple(account_of(row) for row in rows)

    def any(self) -> bool:
        """Whether there is an account."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return connection.execute(select(accounts.c.id).limit(1)).scalar() is not None

    def sessions_of(self, owner: str) -> int:
        """How many sessions belong to an owner."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return connection.execute(
                select(func.count()).select_from(sessions).where(sessions.c.owner == owner)
            ).scalar_one()

    def adopt(self, owner: str, account_id: str, entry: AuditEntry) -> int:
        """Give an owner's sessions to an account; how many they were."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            given = connection.execute(
                update(sessions).where(sessions.c.owner == owner).values(owner=account_id)
            ).rowcount
            enter(connection, entry)
        return given

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        with guarded(self.engine.url), self.engine.connect() as connection:
            row = connection.execute(select(accounts).where(condition)).one_or_none()
        return account_of(row) if row else None


def account_of(row: Row[Any]) -> Account:
    """A row of the table of accounts."""
    return Account(
        id=row.id,
        name=row.name,
        email=row.email,
        team=row.team,
        roles=frozenset(Role(role) for role in row.roles.split(",") if role),
        disabled=row.disabled,
        created_at=utc(row.created_at),
    )


def _columns(account: Account) -> dict[str, Any]:
    return {
        **account.model_dump(include={"id", "name", "email", "team", "disabled", "created_at"}),
        "name_key": name_key(account.name),
        "roles": ",".join(sorted(account.roles)),
    }
