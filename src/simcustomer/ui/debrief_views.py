"""What the debrief shows: outcome, scores, mood and marked replies as plain data."""

from __future__ import annotations

from typing import NamedTuple

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Exchange, Note, Rewrite, Session
from simcustomer.evaluation.reliability import NOT_MEASURED, pinned_words
from simcustomer.evaluation.reliability import Word as Reliable
from simcustomer.ui.chart import Chart, mood_chart
from simcustomer.ui.marking import Footnote, Piece, footnotes, pieces
from simcustomer.ui.views import Message, said, technique_names

WORDS = ("missing", "attempted", "competent", "exemplary")
"""The meaning of levels 0 to 3; a mean takes the word of the nearest level."""

TONES = {
    Outcome.RESOLVED: "good",
    Outcome.COMPROMISE: "good",
    Outcome.COMPLAINT: "bad",
    Outcome.WALKED_OUT: "bad",
}
"""How an outcome is coloured; those not named are neither won nor lost."""


class Level(NamedTuple):
    """A level or mean of levels (0-3) of a technique; None throughout where there was no occasion.

    `agreement` says how well the grader agrees with raters on the technique; None where a level stands for itself.
    `confidence` says how far several gradings agreed (0-1); None where each reply was graded once.
    """

    technique: str
    value: float | None
    share: float | None
    word: str | None
    agreement: Reliable | None = None
    confidence: float | None = None


class MoodRow(NamedTuple):
    """The mood after a reply (0: before the first) and why it moved."""

    number: int
    mood: Mood
    why: tuple[str, ...]


class Marked(NamedTuple):
    """A graded or ungraded reply and what the customer answered to it."""

    number: int
    pieces: tuple[Piece, ...]
    notes: tuple[Footnote, ...]
    missing: tuple[tuple[str, str], ...]
    levels: tuple[Level, ...]
    overall: Level | None
    ungraded: str | None
    unverified: int
    answer: Message | None


class Remark(NamedTuple):
    """A strength or an improvement."""

    technique: str
    number: int
    quote: str
    text: str


class Suggestion(NamedTuple):
    """Another way to put a reply."""

    technique: str
    number: int
    instead_of: str
    suggestion: str
    why: str


class DebriefView(NamedTuple):
    """A whole debrief; `score` is out of 100 and None where nothing was graded."""

    session: str
    name: str
    title: str
    outcome: Outcome
    tone: str
    summary: str | None
    score: float | None
    passed: bool | None
    pass_mark: int
    ungraded: int
    strengths: tuple[Remark, ...]
    improvements: tuple[Remark, ...]
    rewrites: tuple[Suggestion, ...]
    techniques: tuple[Level, ...]
    chart: Chart
    moods: tuple[MoodRow, ...]
    opening: Message
    replies: tuple[Marked, ...]
    grader: str
    rubric: str
    rubric_version: int


def debrief(session: Session) -> DebriefView:
    """The debrief of a session that has an outcome; ValueError for one that has none."""
    if session.outcome is None:
        raise ValueError("a session that has not ended has no debrief")
    card, rubric, words = session.scorecard, session.rubric, session.debrief
    moods = _moods(session)
    return DebriefView(
        session=session.id,
        name=session.persona.name,
        title=session.persona.title,
        outcome=session.outcome,
        tone=TONES.get(session.outcome, "open"),
        summary=words.summary if words else None,
        score=card.overall,
        passed=card.passed,
        pass_mark=rubric.pass_mark,
        ungraded=card.ungraded,
        strengths=tuple(_remark(note, rubric) for note in words.strengths) if words else (),
        improvements=tuple(_remark(note, rubric) for note in words.improvements) if words else (),
        rewrites=tuple(_suggestion(rewrite, rubric) for rewrite in words.rewrites) if words else (),
        techniques=_techniques(session),
        chart=mood_chart([row.mood for row in moods]),
        moods=moods,
        opening=said(session, session.opening, is_first=True),
        replies=tuple(_marked(session, exchange) for exchange in session.exchanges),
        grader=session.provenance.grader,
        rubric=rubric.title,
        rubric_version=rubric.version,
    )


def _techniques(session: Session) -> tuple[Level, ...]:
    words = pinned_words(session.provenance.grader, session.provenance.rubric)
    levels = session.scorecard.levels
    return tuple(
        level_of(technique.name, levels.get(technique.id))._replace(
            agreement=words.get(technique.id, NOT_MEASURED), confidence=session.confidence(technique.id)
        )
        for technique in session.rubric.techniques
    )


def _moods(session: Session) -> tuple[MoodRow, ...]:
    after = (
        MoodRow(e.number, e.stance.mood, tuple(shift.summary for shift in e.stance.shifts)) for e in session.exchanges
    )
    return (MoodRow(0, session.persona.mood, ()), *after)


def level_of(technique: str, value: float | None) -> Level:
    """A level or mean with its share of the bar (0-100) and its word."""
    if value is None:
        return Level(technique, None, None, None)
    return Level(technique, value, round(value / 3 * 100, 1), WORDS[int(value + 0.5)])


def _marked(session: Session, exchange: Exchange) -> Marked:
    rubric, grade = session.rubric, exchange.grade
    answer = said(session, exchange.answer) if exchange.answer else None
    if not isinstance(grade, Assessment):
        plain = pieces(exchange.reply, ())
        return Marked(exchange.number, plain, (), (), (), None, grade.reason, 0, answer)
    notes = footnotes(rubric, exchange.reply, grade)
    names = technique_names(rubric)
    return Marked(
        number=exchange.number,
        pieces=pieces(exchange.reply, notes),
        notes=notes,
        missing=tuple(
            (names[verdict.technique], rubric.technique(verdict.technique).missteps[sign])
            for verdict in grade.verdicts
            for sign in verdict.missing
        ),
        levels=tuple(level_of(names[verdict.technique], verdict.level) for verdict in grade.verdicts),
        overall=level_of("", grade.overall) if grade.overall is not None else None,
        ungraded=None,
        unverified=len(grade.unverified),
        answer=answer,
    )


def _remark(note: Note, rubric: Rubric) -> Remark:
    return Remark(rubric.technique(note.technique).name, note.exchange, note.quote, note.text)


def _suggestion(rewrite: Rewrite, rubric: Rubric) -> Suggestion:
    return Suggestion(
        rubric.technique(rewrite.technique).name,
        rewrite.exchange,
        rewrite.instead_of,
        rewrite.suggestion,
        rewrite.why,
    )
