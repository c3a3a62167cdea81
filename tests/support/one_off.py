"""A customer who never says the same twice: an answer that was told and is not what is stored shows at once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from simcustomer.domain.persona import Persona
from simcustomer.domain.session import Appraisal
from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.roles import Cast, React, Scene
from tests.fakes import OPENING, ScriptedGrader


@dataclass
class OneOffCustomer:
    """Answers each asking with words of its own, in four pieces, `pause` seconds apart; `asked` has the replies it heard.

    A reply with "supervisor" in it is taken as a hand-over, which ends the session. `step` is called before each piece.
    """

    pause: float = 0.0
    step: Callable[[], None] = lambda: None
    asked: list[str] = field(default_factory=list[str])
    name: str = "one-off-customer"

    def opening(self, persona: Persona, seed: int) -> str:
        return OPENING

    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        self.asked.append(scene.reply)
        react(Appraisal(hands_over="supervisor" in scene.reply))
        for piece in ("So", " you", " say:", f" {secrets.token_hex(8)}."):
            self.step()
            await asyncio.sleep(self.pause)
            yield piece


def one_off_cast(customer: OneOffCustomer | None = None) -> Cast:
    """A cast with this customer, a grader that finds nothing, and the embedded coach."""
    return Cast(customer or OneOffCustomer(), ScriptedGrader(), EmbeddedCoach())
