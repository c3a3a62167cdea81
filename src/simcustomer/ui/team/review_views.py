"""What the managers' room shows of grades that wait for a second look, and of one session read for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from simcustomer.domain.assessment import Ungraded
from simcustomer.domain.review import Dispute
from simcustomer.domain.session import Session
from simcustomer.reviews import Queue
from simcustomer.team import Member
from simcustomer.ui.debrief_views import DebriefView, Marked, ReplyLevel, debrief
from simcustomer.ui.levels import Level
from simcustomer.ui.second_looks import second_look

SNIPPET = 160
"""Characters of a reply that a list shows."""


class DisputeRow(NamedTuple):
    """A dispute in the queue."""

    member: Member
    session: str
    title: str
    number: int
    technique: str
    technique_name: str
    level: Level
    reason: str
    said: str
    at: datetime


class UngradedRow(NamedTuple):
    """A reply without grade in the queue."""

    member: Member
    session: str
    title: str
    number: int
    why: str
    said: str
    at: datetime


class QueueView(NamedTuple):
    """All that waits, oldest first."""

    disputes: tuple[DisputeRow, ...]
    ungraded: tuple[UngradedRow, ...]


class Decided(NamedTuple):
    """The level that is looked at: where it stands, what the rubric asks, what its levels mean."""

    reply: Marked
    item: ReplyLevel
    asks: str
    anchors: tuple[tuple[int, str], ...]
    waits: bool


class ReadView(NamedTuple):
    """A member's session, to read; `decided` is the level that the address names."""

    member: Member
    view: DebriefView
    when: datetime
    ungraded: int
    decided: Decided | None


def queue_view(queue: Queue) -> QueueView:
    """The queue as rows."""
    return QueueView(
        tuple(_dispute(d.member, d.dispute, d.session) for d in queue.disputes),
        tuple(_ungraded(left.member, left.number, left.session) for left in queue.ungraded),
    )


def read_view(member: Member, session: Session, disputes: Sequence[Dispute], asked: tuple[int, str] | None) -> ReadView:
    """A session that has ended, with the level of `asked` (number of the reply, technique) to decide on."""
    view = debrief(session, disputes)
    return ReadView(
        member=member,
        view=view,
        when=session.started_at,
        ungraded=session.scorecard.ungraded,
        decided=_decided(session, view, *asked) if asked else None,
    )


def _decided(session: Session, view: DebriefView, number: int, technique: str) -> Decided | None:
    reply = next((reply for reply in view.replies if reply.number == number), None)
    item = next((item for item in reply.levels if item.id == technique), None) if reply else None
    if reply is None or item is None:
        return None
    asked = session.rubric.technique(technique)
    waits = item.second is not None and item.second.dispute is not None and item.second.answer is None
    return Decided(reply, item, asked.asks, tuple(sorted(asked.anchors.items())), waits)


def _dispute(member: Member, dispute: Dispute, session: Session) -> DisputeRow:
    exchange = session.exchanges[dispute.number - 1]
    name = session.rubric.technique(dispute.technique).name
    verdicts = () if isinstance(exchange.grade, Ungraded) else exchange.grade.verdicts
    looks = (second_look(name, v, exchange, (dispute,)) for v in verdicts if v.technique == dispute.technique)
    look = next((look for look in looks if look), None)
    return DisputeRow(
        member=member,
        session=session.id,
        title=_title(session),
        number=dispute.number,
        technique=dispute.technique,
        technique_name=name,
        level=look.counts if look else Level(name, None, None, None),
        reason=dispute.reason,
        said=_snippet(exchange.reply),
        at=dispute.at,
    )


def _ungraded(member: Member, number: int, session: Session) -> UngradedRow:
    exchange = session.exchanges[number - 1]
    return UngradedRow(
        member=member,
        session=session.id,
        title=_title(session),
        number=number,
        why=exchange.grade.reason if isinstance(exchange.grade, Ungraded) else "",
        said=_snippet(exchange.reply),
        at=session.started_at,
    )


def _title(session: Session) -> str:
    return f"{session.persona.name}: {session.persona.title}"


def _snippet(text: str) -> str:
    return text if len(text) <= SNIPPET else f"{text[: SNIPPET - 1].rstrip()}…"
