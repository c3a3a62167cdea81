"""Assignments, and what a team's people have begun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, Row, delete, insert, or_, select

from simcustomer.domain.assignment import Assignment
from simcustomer.errors import NotFound
from simcustomer.store.database import guarded
from simcustomer.store.records import utc
from simcustomer.store.tables import sessions
from simcustomer.store.team_tables import assignments


class Begun(NamedTuple):
    """A session that has not ended."""

    owner: str
    persona: str
    started_at: datetime


@dataclass(frozen=True)
class TeamStore:
    """What is assigned, in one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def assign(self, new: Iterable[Assignment]) -> None:
        """Keep assignments, all or none."""
        rows = [
            {
                "id": each.id,
                "persona_id": each.persona,
                "title": each.title,
                "person": each.person,
                "team": each.team,
                "due": each.due,
                "pass_mark": each.pass_mark,
                "assigned_by": each.by,
                "assigned_at": each.at,
            }
            for each in new
        ]
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(insert(assignments), rows)

    def assignments(self, *, people: Iterable[str] = (), teams: Iterable[str] = ()) -> tuple[Assignment, ...]:
        """What is assigned to any of these people or teams, the earliest due first."""
        asked = or_(assignments.c.person.in_(tuple(people)), assignments.c.team.in_(tuple(teams)))
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(assignments)
                .where(asked)
                .order_by(assignments.c.due, assignments.c.assigned_at, assignments.c.id)
            ).all()
        return tuple(_assignment(row) for row in rows)

    def withdraw(self, assignment_id: str) -> None:
        """Take an assignment back. Raises NotFound where it is gone already."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            if not connection.execute(delete(assignments).where(assignments.c.id == assignment_id)).rowcount:
                raise NotFound("This assignment is not there any more. Reload to see what is assigned now.")

    def begun(self, owners: Iterable[str]) -> tuple[Begun, ...]:
        """Sessions of these people that have not ended."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(sessions.c.owner, sessions.c.persona_id, sessions.c.started_at).where(
                    sessions.c.owner.in_(tuple(owners)), sessions.c.outcome.is_(None)
                )
            ).all()
        return tuple(Begun(row.owner, row.persona_id, utc(row.started_at)) for row in rows)

    def owner_of(self, session_id: str) -> str | None:
        """Whose session it is; None where there is none of that id."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return connection.execute(select(sessions.c.owner).where(sessions.c.id == session_id)).scalar()


def _assignment(row: Row[Any]) -> Assignment:
    return Assignment(
        id=row.id,
        persona=row.persona_id,
        title=row.title,
        person=row.person,
        team=row.team,
        due=row.due,
        pass_mark=row.pass_mark,
        by=row.assigned_by,
        at=utc(row.assigned_at),
    )
