"""Whole sessions between a simulated trainee and a customer, on the same exchange graph as a practice."""

from __future__ import annotations

from simcustomer.domain.model import Frozen
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.domain.transcript import Channel, Turn
from simcustomer.evaluation.grading import GradedReply
from simcustomer.graph import rehearsal_graph, run_rehearsal
from simcustomer.practice import begin
from simcustomer.roles import Cast, Trainee


class MoodRecord(Frozen):
    """The mood after a reply, and why it moved."""

    anger: float
    trust: float
    patience: float
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, mood: Mood, reasons: tuple[str, ...] = ()) -> MoodRecord:
        """The record of a mood."""
        return cls(anger=mood.anger, trust=mood.trust, patience=mood.patience, reasons=reasons)


class ScoreRecord(Frozen):
    """A scorecard in short: overall 0-100, mean level by technique."""

    overall: float | None
    levels: dict[str, float | None]


class Rehearsal(Frozen):
    """One simulated session; `moods` begins with the mood before the first reply."""

    id: str
    persona: str
    channel: Channel
    trainee: str
    seed: int
    turns: tuple[Turn, ...]
    moods: tuple[MoodRecord, ...]
    replies: tuple[GradedReply, ...]
    outcome: Outcome | None
    scorecard: ScoreRecord


async def rehearse(persona: Persona, rubric: Rubric, *, cast: Cast, trainee: Trainee, seed: int) -> Rehearsal:
    """Play one session to its end and put it on record. Raises EngineError where an engine fails."""
    return _record(await play(persona, rubric, cast=cast, trainee=trainee, seed=seed), trainee.name)


async def play(persona: Persona, rubric: Rubric, *, cast: Cast, trainee: Trainee, seed: int) -> Session:
    """Play one session to its end. Raises EngineError where an engine fails."""
    session_id = f"{persona.id}.{trainee.name}.{seed}"
    session = begin(persona, rubric, cast, session_id=session_id, owner="rehearsal", seed=seed)
    return await run_rehearsal(rehearsal_graph(cast, trainee), session)


def _record(session: Session, trainee: str) -> Rehearsal:
    card = session.scorecard
    return Rehearsal(
        id=session.id,
        persona=session.persona.id,
        channel=session.persona.channel,
        trainee=trainee,
        seed=session.seed,
        turns=session.transcript.turns,
        moods=(
            MoodRecord.of(session.persona.mood),
            *(MoodRecord.of(e.stance.mood, tuple(s.summary for s in e.stance.shifts)) for e in session.exchanges),
        ),
        replies=tuple(GradedReply.of(session.id, 2 * e.number - 1, e.grade) for e in session.exchanges),
        outcome=session.outcome,
        scorecard=ScoreRecord(overall=card.overall, levels=card.levels),
    )
