"""The audit log: entries are added and read, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select

from simcustomer.domain.audit import AuditEntry
from simcustomer.store.account_tables import audit
from simcustomer.store.database import guarded
from simcustomer.store.records import utc


@dataclass(frozen=True)
class AuditLog:
    """The audit log of one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def add(self, entry: AuditEntry) -> None:
        """Keep an entry of its own; a change is entered together with what it changes."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            enter(connection, entry)

    def newest(self, most: int = 100) -> tuple[AuditEntry, ...]:
        """The newest entries, newest first."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(most)).all()
        return tuple(
            AuditEntry.model_validate(
                {"at": utc(row.at), "who": row.who, "what": row.what, "about": row.about, "detail": row.detail}
            )
            for row in rows
        )


def enter(connection: Connection, entry: AuditEntry) -> None:
    """Write an entry in the transaction of what it tells of."""
    connection.execute(
        insert(audit).values(at=entry.at, who=entry.who, what=entry.what.value, about=entry.about, detail=entry.detail)
    )
