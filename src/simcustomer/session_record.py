"""A finished session as its trainee may keep it: what was said, what was graded, and nothing that the customer kept back."""

from __future__ import annotations

from datetime import datetime

from simcustomer.domain.assessment import Grade
from simcustomer.domain.model import Frozen
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome
from simcustomer.domain.session import Debrief, Hint, Origin, Provenance, Scorecard, Session
from simcustomer.errors import NotFound


class PersonaRecord(Frozen):
    """Who the customer was, as on their card."""

    id: str
    version: int
    title: str
    name: str
    channel: str
    difficulty: str


class RubricRecord(Frozen):
    """What the replies were graded on."""

    id: str
    version: int
    pass_mark: int


class ExchangeRecord(Frozen):
    """One reply, what the customer answered, the mood after it (0-10 each) and why it moved, and the grade with its evidence."""

    number: int
    reply: str
    answer: str
    mood: Mood
    why: tuple[str, ...]
    grade: Grade


class SessionRecord(Frozen):
    """The whole session; `scorecard` has levels 0-3 by technique and the overall 0-100."""

    id: str
    persona: PersonaRecord
    rubric: RubricRecord
    provenance: Provenance
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    origin: Origin | None
    coached: bool
    hints: tuple[Hint, ...]
    opening: str
    exchanges: tuple[ExchangeRecord, ...]
    scorecard: Scorecard
    debrief: Debrief | None

    @classmethod
    def of(cls, session: Session) -> SessionRecord:
        """The record of a session that has ended. Raises NotFound for one that has not: its grades are not told yet."""
        if session.outcome is None:
            raise NotFound("This conversation has not ended. End it, then download its record.")
        persona, rubric = session.persona, session.rubric
        return cls(
            id=session.id,
            persona=PersonaRecord(
                id=persona.id,
                version=persona.version,
                title=persona.title,
                name=persona.name,
                channel=persona.channel.value,
                difficulty=persona.difficulty,
            ),
            rubric=RubricRecord(id=rubric.id, version=rubric.version, pass_mark=rubric.pass_mark),
            provenance=session.provenance,
            started_at=session.started_at,
            ended_at=session.ended_at,
            outcome=session.outcome,
            origin=session.origin,
            coached=session.coached,
            hints=session.hints,
            opening=session.opening,
            exchanges=tuple(
                ExchangeRecord(
                    number=e.number,
                    reply=e.reply,
                    answer=e.answer,
                    mood=e.stance.mood,
                    why=tuple(shift.summary for shift in e.stance.shifts),
                    grade=e.grade,
                )
                for e in session.exchanges
            ),
            scorecard=session.scorecard,
            debrief=session.debrief,
        )
