"""Rows into domain models, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from simcustomer.domain.assessment import Grade
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.review import Override
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Debrief, Exchange, Hint, Origin, Provenance, Session, Stance

_GRADE: TypeAdapter[Grade] = TypeAdapter(Grade)


# A session is read at each of its turns; what came of the replies before is as it was. It is frozen, so that it can be shared.
@lru_cache(maxsize=2_000)
def grade_of(stored: str) -> Grade:
    """A grade as it was stored."""
    return _GRADE.validate_json(stored)


_appraisal_of = lru_cache(maxsize=2_000)(Appraisal.model_validate_json)
_stance_of = lru_cache(maxsize=2_000)(Stance.model_validate_json)


def answered(exchange: Exchange) -> dict[str, str]:
    """The columns that hold what came of a reply."""
    return {
        "answer": exchange.answer,
        "appraisal": exchange.appraisal.model_dump_json(exclude_defaults=True),
        "stance": exchange.stance.model_dump_json(),
        "grade": exchange.grade.model_dump_json(),
    }


Overrides = Mapping[int, tuple[Override, ...]]
"""The overrides of a session, by number of the reply."""


def session_of(  # a session is what all of these hold
    row: Row[Any],
    rows: Sequence[Row[Any]],
    given: Sequence[Row[Any]],
    *,
    persona: Persona,
    rubric: Rubric,
    overrides: Overrides,
) -> Session:
    """A session from its row, those of its exchanges and those of its hints, in order."""
    return Session(
        id=row.id,
        owner=row.owner,
        persona=persona,
        rubric=rubric,
        seed=row.seed,
        provenance=Provenance.model_validate_json(row.provenance),
        opening=row.opening,
        started_at=utc(row.started_at),
        exchanges=tuple(_exchange(r, overrides.get(r.number, ())) for r in rows if r.answer is not None),
        pending=next((r.reply for r in rows if r.answer is None), None),
        outcome=Outcome(row.outcome) if row.outcome else None,
        debrief=Debrief.model_validate_json(row.debrief) if row.debrief else None,
        ended_at=utc(row.ended_at) if row.ended_at else None,
        origin=origin_of(row),
        coached=row.coached,
        hints=tuple(Hint(exchange=r.exchange, technique=r.technique, text=r.text) for r in given),
    )


def origin_of(row: Row[Any]) -> Origin | None:
    """Where the session branched off; None for one that began at its opening."""
    return Origin(session=row.origin_id, reply=row.origin_reply) if row.origin_id else None


def utc(moment: datetime) -> datetime:
    """The moment with its zone."""
    # SQLite gives times back without their zone; they were stored in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _exchange(row: Row[Any], overrides: tuple[Override, ...]) -> Exchange:
    return Exchange(
        number=row.number,
        reply=row.reply,
        answer=row.answer,
        appraisal=_appraisal_of(row.appraisal),
        stance=_stance_of(row.stance),
        grade=grade_of(row.grade),
        overrides=overrides,
    )
