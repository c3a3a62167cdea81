"""Erases for good: all that a person wrote and did, and sessions that have been kept long enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, or_, select, update

from simcustomer.domain.accounts import REMOVED, Account, trial_owner, tried_name
from simcustomer.domain.audit import WITH_ADDRESS, AuditEntry
from simcustomer.store.account_tables import accounts, audit, tries
from simcustomer.store.allowances import spent
from simcustomer.store.audit import enter
from simcustomer.store.database import guarded
from simcustomer.store.logins import digest
from simcustomer.store.studio_tables import drafts, editions
from simcustomer.store.tables import contents, exchanges, sessions
from simcustomer.store.team_tables import assignments, disputes, overrides
from simcustomer.store.wiping import wipe


class Old(NamedTuple):
    """Sessions that have been kept long enough, and the replies in them."""

    sessions: int
    replies: int


@dataclass(frozen=True)
class Erasure:
    """Erasing in one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def person(self, account: Account, entry: AuditEntry) -> None:
        """Take an account away with all that its owner wrote and did.

        What they published stays, since others practise on it, and so does what they decided about others' grades; both
        without their name. Audit entries stay with their ids, and without what they say in words.
        """
        with guarded(self.engine.url), self.engine.begin() as connection:
            owners = (account.id, trial_owner(account.id))
            theirs = select(sessions.c.id).where(sessions.c.owner.in_(owners))
            told = or_(audit.c.about == account.id, audit.c.about.in_(theirs))
            connection.execute(update(audit).where(told).values(detail=""))
            connection.execute(delete(sessions).where(sessions.c.owner.in_(owners)))
            connection.execute(delete(spent).where(spent.c.person == account.id))
            connection.execute(delete(drafts).where(drafts.c.author_id == account.id))
            connection.execute(delete(assignments).where(assignments.c.person == account.id))
            connection.execute(delete(tries).where(tries.c.key == digest(tried_name(account.name))))
            _unname(connection, account)
            connection.execute(delete(accounts).where(accounts.c.id == account.id))
            _drop_unused_contents(connection)
            enter(connection, entry)

    def old(self, before: datetime) -> Old:
        """What `purge` would erase."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return _counted(connection, before)

    def purge(self, before: datetime, entry: AuditEntry) -> Old:
        """Take the sessions that ended before then, and those left open in which nothing was said since.

        All that hangs on them goes too, and the addresses of sign-ins before then.
        """
        with guarded(self.engine.url), self.engine.begin() as connection:
            found = _counted(connection, before)
            connection.execute(delete(sessions).where(_is_old(before)))
            _drop_unused_contents(connection)
            signed = audit.c.what.in_([what.value for what in WITH_ADDRESS])
            connection.execute(update(audit).where(audit.c.at < before, signed).values(detail=""))
            entry = entry.model_copy(
                update={"detail": f"{found.sessions} sessions, {found.replies} replies; {entry.detail}"}
            )
            enter(connection, entry)
        return found

    def wipe(self) -> None:
        """Leave nothing of what was deleted in the files of the database."""
        with guarded(self.engine.url):
            wipe(self.engine)


def _unname(connection: Connection, account: Account) -> None:
    by_id = editions.c.author_id == account.id
    connection.execute(update(editions).where(by_id).values(author_id="", author=REMOVED, note=""))
    # These say who it was by the name, which one account alone has.
    for name in (overrides.c.set_by, disputes.c.answered_by, assignments.c.assigned_by):
        connection.execute(update(name.table).where(name == account.name).values({name: REMOVED}))


def _drop_unused_contents(connection: Connection) -> None:
    """An author's trial keeps the draft as it was: that goes with the last session on it."""
    connection.execute(
        delete(contents).where(
            contents.c.hash.not_in(select(sessions.c.persona_hash)),
            contents.c.hash.not_in(select(sessions.c.rubric_hash)),
        )
    )


def _is_old(before: datetime) -> ColumnElement[bool]:
    since = select(exchanges.c.id).where(exchanges.c.session_id == sessions.c.id, exchanges.c.received_at >= before)
    left_open = sessions.c.ended_at.is_(None) & (sessions.c.started_at < before) & ~since.exists()
    return (sessions.c.ended_at < before) | left_open


def _counted(connection: Connection, before: datetime) -> Old:
    old = select(sessions.c.id).where(_is_old(before))
    replies = select(func.count()).select_from(exchanges).where(exchanges.c.session_id.in_(old))
    return Old(
        connection.execute(select(func.count()).select_from(old.subquery())).scalar_one(),
        connection.execute(replies).scalar_one(),
    )
