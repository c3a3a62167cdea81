"""What is left of a reply's questions once facts and proposals are seen to, and what kind of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from simcustomer.domain.persona import Persona
from simcustomer.engines.embedded.acts import NOT_ASKING
from simcustomer.engines.embedded.nlu import Reading
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.proposals import proposals
from simcustomer.engines.embedded.reaching import is_in_brief, is_on_the_case

_IDLE = (*NOT_ASKING, "either_or", "which", "understanding")

_OR = re.compile(r"(?<!\w)or (?!not(?!\w)|any|some)")
_ABOUT_THEM = re.compile(r"\b(?:you|u|your|ur|he|she|his|her|they|their|them)\b")


class Unmet(StrEnum):
    """What a question asks that no fact answers.

    That the customer do something, about themselves and not the case, whether what was is so still, whether anything is so,
    for a detail that they could look up, or anything else.
    """

    REQUEST = "request"
    PERSONAL = "personal"
    STILL = "still"
    WHETHER = "whether"
    DETAIL = "detail"
    OTHER = "other"


def unmet_in(reading: Reading, persona: Persona, left: Iterable[Span], *, hides: bool) -> Unmet | None:
    """What the first of the sentences that are `left` wants; None where none wants an answer.

    `hides` says that the customer keeps something to themselves yet: they then say neither yes nor no to what may come near it.
    """
    idle = {cue.sentence for name in _IDLE for cue in reading.cues(name)} | proposals(reading)
    return next((_wants(reading, persona, sentence, hides=hides) for sentence in left if sentence not in idle), None)


def _wants(reading: Reading, persona: Persona, sentence: Span, *, hides: bool) -> Unmet:
    # "Is it the island, or the rest?" wants neither a yes nor a no.
    is_polar = _has(reading, "polar", sentence) and not _OR.search(reading.text.low, sentence.start, sentence.end)
    is_detail = _has(reading, "detail", sentence)
    # A no might deny what they keep back, and nobody fails to know it.
    is_near = hides and (is_polar or not is_detail) and not is_in_brief(reading, persona, sentence)
    is_personal = (hides or not is_polar) and _is_personal(reading, persona, sentence)
    kinds = {
        Unmet.REQUEST: _has(reading, "request", sentence),
        Unmet.STILL: is_polar and (_has(reading, "same", sentence) or _has(reading, "still", sentence)),
        Unmet.PERSONAL: is_personal or is_near,
        Unmet.DETAIL: is_detail,
        Unmet.WHETHER: is_polar,
    }
    return next((kind for kind, applies in kinds.items() if applies), Unmet.OTHER)


def _has(reading: Reading, name: str, sentence: Span) -> bool:
    return any(cue.sentence == sentence and not cue.reported for cue in reading.cues(name))


def _is_personal(reading: Reading, persona: Persona, sentence: Span) -> bool:
    """Whether a question is about the customer or theirs and not about the case, or names someone of whom only they know."""
    low = reading.text.low
    if _private_names(persona) & frozenset(re.findall(r"[^\W_]+", low[sentence.start : sentence.end])):
        return True
    about_them = _ABOUT_THEM.search(low, sentence.start, sentence.end)
    return bool(about_them) and not is_on_the_case(reading, persona, (sentence,))


def _private_names(persona: Persona) -> frozenset[str]:
    """Names in the story and the facts that the brief does not have, in lower case."""
    brief = persona.brief
    public = " ".join((persona.name, brief.company, brief.about, brief.situation, *brief.known, *brief.may))
    return _names(" ".join((persona.story, *(fact.text for fact in persona.facts))), public)


@lru_cache(maxsize=100)
def _names(private: str, public: str) -> frozenset[str]:
    """Words with a capital within a sentence of the first text that the second does not have."""
    named = re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", private)
    return frozenset(name.lower() for name in named) - frozenset(re.findall(r"[^\W_]+", public.lower()))
