"""Disputes and overrides of single levels; an override and the answer to its dispute are one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.review import Decision, Dispute, Override
from simcustomer.domain.rubric import LEVELS
from simcustomer.errors import TurnConflict
from simcustomer.store.database import guarded
from simcustomer.store.records import utc
from simcustomer.store.tables import exchanges, results, sessions
from simcustomer.store.team_tables import disputes, overrides

MOST_SHOWN = 100
"""Entries of a queue that are read at once, oldest first; who works through these sees the next."""


_OVERRIDES = (
    select(overrides).where(overrides.c.session_id == bindparam("session")).order_by(overrides.c.number, overrides.c.id)
)


class Waiting(NamedTuple):
    """A dispute that waits for its answer, and whose session it is about."""

    owner: str
    dispute: Dispute


class WithoutGrade(NamedTuple):
    """A reply that could not be graded, by session, and whose it is."""

    owner: str
    session: str
    number: int


@dataclass(frozen=True)
class Disputes:
    """Second looks at the grades of one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def raise_dispute(self, dispute: Dispute) -> None:
        """Keep a dispute. Raises TurnConflict where this level was disputed before."""
        with guarded(self.engine.url):
            try:
                with self.engine.begin() as connection:
                    connection.execute(
                        insert(disputes).values(
                            session_id=dispute.session,
                            number=dispute.number,
                            technique=dispute.technique,
                            reason=dispute.reason,
                            raised_at=dispute.at,
                        )
                    )
            except IntegrityError as error:
                raise TurnConflict(
                    f"The level of this technique in reply {dispute.number} was disputed before; the debrief shows the "
                    "answer, or that it is still to come."
                ) from error

    def of_session(self, session_id: str) -> tuple[Dispute, ...]:
        """All disputes of a session, in the order of its replies."""
        return self.of_sessions((session_id,)).get(session_id, ())

    def of_sessions(self, session_ids: Iterable[str]) -> dict[str, tuple[Dispute, ...]]:
        """All disputes of these sessions."""
        found: dict[str, list[Dispute]] = {}
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(disputes)
                .where(disputes.c.session_id.in_(tuple(session_ids)))
                .order_by(disputes.c.number, disputes.c.id)
            ).all()
        for row in rows:
            found.setdefault(row.session_id, []).append(_dispute(row))
        return {session: tuple(of_it) for session, of_it in found.items()}

    def waiting(self, owners: Iterable[str]) -> tuple[Waiting, ...]:
        """Disputes of these people that have no answer, oldest first, `MOST_SHOWN` at most."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(disputes, sessions.c.owner)
                .join(sessions, disputes.c.session_id == sessions.c.id)
                .where(_waiting_of(owners))
                .order_by(disputes.c.raised_at, disputes.c.id)
                .limit(MOST_SHOWN)
            ).all()
        return tuple(Waiting(row.owner, _dispute(row)) for row in rows)

    def ungraded(self, owners: Iterable[str]) -> tuple[WithoutGrade, ...]:
        """Replies in finished sessions of these people that have no grade, oldest session first, `MOST_SHOWN` at most."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            rows = connection.execute(
                select(sessions.c.owner, sessions.c.id, exchanges.c.number)
                .join(sessions, exchanges.c.session_id == sessions.c.id)
                .where(_ungraded_of(owners))
                .order_by(sessions.c.started_at, sessions.c.id, exchanges.c.number)
                .limit(MOST_SHOWN)
            ).all()
        return tuple(WithoutGrade(row.owner, row.id, row.number) for row in rows)

    def waiting_count(self, owners: Iterable[str]) -> int:
        """How many disputes and ungraded replies of these people wait."""
        people = tuple(owners)
        with guarded(self.engine.url), self.engine.connect() as connection:
            open_ones = connection.execute(
                select(func.count())
                .select_from(disputes.join(sessions, disputes.c.session_id == sessions.c.id))
                .where(_waiting_of(people))
            ).scalar_one()
            left = connection.execute(
                select(func.count())
                .select_from(exchanges.join(sessions, exchanges.c.session_id == sessions.c.id))
                .where(_ungraded_of(people))
            ).scalar_one()
        return open_ones + left

    def override(self, session_id: str, number: int, override: Override) -> None:
        """Set a level in the grader's place; an earlier one gives way, and a dispute that waits is accepted."""
        decision = Decision(accepted=True, reason=override.reason, by=override.by, at=override.at)
        with guarded(self.engine.url), self.engine.begin() as connection:
            connection.execute(delete(overrides).where(_at(overrides.c, session_id, number, override.technique)))
            keep_override(connection, session_id, number, override)
            # The session comes to something else now; its result is made again when it is asked for.
            connection.execute(delete(results).where(results.c.session_id == session_id))
            _decide(connection, session_id, number, override.technique, decision)

    def decline(self, session_id: str, number: int, technique: str, decision: Decision) -> None:
        """Answer a dispute and leave the level. Raises TurnConflict where none waits."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            if not _decide(connection, session_id, number, technique, decision):
                raise TurnConflict(
                    "There is no dispute here that waits for an answer; somebody may have answered it. Reload to see it."
                )


def keep_override(connection: Connection, session_id: str, number: int, override: Override) -> None:
    """Write an override of a level that has none."""
    connection.execute(
        insert(overrides).values(
            session_id=session_id,
            number=number,
            technique=override.technique,
            level=override.level,
            reason=override.reason,
            set_by=override.by,
            set_at=override.at,
        )
    )


def overrides_in(connection: Connection, chosen: ColumnElement[bool]) -> dict[str, dict[int, tuple[Override, ...]]]:
    """The overrides in the chosen sessions, by session and number of the reply."""
    rows = connection.execute(
        select(overrides)
        .join(sessions, overrides.c.session_id == sessions.c.id)
        .where(chosen)
        .order_by(overrides.c.number, overrides.c.id)
    ).all()
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append(row)
    return {session_id: _by_reply(held) for session_id, held in found.items()}


def overrides_of(connection: Connection, session_id: str) -> dict[int, tuple[Override, ...]]:
    """The overrides in one session, by number of the reply."""
    return _by_reply(connection.execute(_OVERRIDES, {"session": session_id}))


def _by_reply(rows: Iterable[Row[Any]]) -> dict[int, tuple[Override, ...]]:
    found: dict[int, tuple[Override, ...]] = {}
    for row in rows:
        found[row.number] = (*found.get(row.number, ()), _override(row))
    return found


def _waiting_of(owners: Iterable[str]) -> ColumnElement[bool]:
    return sessions.c.owner.in_(tuple(owners)) & disputes.c.accepted.is_(None)


def _ungraded_of(owners: Iterable[str]) -> ColumnElement[bool]:
    # `kind` is the first field of a stored grade.
    ended = sessions.c.outcome.is_not(None)
    return sessions.c.owner.in_(tuple(owners)) & ended & exchanges.c.grade.like('{"kind":"ungraded"%')


def _at(columns: Any, session_id: str, number: int, technique: str) -> ColumnElement[bool]:
    return (columns.session_id == session_id) & (columns.number == number) & (columns.technique == technique)


def _decide(connection: Connection, session_id: str, number: int, technique: str, decision: Decision) -> bool:
    decided = connection.execute(
        update(disputes)
        .where(_at(disputes.c, session_id, number, technique), disputes.c.accepted.is_(None))
        .values(accepted=decision.accepted, answer=decision.reason, answered_by=decision.by, answered_at=decision.at)
    )
    return decided.rowcount == 1


def _dispute(row: Row[Any]) -> Dispute:
    decision = None
    if row.accepted is not None:
        decision = Decision(accepted=row.accepted, reason=row.answer, by=row.answered_by, at=utc(row.answered_at))
    return Dispute(
        session=row.session_id,
        number=row.number,
        technique=row.technique,
        reason=row.reason,
        at=utc(row.raised_at),
        decision=decision,
    )


def _override(row: Row[Any]) -> Override:
    level: int | None = row.level
    return Override(
        technique=row.technique,
        level=None if level is None else LEVELS[level],
        reason=row.reason,
        by=row.set_by,
        at=utc(row.set_at),
    )
