"""The embedded customer: understands by rules, moves by the domain's rules, speaks in the persona's own lines."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import AsyncIterator

from simcustomer.domain.persona import Persona
from simcustomer.engines.embedded.framing import framed, opening_line
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.speech import Speech
from simcustomer.engines.embedded.understanding import LEXICON, understand
from simcustomer.roles import React, Scene


class EmbeddedCustomer:
    """Implements `roles.Customer`; the same seed and replies give the same words."""

    name = "embedded-customer/6"

    def __init__(self) -> None:
        self._lexicon = load_lexicon(*LEXICON)
        self._eye = EmbeddedGrader()

    def opening(self, persona: Persona, seed: int) -> str:
        """One of the persona's openings, chosen by the seed."""
        return opening_line(persona, _dice(seed, persona.id, 0))

    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        """Answer in pieces of a word and the space before it."""
        session = scene.session
        understanding = understand(scene, self._eye.findings(scene.case), self._lexicon)
        stance = react(understanding.appraisal)
        dice = _dice(session.seed, session.persona.id, scene.number)
        speech = Speech(scene, understanding, stance, dice, self._lexicon)
        for piece in re.findall(r"\s*\S+", framed(session.persona, speech.pieces(), understanding.name)):
            yield piece


def _dice(seed: int, persona_id: str, number: int) -> random.Random:
    digest = hashlib.sha256(f"{seed}:{persona_id}:{number}".encode()).digest()
    return random.Random(digest)  # noqa: S311  # variety of speech, not secrecy
