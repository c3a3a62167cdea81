"""What the debrief shows: outcome, scores, mood and marked replies as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Verdict
from simcustomer.domain.footnotes import Footnote, footnotes, remarks
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome
from simcustomer.domain.review import Dispute
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Exchange, Note, Rewrite, Scorecard, Session
from simcustomer.evaluation.reliability import NOT_MEASURED, pinned_words
from simcustomer.ui.chart import Chart, mood_chart
from simcustomer.ui.levels import TONES, Level, level_of
from simcustomer.ui.marking import Piece, pieces
from simcustomer.ui.second_looks import SecondLook, second_look
from simcustomer.ui.views import Message, said, spoken_in, technique_names


class MoodRow(NamedTuple):
    """The mood after a reply (0: before the first) and why it moved."""

    number: int
    mood: Mood
    why: tuple[str, ...]


class ReplyLevel(NamedTuple):
    """The level of a technique in one reply that counts; `second` is what a second look at it came to, if there was one."""

    id: str
    level: Level
    second: SecondLook | None


class Marked(NamedTuple):
    """A graded or ungraded reply and what the customer answered to it."""

    number: int
    pieces: tuple[Piece, ...]
    notes: tuple[Footnote, ...]
    missing: tuple[tuple[str, str], ...]
    levels: tuple[ReplyLevel, ...]
    overall: Level | None
    ungraded: str | None
    unverified: int
    answer: Message | None
    language: str


class Point(NamedTuple):
    """What there is to say of a technique."""

    technique: str
    text: str


class Remark(NamedTuple):
    """What some words of a reply did, well or not: each technique that they are quoted for; `quote` is empty where words were missing."""

    points: tuple[Point, ...]
    number: int
    quote: str


class Suggestion(NamedTuple):
    """Another way to put a reply."""

    technique: str
    number: int
    instead_of: str
    suggestion: str
    why: str


class Given(NamedTuple):
    """A hint that was asked for before a reply."""

    number: int
    technique: str
    text: str


class DebriefView(NamedTuple):
    """A whole debrief; `score` is out of 100 and None where nothing was graded.

    `passed` takes no account of hints, with which a pass does not count; `has_usual` says whether there is an average to show.
    `by_grader` is the score of the grader's own levels, where a manager set some; `second_looks` are those of all replies.
    """

    session: str
    language: str
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
    by_grader: float | None
    second_looks: tuple[tuple[int, ReplyLevel], ...]
    coached: bool
    hints: tuple[Given, ...]
    has_usual: bool
    grader: str
    rubric: str
    rubric_version: int


def debrief(
    session: Session, disputes: Sequence[Dispute] = (), usual: Mapping[str, float] | None = None
) -> DebriefView:
    """The debrief of a session that has an outcome; ValueError for one that has none.

    `usual` has the trainee's mean levels in the sessions before, by technique.
    """
    if session.outcome is None:
        raise ValueError("a session that has not ended has no debrief")
    card, rubric, words = session.scorecard, session.rubric, session.debrief
    moods = _moods(session)
    replies = tuple(marked(session, exchange, disputes) for exchange in session.exchanges)
    return DebriefView(
        session=session.id,
        language=spoken_in(session),
        name=session.persona.name,
        title=session.persona.title,
        outcome=session.outcome,
        tone=TONES.get(session.outcome, "open"),
        summary=words.summary if words else None,
        score=card.overall,
        passed=card.passed,
        pass_mark=rubric.pass_mark,
        ungraded=card.ungraded,
        strengths=_remarks(words.strengths, rubric) if words else (),
        improvements=_remarks(words.improvements, rubric) if words else (),
        rewrites=tuple(_suggestion(rewrite, rubric) for rewrite in words.rewrites) if words else (),
        techniques=_techniques(session, usual or {}),
        chart=mood_chart([row.mood for row in moods]),
        moods=moods,
        opening=said(session, session.opening, is_first=True),
        replies=replies,
        by_grader=_own(session).overall if card.overridden else None,
        second_looks=tuple((reply.number, level) for reply in replies for level in reply.levels if level.second),
        coached=session.coached,
        hints=tuple(Given(h.exchange, rubric.technique(h.technique).name, h.text) for h in session.hints),
        has_usual=bool(usual),
        grader=session.provenance.grader,
        rubric=rubric.title,
        rubric_version=rubric.version,
    )


def _techniques(session: Session, usual: Mapping[str, float]) -> tuple[Level, ...]:
    words = pinned_words(session.provenance.grader, session.provenance.rubric)
    card, own = session.scorecard, _own(session)
    return tuple(
        level_of(technique.name, card.levels.get(technique.id))._replace(
            agreement=words.get(technique.id, NOT_MEASURED),
            confidence=session.confidence(technique.id),
            usual=usual.get(technique.id),
            by_grader=level_of("", own.levels.get(technique.id)) if technique.id in card.overridden else None,
        )
        for technique in session.rubric.techniques
    )


def _own(session: Session) -> Scorecard:
    """The scorecard of the grader's own levels."""
    return Scorecard.of(session.rubric, (exchange.grade for exchange in session.exchanges))


def _moods(session: Session) -> tuple[MoodRow, ...]:
    after = (
        MoodRow(e.number, e.stance.mood, tuple(shift.summary for shift in e.stance.shifts)) for e in session.exchanges
    )
    return (MoodRow(0, session.persona.mood, ()), *after)


def marked(session: Session, exchange: Exchange, disputes: Sequence[Dispute] = ()) -> Marked:
    """A reply with its evidence, the levels that count, and second looks at them."""
    rubric, grade = session.rubric, exchange.grade
    answer = said(session, exchange.answer) if exchange.answer else None
    if not isinstance(grade, Assessment):
        plain = pieces(exchange.reply, ())
        return Marked(exchange.number, plain, (), (), (), None, grade.reason, 0, answer, spoken_in(session))
    notes = footnotes(rubric, exchange.reply, grade)
    names, counted = technique_names(rubric), exchange.counted(rubric)
    overall = counted.overall if isinstance(counted, Assessment) else None
    return Marked(
        number=exchange.number,
        pieces=pieces(exchange.reply, notes),
        notes=notes,
        missing=tuple(
            (names[verdict.technique], rubric.technique(verdict.technique).missteps[sign])
            for verdict in grade.verdicts
            for sign in verdict.missing
        ),
        levels=tuple(_level(names[v.technique], v, exchange, disputes) for v in grade.verdicts),
        overall=level_of("", overall) if overall is not None else None,
        ungraded=None,
        unverified=len(grade.unverified),
        answer=answer,
        language=spoken_in(session),
    )


def _level(name: str, verdict: Verdict, exchange: Exchange, disputes: Sequence[Dispute]) -> ReplyLevel:
    second = second_look(name, verdict, exchange, disputes)
    return ReplyLevel(verdict.technique, second.counts if second else level_of(name, verdict.level), second)


def _remarks(notes: Sequence[Note], rubric: Rubric) -> tuple[Remark, ...]:
    return tuple(
        Remark(
            tuple(Point(rubric.technique(note.technique).name, note.text) for note in remark.notes),
            remark.exchange,
            remark.quote,
        )
        for remark in remarks(notes)
    )


def _suggestion(rewrite: Rewrite, rubric: Rubric) -> Suggestion:
    return Suggestion(
        rubric.technique(rewrite.technique).name,
        rewrite.exchange,
        rewrite.instead_of,
        rewrite.suggestion,
        rewrite.why,
    )
