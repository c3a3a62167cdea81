"""Reads many whole sessions for exports, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, or_, select, true

from simcustomer.domain.review import Dispute
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.store.database import guarded
from simcustomer.store.disputes import Disputes, overrides_in
from simcustomer.store.kept_contents import persona_of, rubric_of
from simcustomer.store.records import session_of
from simcustomer.store.tables import exchanges, hints, sessions
from simcustomer.store.team_tables import overrides

BATCH = 100
"""Sessions that are held at a time."""


@dataclass(frozen=True)
class Selection:
    """Which sessions: of these owners (None: everyone's), begun at or after `since` and before `until`.

    Open ones too, unless `finished_only`: their grades are not told while the conversation goes on.
    """

    owners: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    overridden_only: bool = False
    finished_only: bool = False

    @property
    def condition(self) -> ColumnElement[bool]:
        """The selection as SQL on the sessions table."""
        parts: list[ColumnElement[bool]] = [true()]
        if self.owners is not None:
            parts.append(sessions.c.owner.in_(self.owners))
        if self.since is not None:
            parts.append(sessions.c.started_at >= self.since)
        if self.until is not None:
            parts.append(sessions.c.started_at < self.until)
        if self.finished_only:
            parts.append(sessions.c.outcome.is_not(None))
        if self.overridden_only:
            parts.append(sessions.c.id.in_(select(overrides.c.session_id)))
        return and_(*parts)


@dataclass(frozen=True)
class Kept:
    """A session with the disputes about it."""

    session: Session
    disputes: tuple[Dispute, ...]


@dataclass(frozen=True)
class Archive:
    """The sessions of one database, read in batches. Every method raises StoreError where the database fails."""

    engine: Engine

    def sessions(self, selection: Selection) -> Iterator[Kept]:
        """The selected sessions, oldest first; `BATCH` of them are held at a time."""
        after: tuple[datetime, str] | None = None
        while True:
            with guarded(self.engine.url), self.engine.connect() as connection:
                batch, after = _batch(connection, selection, after)
            disputed = Disputes(self.engine).of_sessions(session.id for session in batch)
            for session in batch:
                yield Kept(session, disputed.get(session.id, ()))
            if after is None:
                return

    def rubrics(self, selection: Selection) -> tuple[Rubric, ...]:
        """The rubrics that the selected sessions were graded on, each as it was."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            used = select(sessions.c.rubric_hash).where(selection.condition).distinct()
            digests = connection.execute(used.order_by(sessions.c.rubric_hash)).scalars().all()
            return tuple(rubric_of(connection, digest) for digest in digests)


def _batch(
    connection: Connection,
    selection: Selection,
    after: tuple[datetime, str] | None,
) -> tuple[list[Session], tuple[datetime, str] | None]:
    """The next sessions after a place in the order, and the place to go on from; None where there are no more."""
    chosen = selection.condition
    if after is not None:
        begun, last = after
        later = or_(sessions.c.started_at > begun, and_(sessions.c.started_at == begun, sessions.c.id > last))
        chosen = and_(chosen, later)
    rows = connection.execute(
        select(sessions).where(chosen).order_by(sessions.c.started_at, sessions.c.id).limit(BATCH)
    ).all()
    ids = [row.id for row in rows]
    said: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(
        select(exchanges).where(exchanges.c.session_id.in_(ids)).order_by(exchanges.c.session_id, exchanges.c.number)
    ):
        said.setdefault(row.session_id, []).append(row)
    hinted: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(
        select(hints).where(hints.c.session_id.in_(ids)).order_by(hints.c.session_id, hints.c.exchange)
    ):
        hinted.setdefault(row.session_id, []).append(row)
    given = overrides_in(connection, sessions.c.id.in_(ids))
    batch = [
        session_of(
            row,
            said.get(row.id, ()),
            hinted.get(row.id, ()),
            persona=persona_of(connection, row.persona_hash),
            rubric=rubric_of(connection, row.rubric_hash),
            overrides=given.get(row.id, {}),
        )
        for row in rows
    ]
    place = (rows[-1].started_at, rows[-1].id) if len(rows) == BATCH else None
    return batch, place
