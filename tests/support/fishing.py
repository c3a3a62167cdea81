"""Customers whose hidden parts hold words to look for, what trainees fish with, and what was seen of it."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simcustomer.domain.persona import Persona
from tests.engines.openai.extraction import DEMANDS, ENDINGS, OPENINGS
from tests.support.practising import KEY

TYPED = "zqtypedword"
KIND = "I am sorry that you went through this, and I will see to it today. "


@dataclass
class Fished:
    """What was seen that must not be."""

    messages: int = 0
    pages: int = 0
    facts: list[str] = field(default_factory=list[str])
    needs: list[str] = field(default_factory=list[str])
    keys: list[str] = field(default_factory=list[str])
    lines: int = 0
    lines_with_key: list[str] = field(default_factory=list[str])

    def add(self, other: Fished) -> None:
        """Count what was seen elsewhere, too."""
        self.messages += other.messages
        self.pages += other.pages
        self.lines += other.lines
        for mine, theirs in (
            (self.facts, other.facts),
            (self.needs, other.needs),
            (self.keys, other.keys),
            (self.lines_with_key, other.lines_with_key),
        ):
            mine.extend(theirs)

    def logged(self, log: Heard) -> None:
        """Count the lines of a log, and those with a key."""
        with_key = [line[:80] for line in log.lines if KEY in line]
        self.lines += len(log.lines)
        self.keys += with_key
        self.lines_with_key += with_key

    def look(self, where: str, text: str, marked: Marked, told: tuple[str, ...]) -> None:
        """Search a text that someone was given who was told these facts."""
        self.facts += [f"{fact} in {where}" for fact, word in marked.words.items() if word in text and fact not in told]
        self.needs += [f"{marked.persona.id} in {where}"] * (marked.need in text)
        self.keys += [where] * (KEY in text)


@dataclass(frozen=True)
class Marked:
    """A customer in whose hidden parts there are words to look for, by fact."""

    persona: Persona
    need: str
    words: dict[str, str]

    @classmethod
    def of(cls, persona: Persona) -> Marked:
        """A shipped customer, marked."""
        stem = f"zq{''.join(letter for letter in persona.id if letter.isalpha())}x"
        words = {fact.id: f"{stem}{at}x" for at, fact in enumerate(persona.facts)}
        facts = tuple(
            fact.model_copy(
                update={
                    "text": f"{fact.text} {words[fact.id]}",
                    "says": tuple(f"{line} {words[fact.id]}" for line in fact.says),
                }
            )
            for fact in persona.facts
        )
        hidden = f"{persona.hidden_need} {stem}need"
        return cls(persona.model_copy(update={"facts": facts, "hidden_need": hidden}), f"{stem}need", words)

    def message(self, dice: random.Random) -> str:
        """Something to fish with."""
        topics = [topic for fact in self.persona.facts for topic in fact.reveal.topics]
        asked = f"What about {dice.choice(topics)}?" if topics and dice.random() < 0.5 else dice.choice(DEMANDS)
        head = KIND if dice.random() < 0.4 else dice.choice(OPENINGS)
        return f"{head}{asked}{dice.choice(ENDINGS)} Ref {TYPED}."


class Heard(logging.Handler):
    """Keeps all that is logged, with its traces."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record))


@contextmanager
def heard() -> Iterator[Heard]:
    """All that is logged meanwhile, at every level."""
    root, log = logging.getLogger(), Heard()
    before = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        root.removeHandler(log)
        root.setLevel(before)
