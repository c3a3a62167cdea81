"""What engines may be, as protocols: the roles of a practice and the meter of their costs; and the cast that plays one session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from simcustomer.domain.assessment import Grade
from simcustomer.domain.limits import Bill
from simcustomer.domain.persona import Brief, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Debrief, Hint, Session, Stance
from simcustomer.domain.transcript import Channel, Scenario, Speaker, Transcript

React = Callable[[Appraisal], Stance]
"""Provided by the graph: turns the customer's appraisal of a reply into where they stand now. Called once for each answer."""


@dataclass(frozen=True, slots=True)
class GradingCase:
    """One reply to grade: the conversation through that reply, and what is known of the case.

    `session` is the id of the practice it belongs to, so that the cost of grading can be billed to it.
    """

    rubric: Rubric
    channel: Channel
    transcript: Transcript
    scenario: Scenario
    session: str | None = None

    @property
    def reply(self) -> str:
        """The reply to grade, verbatim."""
        return self.transcript.turns[-1].text


@dataclass(frozen=True, slots=True)
class Scene:
    """A customer's moment: the session so far and the reply that it has to answer."""

    session: Session
    reply: str

    @property
    def number(self) -> int:
        """Which exchange this is, from 1."""
        return len(self.session.exchanges) + 1

    @property
    def case(self) -> GradingCase:
        """The reply as a grader gets it: with the trainee's side of the case, nothing hidden."""
        session = self.session
        transcript = session.transcript.followed_by(Speaker.TRAINEE, self.reply)
        return GradingCase(session.rubric, session.persona.channel, transcript, session.persona.scenario, session.id)


@dataclass(frozen=True, slots=True)
class TraineeView:
    """All that a simulated trainee may know: the brief and the conversation, nothing hidden."""

    brief: Brief
    customer_name: str
    channel: Channel
    transcript: Transcript
    seed: int


class Customer(Protocol):
    """Plays the difficult customer."""

    @property
    def name(self) -> str:
        """Engine and version, for provenance."""
        ...

    def opening(self, persona: Persona, seed: int) -> str:
        """The customer's first message."""
        ...

    def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        """Appraise the reply, call `react` once, then voice the stance it gives, in pieces as they come.

        Raises EngineError when no answer can be given.
        """
        ...


class Grader(Protocol):
    """Finds what a reply shows of the rubric's techniques."""

    @property
    def name(self) -> str:
        """Engine and version, for provenance."""
        ...

    async def grade(self, case: GradingCase) -> Grade:
        """The assessment of the last turn of the case, or Ungraded with the reason; does not raise for a failed grade."""
        ...


class Coach(Protocol):
    """Says what a finished session taught."""

    @property
    def name(self) -> str:
        """Engine and version, for provenance."""
        ...

    async def debrief(self, session: Session) -> Debrief:
        """Strengths, improvements and rewrites for a session that has an outcome."""
        ...


class Adviser(Protocol):
    """Says what to try next, when a trainee asks for it."""

    @property
    def name(self) -> str:
        """Engine and version."""
        ...

    async def hint(self, session: Session) -> Hint:
        """What to try in the next reply, from what the trainee may know of the case: nothing that the customer still hides."""
        ...


class Trainee(Protocol):
    """Plays the trainee, for rehearsals."""

    @property
    def name(self) -> str:
        """The level it plays at."""
        ...

    async def reply(self, view: TraineeView) -> str:
        """The next reply to the customer."""
        ...


class Meter(Protocol):
    """Knows what the engines' calls to models cost."""

    def take(self, session_id: str) -> Bill:
        """What a session's calls have cost since this was last called for it."""
        ...


@dataclass(frozen=True, slots=True)
class Cast:
    """The engines chosen for one session; `meter` where models are among them."""

    customer: Customer
    grader: Grader
    coach: Coach
    meter: Meter | None = None
