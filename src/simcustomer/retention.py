"""Retention, the use case of whoever answers for the data: sessions are kept for so long, then erased for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from simcustomer.domain.audit import COMMAND, Audited, AuditEntry
from simcustomer.store import Erasure, Old


@dataclass(frozen=True)
class Retention:
    """Erases sessions of one store that have been kept long enough."""

    store: Erasure
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def purge(self, before: datetime, *, dry_run: bool = False) -> Old:
        """Erase the sessions from before then, from the database's files too; a dry run only counts them.

        Raises StoreError, also where the traces are still there because another program keeps an old state open.
        """
        if dry_run:
            return self.store.old(before)
        detail = f"before {before:%Y-%m-%d %H:%M}"
        entry = AuditEntry(at=self.now(), who=COMMAND, what=Audited.SESSIONS_PURGED, detail=detail)
        taken = self.store.purge(before, entry)
        self.store.wipe()
        return taken
