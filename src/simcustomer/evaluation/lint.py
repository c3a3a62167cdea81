"""Checks of a persona that need no play; loading it has already checked its fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from simcustomer.domain.persona import Act, Persona
from simcustomer.domain.rubric import Rubric

FEWEST_LINES = 60

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SLOT = re.compile(r"\{([^}]*)\}")
_SLOTS = {Act.TIMED: {"time"}, Act.HAGGLE: {"amount"}, Act.CONSIDER: {"amount"}}


def lint_persona(persona: Persona, rubric: Rubric) -> Iterator[str]:
    """One sentence for each thing to mend: the field, what is wrong, and what to do."""
    yield from _unknown_techniques(persona, rubric)
    yield from _lines(persona)
    yield from _repeated_sentences(persona)
    yield from _endings(persona)


def _unknown_techniques(persona: Persona, rubric: Rubric) -> Iterator[str]:
    missteps = {f"{technique.id}.{misstep}" for technique in rubric.techniques for misstep in technique.missteps}
    for technique in (*persona.trains, *persona.examples):
        if technique not in rubric.ids:
            yield f"{technique!r} (in trains or examples) is no technique of the rubric {rubric.id}; use one of {', '.join(rubric.ids)}"
    for sway in (*persona.softeners, *persona.triggers):
        if sway.technique is not None and sway.technique not in rubric.ids:
            yield f"{sway.id}: the technique {sway.technique!r} is not in the rubric {rubric.id}, so it is never met"
        if sway.misstep is not None and sway.misstep not in missteps:
            yield f"{sway.id}: the misstep {sway.misstep!r} is not in the rubric {rubric.id}, so it is never met"


def _lines(persona: Persona) -> Iterator[str]:
    count = sum(len(lines) for filed in persona.lines.values() for lines in filed.values())
    if count < FEWEST_LINES:
        yield f"lines: {count} in all; write at least {FEWEST_LINES}, or the customer will soon have nothing new to say"
    for act, filed in persona.lines.items():
        lines = [line for each in filed.values() for line in each]
        for line in lines:
            for slot in set(_SLOT.findall(line)) - _SLOTS.get(act, set()):
                yield f"lines.{act.value}: {{{slot}}} is not filled there, in {line!r}; remove it"
        if act in _SLOTS and all(_SLOT.search(line) for line in lines):
            yield f"lines.{act.value}: every line has a slot; add one without, for when the trainee gave no such detail"


def _repeated_sentences(persona: Persona) -> Iterator[str]:
    # Openings stand for each other, only one of them is said; all other lines may meet in one session.
    filed_lines = [filed for act, filed in persona.lines.items() if act is not Act.OPEN]
    lines = [line for filed in filed_lines for each in filed.values() for line in each]
    lines += [line for fact in persona.facts for line in fact.says]
    counts = Counter(
        sentence.strip()
        for line in lines
        for sentence in {s.lower() for s in _SENTENCE.split(line) if len(s.split()) > 2}
    )
    for sentence, times in counts.items():
        if times > 1:
            yield f"the sentence {sentence!r} stands {times} times in lines and facts; a customer says nothing twice, so vary it"


def _endings(persona: Persona) -> Iterator[str]:
    longest = persona.endings.longest
    for name in ("resolved", "compromise", "complaint", "walked_out"):
        if getattr(persona.endings, name).from_exchange > longest:
            yield f"endings.{name}: from_exchange lies beyond longest ({longest}), so it is never reached"
    if not any(offer.worth == "part" for offer in persona.offers):
        yield "endings.compromise: no offer is worth 'part', so it is never reached"
