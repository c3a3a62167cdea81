"""Who is signed in, who tried to, and who was sent to a provider to sign in there; tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select, update

from simcustomer.domain.accounts import Account
from simcustomer.store.account_tables import accounts, errands, logins, tries
from simcustomer.store.accounts import account_of
from simcustomer.store.database import guarded

SEEN_EVERY = 60.0
"""Seconds after which a login's last use is written down again; more often would make every request a write."""


@dataclass(frozen=True)
class Errand:
    """Someone sent to a provider: what must come back with them, and where they wanted to go."""

    state: str
    nonce: str
    verifier: str
    back_to: str


@dataclass(frozen=True)
class LoginStore:
    """Logins of one database; times are seconds since 1970. Every method raises StoreError where the database fails."""

    engine: Engine

    def add(self, token: str, account_id: str, *, now: float, until: float) -> None:
        """Keep a login until a time; those that have run out go."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(delete(logins).where(logins.c.until < now))
            connection.execute(insert(logins).values(token=digest(token), account_id=account_id, seen=now, until=until))

    def account(self, token: str, *, now: float, idle: float) -> Account | None:
        """Who is signed in by this token; None where it is unknown, over, or was not used for `idle` seconds."""
        hashed = digest(token)
        with guarded(self.engine.url):
            with self.engine.connect() as connection:
                row = connection.execute(
                    select(accounts, logins.c.seen)
                    .join(logins, logins.c.account_id == accounts.c.id)
                    .where(
                        logins.c.token == hashed,
                        logins.c.until > now,
                        logins.c.seen > now - idle,
                        accounts.c.disabled.is_(False),
                    )
                ).one_or_none()
            if row is not None and row.seen < now - SEEN_EVERY:
                with self.engine.begin() as connection:
                    connection.execute(update(logins).where(logins.c.token == hashed).values(seen=now))
        return account_of(row) if row else None

    def end(self, token: str) -> str | None:
        """Forget a login; returns the id of its account, None where there was no such login."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            account_id = connection.execute(select(logins.c.account_id).where(logins.c.token == digest(token))).scalar()
            connection.execute(delete(logins).where(logins.c.token == digest(token)))
        return account_id

    def enter_tries(self, keys: Sequence[str], *, now: float, since: float) -> tuple[int, ...]:
        """Write a try down under each key, before it is known how it ends; those from before `since` go. Their ids."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(delete(tries).where(tries.c.at < since))
            entered = [
                connection.execute(insert(tries).values(key=digest(key), at=now)).inserted_primary_key for key in keys
            ]
        return tuple(int(key[0]) for key in entered if key is not None)

    def tries(self, key: str, *, since: float) -> tuple[float, ...]:
        """When there were tries under a key since then, oldest first."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(tries.c.at).where(tries.c.key == digest(key), tries.c.at >= since).order_by(tries.c.at)
            ).all()
        return tuple(row.at for row in rows)

    def forget_tries(self, ids: Sequence[int], *, key: str | None = None) -> None:
        """Take these tries back, and all under a key."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(delete(tries).where(tries.c.id.in_(ids)))
            if key is not None:
                connection.execute(delete(tries).where(tries.c.key == digest(key)))

    def send(self, errand: Errand, *, now: float, until: float) -> None:
        """Keep what must come back from a provider."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(delete(errands).where(errands.c.until < now))
            connection.execute(
                insert(errands).values(
                    state=digest(errand.state),
                    nonce=errand.nonce,
                    verifier=errand.verifier,
                    back_to=errand.back_to,
                    until=until,
                )
            )

    def take(self, state: str, *, now: float) -> Errand | None:
        """What was sent with this state, once; None where nothing was, or it is too old."""
        condition = (errands.c.state == digest(state)) & (errands.c.until >= now)
        with guarded(self.engine.url), self.engine.begin() as connection:
            row = connection.execute(select(errands).where(condition)).one_or_none()
            if row is None or connection.execute(delete(errands).where(condition)).rowcount != 1:
                return None
        return Errand(state=state, nonce=row.nonce, verifier=row.verifier, back_to=row.back_to)


def digest(text: str) -> str:
    """The hash that is stored instead of a token, a state or the key of a try."""
    return hashlib.sha256(text.encode()).hexdigest()
