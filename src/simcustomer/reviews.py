"""The use cases of second looks: a trainee disputes a level; a manager answers, sets levels, has replies graded again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from simcustomer.domain.accounts import Visitor
from simcustomer.domain.assessment import Assessment, Ungraded
from simcustomer.domain.audit import Audited
from simcustomer.domain.review import MOST_REASON, Decision, Dispute, Override
from simcustomer.domain.rubric import Level
from simcustomer.domain.session import Exchange, Session
from simcustomer.errors import InvalidInput, NotAllowed, NotFound
from simcustomer.practice import Practice, Regraded
from simcustomer.store import Disputes
from simcustomer.team import Member, Team

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Disputed(NamedTuple):
    """A dispute that waits for an answer, with the member who raised it and the session that it is about."""

    member: Member
    dispute: Dispute
    session: Session


class UngradedReply(NamedTuple):
    """A reply without a grade, with the member who gave it and its session."""

    member: Member
    number: int
    session: Session


class Queue(NamedTuple):
    """What waits for a manager, oldest first."""

    disputes: tuple[Disputed, ...]
    ungraded: tuple[UngradedReply, ...]


@dataclass(frozen=True)
class Reviews:
    """Second looks at the grades of a practice. Managers reach their own team, as in `Team`."""

    practice: Practice
    team: Team

    @property
    def _disputes(self) -> Disputes:
        return Disputes(self.practice.store.engine)

    def dispute(self, visitor: Visitor, session_id: str, number: int, technique: str, reason: str) -> Dispute:
        """Object to a level in a session of one's own. Raises NotFound, InvalidInput, TurnConflict for a second time."""
        session = self.practice.open(session_id, owner=visitor.id)
        _graded(session, number, technique)
        dispute = Dispute(
            session=session_id, number=number, technique=technique, reason=clean_reason(reason), at=self.team.now()
        )
        self._disputes.raise_dispute(dispute)
        return dispute

    def of_session(self, session_id: str) -> tuple[Dispute, ...]:
        """All disputes about a session, for whoever may read it."""
        return self._disputes.of_session(session_id)

    def queue(self, manager: Visitor) -> Queue:
        """What waits in the manager's team."""
        members = {member.id: member for member in self.team.members(manager)}
        store = self.practice.store
        waiting, left = self._disputes.waiting(members), self._disputes.ungraded(members)
        owners = {w.dispute.session: w.owner for w in waiting} | {u.session: u.owner for u in left}
        sessions = {session: store.load(session, owner) for session, owner in owners.items()}
        return Queue(
            tuple(Disputed(members[w.owner], w.dispute, sessions[w.dispute.session]) for w in waiting),
            tuple(UngradedReply(members[u.owner], u.number, sessions[u.session]) for u in left),
        )

    def waiting(self, manager: Visitor) -> int:
        """How much waits in the manager's team."""
        return self._disputes.waiting_count(member.id for member in self.team.members(manager))

    def override(
        self, manager: Visitor, session_id: str, number: int, override: tuple[str, Level | None], reason: str
    ) -> None:
        """Set the level of a technique, `(technique, level)`, in the grader's place; accepts a dispute that waits for it.

        Raises InvalidInput without a reason or for a reply that has no grade.
        """
        technique, level = override
        session = self._to_decide(manager, session_id)
        before = _graded(session, number, technique)
        given = Override(
            technique=technique, level=level, reason=clean_reason(reason), by=manager.name, at=self.team.now()
        )
        self._disputes.override(session_id, number, given)
        was, now = (_written(each) for each in (before, level))
        self.team.log(manager.id, Audited.LEVEL_OVERRIDDEN, session_id, f"reply {number}, {technique}: {was} -> {now}")

    def decline(self, manager: Visitor, session_id: str, number: int, technique: str, reason: str) -> None:
        """Answer a dispute and leave the level as it is. Raises InvalidInput without a reason, TurnConflict."""
        self._to_decide(manager, session_id)
        decision = Decision(accepted=False, reason=clean_reason(reason), by=manager.name, at=self.team.now())
        self._disputes.decline(session_id, number, technique, decision)
        self.team.log(manager.id, Audited.DISPUTE_DECLINED, session_id, f"reply {number}, {technique}")

    async def regrade(self, manager: Visitor, session_id: str) -> Regraded:
        """Grade a member's replies that have no grade; where the others were graded by another grader, grade every reply again."""
        owner = self.team.owner_of(manager, session_id)
        session = self.practice.open(session_id, owner=owner.id)
        anew = session.provenance.grader != self.practice.cast.grader.name
        done = await self.practice.regrade(session_id, owner=owner.id, anew=anew)
        self.team.log(manager.id, Audited.SESSION_REGRADED, session_id, f"{len(done.graded)} replies")
        return done

    def _to_decide(self, manager: Visitor, session_id: str) -> Session:
        owner = self.team.owner_of(manager, session_id)
        if owner.id == manager.id and len(self.team.members(manager)) > 1:
            raise NotAllowed("This is your own session: another manager of your team has to look at it.")
        return self.practice.open(session_id, owner=owner.id)


def clean_reason(text: str) -> str:
    """A reason as it is kept: composed, without invisible characters. Raises InvalidInput for none or one too long."""
    reason = _UNPRINTABLE.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if not any(character.isalnum() for character in reason):
        raise InvalidInput("Give a reason: which words of the reply, and what they show. Nothing was sent yet.")
    if len(reason) > MOST_REASON:
        raise InvalidInput(
            f"The reason is {len(reason):,} characters long; the most is {MOST_REASON:,}. Shorten it and send it again."
        )
    return reason


def exchange_of(session: Session, number: int) -> Exchange:
    """The reply of this number. Raises NotFound."""
    if not 1 <= number <= len(session.exchanges):
        raise NotFound(f"This session has no reply {number}.")
    return session.exchanges[number - 1]


def _graded(session: Session, number: int, technique: str) -> Level | None:
    """The grader's level. Raises NotFound where there is no such reply or technique, InvalidInput where it has no grade."""
    if session.outcome is None:
        raise InvalidInput("This conversation has not ended, so it has no debrief yet. Finish it first.")
    grade = exchange_of(session, number).grade
    if isinstance(grade, Ungraded):
        raise InvalidInput(f"Reply {number} has no grade, so it has no level either. It can be graded again.")
    return _level(grade, technique)


def _level(grade: Assessment, technique: str) -> Level | None:
    if technique not in grade.levels:
        raise NotFound(f"There is no technique {technique[:60]!r} in this session's rubric.")
    return grade.levels[technique]


def _written(level: Level | None) -> str:
    return "no occasion" if level is None else str(level)
