"""What each finished session came to, kept at its end, so that a list of many need not add all their grades up again.

A result is made from the rows of its session and nothing else. Where it is missing (the session ended before there were
any, or the table was emptied because the arithmetic changed), it is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.persona import Outcome
from simcustomer.domain.progress import Attempt
from simcustomer.domain.review import counted
from simcustomer.domain.session import Provenance, Scorecard
from simcustomer.store.disputes import overrides_of
from simcustomer.store.kept_contents import persona_of, rubric_of
from simcustomer.store.records import grade_of, origin_of, utc
from simcustomer.store.tables import exchanges, hints, results, sessions


class Titled(NamedTuple):
    """What a list shows of a persona."""

    title: str
    name: str
    channel: str


def titled(connection: Connection, persona_hash: str) -> Titled:
    """The title, name and channel of a persona as it was."""
    persona = persona_of(connection, persona_hash)
    return Titled(persona.title, persona.name, persona.channel.value)


def keep_result(connection: Connection, session_id: str) -> None:
    """Make the result of a session that has ended, in place of one that is there."""
    row = connection.execute(select(sessions).where(sessions.c.id == session_id)).one()
    graded = connection.execute(
        select(exchanges.c.grade)
        .where(exchanges.c.session_id == session_id, exchanges.c.grade.is_not(None))
        .order_by(exchanges.c.number)
    ).scalars()
    grades = [grade_of(grade) for grade in graded]
    rubric = rubric_of(connection, row.rubric_hash)
    origin, persona = origin_of(row), titled(connection, row.persona_hash)
    overrides = overrides_of(connection, session_id)

    def card(first: int) -> Scorecard:
        numbers = range(first, len(grades) + 1)
        return Scorecard.of(
            rubric,
            (counted(rubric, grades[n - 1], overrides.get(n, ())) for n in numbers),
            (o.technique for n in numbers for o in overrides.get(n, ())),
        )

    own = card(origin.reply) if origin else None
    asked = select(func.count()).select_from(hints).where(hints.c.session_id == session_id)
    connection.execute(delete(results).where(results.c.session_id == session_id))
    connection.execute(
        insert(results).values(
            session_id=session_id,
            title=persona.title,
            name=persona.name,
            scorecard=card(1).model_dump_json(),
            own=own.model_dump_json() if own else None,
            hints=connection.execute(asked).scalar_one(),
        )
    )


def finished(engine: Engine, owner: str) -> tuple[Attempt, ...]:
    """The owner's sessions that have ended, oldest first."""
    with engine.connect() as connection:
        rows = _rows(connection, owner)
    if missing := [row.id for row in rows if row.scorecard is None]:
        for session_id in missing:
            _make(engine, session_id)
        with engine.connect() as connection:
            rows = _rows(connection, owner)
    made: dict[str, Provenance] = {}
    return tuple(_attempt(row, made) for row in rows)


def _rows(connection: Connection, owner: str) -> Sequence[Row[Any]]:
    s, r = sessions.c, results.c
    columns: list[ColumnElement[Any]] = [
        *(s.id, s.persona_id, s.started_at, s.outcome, s.provenance, s.origin_id, s.origin_reply, s.coached),
        *(r.title, r.name, r.scorecard, r.own, r.hints),
    ]
    return connection.execute(
        select(*columns)
        .outerjoin(results, r.session_id == s.id)
        .where(s.owner == owner, s.outcome.is_not(None))
        .order_by(s.started_at)
    ).all()


def _make(engine: Engine, session_id: str) -> None:
    try:
        with engine.begin() as connection:
            keep_result(connection, session_id)
    except IntegrityError:
        pass  # another page made it at the same moment


def _attempt(row: Row[Any], made: dict[str, Provenance]) -> Attempt:
    card = Scorecard.model_validate_json(row.scorecard)
    if row.provenance not in made:
        made[row.provenance] = Provenance.model_validate_json(row.provenance)
    return Attempt(
        session=row.id,
        persona=row.persona_id,
        title=row.title,
        name=row.name,
        started_at=utc(row.started_at),
        outcome=Outcome(row.outcome),
        scorecard=card,
        own=Scorecard.model_validate_json(row.own) if row.own else card,
        provenance=made[row.provenance],
        origin=origin_of(row),
        coached=row.coached,
        hints=row.hints,
    )
