"""A session as a record of an export: what was said, the levels that count, and the grader's own beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from simcustomer.domain.assessment import Assessment, Evidence, Ungraded
from simcustomer.domain.model import Frozen
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome
from simcustomer.domain.review import Decision, Override
from simcustomer.domain.rubric import Level
from simcustomer.domain.session import Debrief, Exchange, Origin, Provenance, Scorecard, Session
from simcustomer.domain.transcript import Channel, Turn
from simcustomer.store import Kept


class PersonaRecord(Frozen):
    """The customer of a session."""

    id: str
    title: str
    name: str
    channel: Channel
    difficulty: str


class RubricRecord(Frozen):
    """The rubric that a session was graded on; `pass_mark` is out of 100."""

    id: str
    version: int
    title: str
    pass_mark: int


class MoodRecord(Frozen):
    """The customer's mood, 0 to 10 each, and why it moved."""

    anger: float
    trust: float
    patience: float
    reasons: tuple[str, ...]


class EvidenceRecord(Frozen):
    """Words of the reply that show an indicator or a misstep; `quote` is empty where words were missing."""

    technique: str
    indicator: str | None = None
    misstep: str | None = None
    quote: str


class DisputeRecord(Frozen):
    """A trainee's objection to a level, and what was decided; `decision` is null while it waits."""

    technique: str
    reason: str
    at: datetime
    decision: Decision | None


class ReplyRecord(Frozen):
    """One reply of the trainee: `turn` is its index in `turns`.

    `levels` and `overall` (0-3; null: no occasion) are those that count; `grader_levels` and `grader_overall` are the
    grader's own, which differ where there are `overrides`. `ungraded` says why there are no levels, where there are none.
    """

    number: int
    turn: int
    levels: dict[str, Level | None]
    overall: Level | None
    grader_levels: dict[str, Level | None]
    grader_overall: Level | None
    evidence: tuple[EvidenceRecord, ...]
    ungraded: str | None
    overrides: tuple[Override, ...]
    disputes: tuple[DisputeRecord, ...]


class ScoreRecord(Frozen):
    """A session's scores: `overall` and `grader_overall` 0-100, `levels` mean level (0-3) by technique.

    `overridden` names the techniques of which a manager set a level; `grader_overall` and `grader_levels` are without those.
    """

    overall: float | None
    passed: bool | None
    levels: dict[str, float | None]
    grader_overall: float | None
    grader_levels: dict[str, float | None]
    overridden: tuple[str, ...]
    graded: int
    ungraded: int


class SessionRecord(Frozen):
    """One line of a JSONL export. `owner` is the id of whose it is, `person` their name where there are accounts.

    `moods` begins with the mood before the first reply. Fields may be added; `form` changes when one changes its meaning.
    """

    form: Literal["simcustomer.session.1"] = "simcustomer.session.1"
    id: str
    owner: str
    person: str | None
    persona: PersonaRecord
    rubric: RubricRecord
    provenance: Provenance
    origin: Origin | None
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    turns: tuple[Turn, ...]
    moods: tuple[MoodRecord, ...]
    replies: tuple[ReplyRecord, ...]
    scorecard: ScoreRecord
    debrief: Debrief | None

    @classmethod
    def of(cls, kept: Kept, person: str | None = None) -> SessionRecord:
        """The record of a session as it is stored."""
        session = kept.session
        persona, rubric = session.persona, session.rubric
        return cls(
            id=session.id,
            owner=session.owner,
            person=person,
            persona=PersonaRecord(
                id=persona.id,
                title=persona.title,
                name=persona.name,
                channel=persona.channel,
                difficulty=persona.difficulty,
            ),
            rubric=RubricRecord(id=rubric.id, version=rubric.version, title=rubric.title, pass_mark=rubric.pass_mark),
            provenance=session.provenance,
            origin=session.origin,
            started_at=session.started_at,
            ended_at=session.ended_at,
            outcome=session.outcome,
            turns=session.transcript.turns,
            moods=(
                _mood(persona.mood),
                *(_mood(e.stance.mood, tuple(s.summary for s in e.stance.shifts)) for e in session.exchanges),
            ),
            replies=tuple(_reply(kept, exchange) for exchange in session.exchanges),
            scorecard=score(session),
            debrief=session.debrief,
        )


def score(session: Session) -> ScoreRecord:
    """A session's scores, those that count and the grader's own."""
    card, own = session.scorecard, Scorecard.of(session.rubric, (e.grade for e in session.exchanges))
    return ScoreRecord(
        overall=card.overall,
        passed=card.passed,
        levels=card.levels,
        grader_overall=own.overall,
        grader_levels=own.levels,
        overridden=card.overridden,
        graded=card.graded,
        ungraded=card.ungraded,
    )


def _mood(mood: Mood, reasons: tuple[str, ...] = ()) -> MoodRecord:
    return MoodRecord(anger=mood.anger, trust=mood.trust, patience=mood.patience, reasons=reasons)


def _reply(kept: Kept, exchange: Exchange) -> ReplyRecord:
    grade, counted = exchange.grade, exchange.counted(kept.session.rubric)
    return ReplyRecord(
        number=exchange.number,
        turn=2 * exchange.number - 1,
        levels=counted.levels if isinstance(counted, Assessment) else {},
        overall=counted.overall if isinstance(counted, Assessment) else None,
        grader_levels=grade.levels if isinstance(grade, Assessment) else {},
        grader_overall=grade.overall if isinstance(grade, Assessment) else None,
        evidence=_evidence(grade) if isinstance(grade, Assessment) else (),
        ungraded=grade.reason if isinstance(grade, Ungraded) else None,
        overrides=exchange.overrides,
        disputes=tuple(
            DisputeRecord(technique=d.technique, reason=d.reason, at=d.at, decision=d.decision)
            for d in kept.disputes
            if d.number == exchange.number
        ),
    )


def _evidence(grade: Assessment) -> tuple[EvidenceRecord, ...]:
    missing = (
        EvidenceRecord(technique=verdict.technique, misstep=sign, quote="")
        for verdict in grade.verdicts
        for sign in verdict.missing
    )
    return (*(_quoted(item) for item in grade.evidence), *missing)


def _quoted(item: Evidence) -> EvidenceRecord:
    return EvidenceRecord(technique=item.technique, indicator=item.indicator, misstep=item.misstep, quote=item.quote)
