"""Lists of one person's sessions, without reading what was said in them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from simcustomer.domain.assessment import Ungraded
from simcustomer.domain.persona import Outcome
from simcustomer.store.records import grade_of, utc
from simcustomer.store.results import titled
from simcustomer.store.tables import exchanges, sessions


class SessionRow(NamedTuple):
    """A session in a list."""

    id: str
    persona_id: str
    started_at: datetime
    outcome: Outcome | None


class OpenRow(NamedTuple):
    """A session that has not ended, in a list; `replies` counts those that were sent."""

    id: str
    title: str
    name: str
    channel: str
    started_at: datetime
    replies: int


def newest(connection: Connection, owner: str, most: int) -> tuple[SessionRow, ...]:
    """The owner's sessions, newest first."""
    rows = connection.execute(
        select(sessions.c.id, sessions.c.persona_id, sessions.c.started_at, sessions.c.outcome)
        .where(sessions.c.owner == owner)
        .order_by(sessions.c.started_at.desc())
        .limit(most)
    ).all()
    return tuple(
        SessionRow(row.id, row.persona_id, utc(row.started_at), Outcome(row.outcome) if row.outcome else None)
        for row in rows
    )


def unfinished(connection: Connection, owner: str) -> tuple[OpenRow, ...]:
    """The owner's sessions that have not ended, newest first."""
    said = select(func.count()).where(exchanges.c.session_id == sessions.c.id).scalar_subquery()
    rows = connection.execute(
        select(sessions.c.id, sessions.c.persona_hash, sessions.c.started_at, said.label("replies"))
        .where(sessions.c.owner == owner, sessions.c.outcome.is_(None))
        .order_by(sessions.c.started_at.desc())
    ).all()
    personas = {digest: titled(connection, digest) for digest in {row.persona_hash for row in rows}}
    return tuple(OpenRow(row.id, *personas[row.persona_hash], utc(row.started_at), row.replies) for row in rows)


def ungraded(connection: Connection, owner: str) -> tuple[str, ...]:
    """Ids of the owner's sessions that hold a reply without a grade, oldest first."""
    rows = connection.execute(
        select(sessions.c.id, exchanges.c.grade)
        .join(exchanges, exchanges.c.session_id == sessions.c.id)
        .where(sessions.c.owner == owner, exchanges.c.grade.is_not(None))
        .order_by(sessions.c.started_at)
    ).all()
    found = [row.id for row in rows if isinstance(grade_of(row.grade), Ungraded)]
    return tuple(dict.fromkeys(found))
