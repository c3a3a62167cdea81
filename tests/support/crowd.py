"""Many trainees at one server, who talk, think and talk again, and what they waited for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from tests.support.paced_model import GREETING
from tests.support.web_visitor import Answered, Controls, WebVisitor

PERSONA = "no-heat-third-visit"
FIRST, BETWEEN = 1.0, 0.3
"""Seconds that the model takes to its first sentence, and from one to the next."""

THINKING = (4.0, 12.0)
"""Seconds that a trainee takes between an answer and the next reply; people take several times as long."""

REPLIES = (
    "I am sorry about this. I can send somebody tomorrow between 8 and 10. Would that help?",
    "That must be maddening after three visits. May I ask what the engineer said to you last time?",
    "I understand. I will stay on this until it is mended, and call you at five today. Is that all right?",
)


@dataclass
class Crowd:
    """Trainees at one server who talk for a while, and what they waited for; each with a login of `cookies`, in turn."""

    port: int
    sessions: int
    seconds: float
    seed: int = 1
    cookies: Sequence[str] = ("",)
    answered: list[Answered] = field(default_factory=list[Answered])
    problems: list[str] = field(default_factory=list[str])

    async def talk(self) -> None:
        """Let all of them come in over the time that a trainee thinks, and talk until the time is up."""
        controls = await WebVisitor(self.port, self.cookies[0]).controls()
        dice = random.Random(self.seed)  # noqa: S311  # who thinks how long is no secret
        until = asyncio.get_running_loop().time() + self.seconds
        trainees = [
            self._trainee(controls, random.Random(dice.random()), until, self.cookies[at % len(self.cookies)])  # noqa: S311
            for at in range(self.sessions)
        ]
        await asyncio.gather(*trainees)

    async def _trainee(self, controls: Controls, dice: random.Random, until: float, cookie: str) -> None:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(dice.uniform(0, THINKING[1]) if self.sessions > 1 else 0)
        visitor: WebVisitor | None = None
        while clock() < until:
            if visitor is None or visitor.turn > 6:
                visitor = WebVisitor(self.port, cookie)
                try:
                    await visitor.start(controls, PERSONA)
                except (OSError, asyncio.IncompleteReadError) as error:
                    self.problems.append(f"start: {error}")
                    visitor = None
                    continue
                await asyncio.sleep(dice.uniform(*THINKING) / (1 if self.sessions > 1 else 8))
            answered = await visitor.say(controls, dice.choice(REPLIES), GREETING)
            self.answered.append(answered)
            if answered.problem:
                self.problems.append(answered.problem)
                visitor = None
            await asyncio.sleep(dice.uniform(*THINKING) / (1 if self.sessions > 1 else 8))

    def added(self) -> list[float]:
        """Seconds to each first word, beyond the model's own."""
        return sorted(a.first_word - FIRST for a in self.answered if a.first_word is not None)

    def settled(self) -> list[float]:
        """Seconds to each page with the whole answer, graded, beyond the model's own."""
        return sorted(a.settled - FIRST for a in self.answered if not a.problem)


def share(values: list[float], percent: int) -> float:
    """The value below which so many percent lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
