"""What is shown of a point to go back to: the way there, what an expert did from it, and two tries side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome
from simcustomer.domain.progress import Attempt
from simcustomer.domain.session import Exchange, Session
from simcustomer.ui.debrief_views import TONES, Level, level_of
from simcustomer.ui.views import Message, conversation, replied, said


class Side(NamedTuple):
    """One reply of a try, with its level (None: not graded), the mood after it and the customer's answer."""

    reply: Message
    overall: Level | None
    mood: Mood
    answer: Message | None


class Fork(NamedTuple):
    """A reply to go back to: all that was said before it (`latest` is what it answered), and what was replied then."""

    session: str
    number: int
    name: str
    title: str
    earlier: tuple[Message, ...]
    latest: Message
    mood: Mood
    taken: Side


class Played(NamedTuple):
    """A simulated trainee's way on from a reply; `outcome` is None while it is being played, `score` is out of 100."""

    name: str
    replies: tuple[Side, ...]
    outcome: Outcome | None
    score: float | None
    score_then: float | None


class Try(NamedTuple):
    """One of two tries, from the reply at which they part; `score` is out of 100 and None where nothing was graded."""

    session: str
    outcome: Outcome
    tone: str
    score: float | None
    mood: Mood


class Again(NamedTuple):
    """A finished session that went back to a reply of this one; `score` is out of 100, from that reply on."""

    session: str
    number: int
    outcome: Outcome
    score: float | None


class Step(NamedTuple):
    """The replies of the same number in both tries; None where a try had ended."""

    number: int
    first: Side | None
    second: Side | None


class Change(NamedTuple):
    """A technique in both tries; `by` is how much the level rose (None where one of them had no occasion)."""

    technique: str
    first: Level
    second: Level
    by: float | None


class Comparison(NamedTuple):
    """Two tries from the reply at which they part on; `alike` is False where their scores were made by different graders."""

    number: int
    name: str
    first: Try
    second: Try
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    alike: bool


def fork(session: Session, number: int) -> Fork:
    """The point before a reply (from 1); ValueError where there is no such reply."""
    before = session.before(number)
    *earlier, latest = conversation(before)
    return Fork(
        session=session.id,
        number=number,
        name=session.persona.name,
        title=session.persona.title,
        earlier=tuple(earlier),
        latest=latest,
        mood=before.mood,
        taken=_side(session, session.exchanges[number - 1]),
    )


def played(parent: Session, rehearsal: Session | None, number: int) -> Played:
    """How a rehearsal (None: not begun) went on from this reply, beside the score of the session that it was tried on."""
    if rehearsal is None:
        return Played(parent.persona.name, (), None, None, None)
    return Played(
        name=rehearsal.persona.name,
        replies=tuple(_side(rehearsal, e) for e in rehearsal.exchanges[number - 1 :]),
        outcome=rehearsal.outcome,
        score=rehearsal.scorecard_from(number).overall,
        score_then=parent.scorecard_from(number).overall,
    )


def comparison(parent: Session, branch: Session) -> Comparison:
    """A rewound session that has ended beside the one it came from; ValueError where one has not ended, or they are strangers."""
    if branch.origin is None or branch.origin.session != parent.id:
        raise ValueError("the second session is no branch of the first")
    number = branch.origin.reply
    last = max(len(parent.exchanges), len(branch.exchanges))
    return Comparison(
        number=number,
        name=branch.persona.name,
        first=_try(parent, number),
        second=_try(branch, number),
        steps=tuple(Step(n, _nth(parent, n), _nth(branch, n)) for n in range(number, last + 1)),
        changes=_changes(parent, branch, number),
        alike=parent.provenance.grader == branch.provenance.grader,
    )


def again(attempts: Iterable[Attempt], session_id: str) -> tuple[Again, ...]:
    """The attempts that branched off this session, in the order in which they are given."""
    return tuple(
        Again(a.session, a.origin.reply, a.outcome, a.own.overall)
        for a in attempts
        if a.origin and a.origin.session == session_id
    )


def _try(session: Session, number: int) -> Try:
    if session.outcome is None:
        raise ValueError("a try that has not ended cannot be compared")
    score = session.scorecard_from(number).overall
    return Try(session.id, session.outcome, TONES.get(session.outcome, "open"), score, session.mood)


def _nth(session: Session, number: int) -> Side | None:
    return _side(session, session.exchanges[number - 1]) if number <= len(session.exchanges) else None


def _changes(parent: Session, branch: Session, number: int) -> tuple[Change, ...]:
    """The techniques that had occasion in either try, in the rubric's order."""
    before, after = parent.scorecard_from(number).levels, branch.scorecard_from(number).levels
    changes: list[Change] = []
    for technique in branch.rubric.techniques:
        was, now = before.get(technique.id), after.get(technique.id)
        if was is None and now is None:
            continue
        by = None if was is None or now is None else round(now - was, 2)
        changes.append(Change(technique.name, level_of(technique.name, was), level_of(technique.name, now), by))
    return tuple(changes)


def _side(session: Session, exchange: Exchange) -> Side:
    counted = exchange.counted(session.rubric)
    graded = counted if isinstance(counted, Assessment) else None
    return Side(
        reply=replied(session, exchange.reply),
        overall=level_of("", graded.overall) if graded and graded.overall is not None else None,
        mood=exchange.stance.mood,
        answer=said(session, exchange.answer) if exchange.answer else None,
    )
