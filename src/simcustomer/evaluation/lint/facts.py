"""Facts that no question reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcustomer.domain.persona import Fact, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.evaluation.lint.finding import Fault
from simcustomer.evaluation.lint.trial import heard, trial

_LETTER = re.compile(r"[^\W_]")


def faults(persona: Persona, rubric: Rubric) -> Iterator[Fault]:
    """Facts whose topics all belong to another fact, and topics that hold no word."""
    session = trial(persona, rubric)
    for number, fact in enumerate(persona.facts):
        field = ("facts", number, "reveal", "topics")
        for place, topic in enumerate(fact.reveal.topics):
            if not _LETTER.search(topic):
                yield Fault((*field, place), f"{topic!r} holds no word", "name a word that a question would use")
        if fact.reveal.when != "opening" and (rivals := _rivals(session, fact)) is not None:
            taken = f"; {' and '.join(rivals)} answers them all" if rivals else ""
            what = f"no question reaches {fact.id!r} by its topics{taken}"
            yield Fault(field, what, "give it a topic of its own")


def _rivals(session: Session, fact: Fact) -> list[str] | None:
    """None where a question about one of the topics, or about all, reaches the fact; else the facts that it reaches."""
    rivals: dict[str, None] = {}
    for question in (*fact.reveal.topics, " ".join(fact.reveal.topics)):
        asked = heard(session, f"{question}?").asked
        if fact.id in asked:
            return None
        rivals |= dict.fromkeys(asked)
    return [repr(rival) for rival in rivals]
