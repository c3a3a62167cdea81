"""The use cases of a practice. The web app, the command line and the evals all come through here."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from simcustomer import __version__
from simcustomer.answering import Answering, Event, Settled
from simcustomer.budget import Budget
from simcustomer.domain.assessment import Ungraded
from simcustomer.domain.limits import Limits
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.progress import Attempt
from simcustomer.domain.reply_text import clean_reply
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Origin, Provenance, Session
from simcustomer.errors import (
    EngineError,
    NotFound,
    NothingSaid,
    SessionOver,
    TurnConflict,
)
from simcustomer.graph import Spoken, exchange_graph, rehearsal_graph, watch_rehearsal
from simcustomer.library import content_hash
from simcustomer.observing import NOBODY, Observer
from simcustomer.roles import Cast, GradingCase, Scene, Trainee
from simcustomer.store import OpenRow, Store
from simcustomer.underway import Underway

if TYPE_CHECKING:
    from simcustomer.graph import ExchangeGraph

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Regraded:
    """The session after grading again: the numbers of the replies with a new grade, and why the others have none."""

    session: Session
    graded: tuple[int, ...]
    failed: dict[int, str]


def begin(persona: Persona, rubric: Rubric, cast: Cast, *, session_id: str, owner: str, seed: int) -> Session:
    """A new session in which the customer has said the opening; not stored."""
    return Session(
        id=session_id,
        owner=owner,
        persona=persona,
        rubric=rubric,
        seed=seed,
        provenance=_provenance(persona, rubric, cast),
        opening=cast.customer.opening(persona, seed),
        started_at=datetime.now(UTC),
    )


def _provenance(persona: Persona, rubric: Rubric, cast: Cast) -> Provenance:
    return Provenance(
        persona=content_hash(persona),
        rubric=content_hash(rubric),
        customer=cast.customer.name,
        grader=cast.grader.name,
        coach=cast.coach.name,
        version=__version__,
    )


def _before(session: Session, number: int) -> Session:
    """The session before a reply. Raises NotFound where it has no such reply."""
    if not 1 <= number <= len(session.exchanges):
        raise NotFound(
            f"This session has no reply {number} to go back to; its replies are numbered from 1 to {len(session.exchanges)}."
            if session.exchanges
            else "Nothing was said in this session, so there is no reply to go back to. Start a new one."
        )
    return session.before(number)


def _case(session: Session, number: int) -> GradingCase:
    """The stored reply of an exchange as its grader got it."""
    before = session.model_copy(update={"exchanges": session.exchanges[: number - 1]})
    return Scene(before, session.exchanges[number - 1].reply).case


@dataclass(frozen=True)
class Practice:
    """Starting, answering and ending sessions, with one cast and one store."""

    store: Store
    cast: Cast
    longest_reply: int = 5_000
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    new_id: Callable[[], str] = lambda: secrets.token_urlsafe(18)
    observer: Observer = NOBODY
    underway: Underway = field(default_factory=Underway)

    def start(
        self, persona: Persona, rubric: Rubric, *, owner: str, seed: int | None = None, coached: bool = False
    ) -> Session:
        """Begin a session: the customer's opening is said and stored. A coached one comments on each reply as it goes."""
        seed = secrets.randbelow(2**31) if seed is None else seed
        session = begin(persona, rubric, self.cast, session_id=self.new_id(), owner=owner, seed=seed)
        session = session.model_copy(update={"coached": coached})
        self.store.add(session)
        return session

    def open(self, session_id: str, *, owner: str) -> Session:
        """The session as it is stored. Raises NotFound where it is not this owner's."""
        return self.store.load(session_id, owner)

    def finished(self, *, owner: str) -> tuple[Attempt, ...]:
        """The owner's sessions that have ended, oldest first."""
        return self.store.finished(owner)

    def unfinished(self, *, owner: str) -> tuple[OpenRow, ...]:
        """The owner's sessions that have not ended, newest first."""
        return self.store.unfinished(owner)

    async def rewind(self, session_id: str, number: int, *, owner: str) -> Session:
        """A new session that goes on from before this reply (from 1); the old one stays as it is.

        It keeps persona, rubric, seed and the exchanges before that reply. Where another grader graded those, this one
        grades them again, so that no session mixes two. Raises NotFound for a reply that is not there, StoreError.
        """
        parent = await asyncio.to_thread(self.store.load, session_id, owner)
        kept = _before(parent, number)
        now, was = _provenance(parent.persona, parent.rubric, self.cast), parent.provenance
        exchanges = kept.exchanges
        if was.grader != now.grader:
            async with self._budget.billed(session_id, owner):
                graded = [await self.cast.grader.grade(_case(kept, e.number)) for e in exchanges]
            exchanges = tuple(e.model_copy(update={"grade": grade}) for e, grade in zip(exchanges, graded, strict=True))
        if exchanges and was.customer != now.customer:
            now = now.model_copy(update={"customer": f"{was.customer}, then {now.customer}"})
        branch = kept.model_copy(
            update={
                "id": self.new_id(),
                "provenance": now,
                "exchanges": exchanges,
                "started_at": datetime.now(UTC),
                "origin": Origin(session=session_id, reply=number),
            }
        )
        await asyncio.to_thread(self.store.add, branch)
        return branch

    async def rehearse(self, session_id: str, number: int, trainee: Trainee, *, owner: str) -> AsyncIterator[Session]:
        """Let a simulated trainee go on from before this reply: the session after each exchange, kept nowhere.

        It counts as one turn. Raises NotFound for a reply that is not there, LimitReached, EngineError, StoreError.
        """
        session = _before(await asyncio.to_thread(self.store.load, session_id, owner), number)
        await self._budget.take_turn(owner)
        async with self._budget.billed(session_id, owner):
            async for played in watch_rehearsal(rehearsal_graph(self.cast, trainee), session):
                yield played

    async def respond(
        self, session_id: str, text: str, *, owner: str, number: int | None = None
    ) -> AsyncIterator[Event]:
        """Store a reply, then answer and grade it; the last event is always Settled.

        `number` is the exchange that the sender means (from 1). The same reply for it again gives the same exchange
        back; another one raises TurnConflict. Also raises InvalidReply, LimitReached, SessionOver, NotFound, StoreError, EngineError
        and ServerStopping; after these two the reply is kept and `resume` tries again.
        """
        reply = clean_reply(text, longest=self.longest_reply)
        session = await asyncio.to_thread(self.store.load, session_id, owner)
        number = len(session.exchanges) + 1 if number is None else number
        if number <= len(session.exchanges):
            if session.exchanges[number - 1].reply != reply:
                raise TurnConflict(
                    "This turn was already answered, from another tab or device. Reload to see it; your text is still in the box."
                )
            yield Spoken(session.exchanges[number - 1].answer)
            yield Settled(session)
            return
        if session.outcome is not None:
            raise SessionOver("This conversation has ended. See its debrief, or start a new one.")
        if number != len(session.exchanges) + 1:
            raise TurnConflict("This reply belongs to a turn that has not come yet. Reload the page and send it again.")
        async for event in self._answering.respond(session, number, reply):
            yield event

    async def resume(self, session_id: str, *, owner: str) -> AsyncIterator[Event]:
        """Answer a reply that was stored and not answered, if there is one; the last event is always Settled."""
        session = await asyncio.to_thread(self.store.load, session_id, owner)
        if session.pending is None:
            yield Settled(session)
            return
        async for event in self._answering.resume(session):
            yield event

    async def hand_over(self, session_id: str, *, owner: str) -> Session:
        """Hand the customer over to a supervisor, which ends the session, and debrief it.

        Raises NothingSaid before the first reply: nobody takes over a customer who has not been answered.
        """
        session = await asyncio.to_thread(self.store.load, session_id, owner)
        if not session.exchanges and session.pending is None:
            raise NothingSaid(f"{session.persona.name} has not been answered yet. Say something first, then hand over.")
        return await self.finish(session_id, owner=owner, outcome=Outcome.ESCALATED)

    async def finish(self, session_id: str, *, owner: str, outcome: Outcome = Outcome.ENDED_BY_TRAINEE) -> Session:
        """End a session at the trainee's wish and debrief it; one that has ended stays as it is."""
        while True:
            is_answerable = True
            try:
                async for _ in self.resume(session_id, owner=owner):
                    pass  # a reply that still waits for its answer belongs to the session that is debriefed
            except EngineError:
                # A customer who cannot answer must not keep the trainee in the conversation; the reply stays stored.
                _log.warning("session %s is ended with a reply that could not be answered", session_id)
                is_answerable = False
            session = await asyncio.to_thread(self.store.load, session_id, owner)
            if session.outcome is not None:
                break
            if session.pending is not None and is_answerable:
                continue  # it came from another tab just now
            debrief = None
            if session.exchanges:
                async with self._budget.billed(session_id, owner):
                    debrief = await self.cast.coach.debrief(session.model_copy(update={"outcome": outcome}))
            replies = len(session.exchanges) + (session.pending is not None)
            # A reply that another tab sent meanwhile belongs to the session that is debriefed, too.
            if await asyncio.to_thread(self.store.end, session_id, outcome, debrief, replies=replies):
                break
        if session.outcome is not None and session.debrief is None and session.exchanges:
            await asyncio.to_thread(self.store.keep_debrief, session_id, await self.cast.coach.debrief(session))
        return await asyncio.to_thread(self.store.load, session_id, owner)

    async def regrade(self, session_id: str, *, owner: str, anew: bool = False) -> Regraded:
        """Grade the replies that have no grade, and debrief an ended session again; replies that fail again stay as they are.

        Grades of two graders are never mixed in a session: where another grader gave its grades, `anew` grades every
        reply again, and only where all of them succeed. Raises TurnConflict without `anew`, NotFound, StoreError.
        """
        session = await asyncio.to_thread(self.store.load, session_id, owner)
        another = session.provenance.grader != self.cast.grader.name
        left = [e.number for e in session.exchanges if isinstance(e.grade, Ungraded)]
        if another and not anew and len(left) < len(session.exchanges):
            raise TurnConflict(
                f"Session {session_id} was graded by {session.provenance.grader}, and this is {self.cast.grader.name}. "
                "Choose the same grader, or grade every reply of it again."
            )
        whole = another or anew
        numbers = [e.number for e in session.exchanges] if whole else left
        async with self._budget.billed(session_id, owner):
            grades = {number: await self.cast.grader.grade(_case(session, number)) for number in numbers}
        failed = {number: grade.reason for number, grade in grades.items() if isinstance(grade, Ungraded)}
        good = {number: grade for number, grade in grades.items() if number not in failed}
        if not good or (whole and failed and len(left) < len(session.exchanges)):
            return Regraded(session, (), failed)
        exchanges = tuple(
            e.model_copy(update={"grade": good[e.number]}) if e.number in good else e for e in session.exchanges
        )
        debrief = None
        if session.outcome is not None:
            debrief = await self.cast.coach.debrief(session.model_copy(update={"exchanges": exchanges}))
        await asyncio.to_thread(self.store.regrade, session_id, good, grader=self.cast.grader.name, debrief=debrief)
        return Regraded(await asyncio.to_thread(self.store.load, session_id, owner), tuple(good), failed)

    @cached_property
    def _graph(self) -> ExchangeGraph:
        return exchange_graph(self.cast, self.observer)

    @property
    def _answering(self) -> Answering:
        return Answering(self.store, self._graph, self._budget, self.observer, self.underway)

    @property
    def _budget(self) -> Budget:
        return Budget(self.store, self.limits, self.cast.meter, self.now)
