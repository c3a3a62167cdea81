"""Players of the roles that do what a test tells them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from simcustomer.domain.assessment import Assessment, Evidence, Finding, Grade, Ungraded
from simcustomer.domain.persona import Persona
from simcustomer.domain.session import Appraisal, Debrief, Note, Rewrite, Session
from simcustomer.errors import EngineError
from simcustomer.roles import Cast, GradingCase, React, Scene

OPENING = "Three times I have waited in. Three!"
DEAD_LINE = "The customer cannot be reached. Your reply is kept; try again."


@dataclass
class ScriptedCustomer:
    """Says the answers in turn, the last one again and again; fails as often as it is told first.

    A reply with "supervisor" in it is taken as a hand-over, which ends the session.
    """

    answers: Sequence[str] = ("And what will you do about it?",)
    failures: int = 0
    pause: float = 0.0
    asked: int = 0
    name: str = "scripted-customer"

    def opening(self, persona: Persona, seed: int) -> str:
        return OPENING

    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise EngineError(DEAD_LINE)
        react(Appraisal(hands_over="supervisor" in scene.reply))
        text = self.answers[min(scene.number, len(self.answers)) - 1]
        for word in text.split(" "):
            await asyncio.sleep(self.pause)
            yield f" {word}"


@dataclass
class ScriptedGrader:
    """Finds these signs, each where its quote is in the reply; a reply with "ungradable" in it is not graded.

    Signs are written `technique.indicator` or, for a misstep, `!technique.misstep`; an empty quote is a misstep of
    words that are missing.
    """

    signs: Sequence[tuple[str, str]] = ()
    name: str = "scripted-grader"

    async def grade(self, case: GradingCase) -> Grade:
        if "ungradable" in case.reply:
            return Ungraded(reason="the grader was <told> not to")
        return Assessment.of(case.rubric, case.reply, [self._finding(t.id, case.reply) for t in case.rubric.techniques])

    def _finding(self, technique: str, reply: str) -> Finding:
        evidence: list[Evidence] = []
        missing: list[str] = []
        for sign, quote in self.signs:
            owner, _, name = sign.lstrip("!").partition(".")
            if owner != technique or quote not in reply:
                continue
            if not quote:
                missing.append(name)
            elif sign.startswith("!"):
                evidence.append(Evidence(technique=technique, misstep=name, quote=quote))
            else:
                evidence.append(Evidence(technique=technique, indicator=name, quote=quote))
        return Finding(
            technique=technique, occasion=bool(evidence or missing), evidence=tuple(evidence), missing=tuple(missing)
        )


@dataclass
class FailingFor:
    """Grades nothing in a reply as shown, and no reply that holds the word."""

    name: str
    word: str

    async def grade(self, case: GradingCase) -> Grade:
        if self.word in case.reply:
            return Ungraded(reason="not now")
        return Assessment.of(case.rubric, case.reply, [])


@dataclass
class ScriptedCoach:
    """Praises the first reply, faults the last, and rewrites it."""

    name: str = "scripted-coach"
    debriefed: list[str] = field(default_factory=list[str])

    async def debrief(self, session: Session) -> Debrief:
        self.debriefed.append(session.id)
        technique, first, last = session.rubric.ids[0], session.exchanges[0], session.exchanges[-1]
        return Debrief(
            summary="That is how it went.",
            strengths=(Note(technique=technique, exchange=1, quote=first.reply, text="Well put."),),
            improvements=(Note(technique=technique, exchange=last.number, quote="", text="Something was missing."),),
            rewrites=(
                Rewrite(
                    exchange=last.number,
                    technique=technique,
                    instead_of=last.reply,
                    suggestion="I am sorry that nobody came.",
                    why="It names what happened.",
                ),
            ),
        )


def scripted_cast(
    customer: ScriptedCustomer | None = None, grader: ScriptedGrader | None = None, coach: ScriptedCoach | None = None
) -> Cast:
    """A cast of these players."""
    return Cast(customer or ScriptedCustomer(), grader or ScriptedGrader(), coach or ScriptedCoach())
