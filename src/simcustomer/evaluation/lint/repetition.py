"""Sentences that stand twice, or nearly so: a customer says nothing twice in a session."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from simcustomer.domain.persona import Act, Persona
from simcustomer.engines.embedded.nlu import Text, stem
from simcustomer.evaluation.conversation_faults import even_sentences
from simcustomer.evaluation.lint.finding import Fault, Field
from simcustomer.evaluation.lint.texts import spoken_lines

_FEWEST_WORDS = 3
_FEWEST_ALIKE = 5
ALIKE = 0.8
"""Share of two sentences' words in common from which they are the same to a listener."""


class _Sentence(NamedTuple):
    field: Field
    even: str
    stems: frozenset[str]


def faults(persona: Persona) -> Iterator[Fault]:
    """Each sentence that repeats an earlier one of lines and facts."""
    earlier: list[_Sentence] = []
    for sentence in _sentences(persona):
        twin = next((each for each in earlier if _alike(each, sentence)), None)
        if twin is None:
            earlier.append(sentence)
        else:
            where = ".".join(map(str, twin.field))
            what = f"{sentence.even!r} repeats {'that' if twin.even == sentence.even else repr(twin.even)} of {where}"
            yield Fault(sentence.field, what, "vary it or remove it: a customer says nothing twice", advice=True)


def _sentences(persona: Persona) -> Iterator[_Sentence]:
    # Openings stand for each other, as do a fact's own ways of saying: only one is said. All others may meet.
    said = ((("facts", n, "says", m), line) for n, fact in enumerate(persona.facts) for m, line in enumerate(fact.says))
    for field, line in chain(spoken_lines(persona), said):
        if field[1] == Act.OPEN:
            continue
        for even in dict.fromkeys(even_sentences(line)):
            if len(even.split()) >= _FEWEST_WORDS:
                yield _Sentence(field, even, frozenset(map(stem, Text(even).words)))


def _alike(one: _Sentence, other: _Sentence) -> bool:
    if one.even == other.even:
        return one.field != other.field
    if one.field[:2] == other.field[:2] and one.field[0] == "facts":
        return False
    common, either = one.stems & other.stems, one.stems | other.stems
    return len(common) >= _FEWEST_ALIKE and len(common) >= ALIKE * len(either)
