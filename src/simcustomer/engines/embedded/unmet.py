"""What is left of a reply's questions once facts and proposals are seen to, and what kind of answer it wants."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from simcustomer.domain.persona import Persona
from simcustomer.engines.embedded.acts import NOT_ASKING
from simcustomer.engines.embedded.nlu import Reading
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.proposals import proposals, puts_two
from simcustomer.engines.embedded.reaching import SOMEONE, asked_about, is_in_brief, is_on_the_case

_IDLE = (*NOT_ASKING, "either_or", "which", "understanding")

_OR = re.compile(r"(?<!\w)or (?!not(?!\w)|any|some)")
_SAYS_WHICH = re.compile(r"(?:(?:and|so|but|ok|okay),? )*(?:wh(?!en(?!\w))\w+|how)(?!\w)")
_ANYBODY = re.compile(r"\b(?:someone|somebody|anyone|anybody)\b")
_ABOUT_THEM = re.compile(r"\b(?:you|u|your|ur|he|she|his|her|they|their|them)\b")


class Unmet(StrEnum):
    """What a question asks that no fact answers.

    That the customer do something, about themselves and not the case, whether what was is so still
    or what is needed is there, whether anything is so,
    for a detail that they could look up, or anything else.
    """

    REQUEST = "request"
    PERSONAL = "personal"
    STILL = "still"
    WHETHER = "whether"
    DETAIL = "detail"
    OTHER = "other"


class UnmetQuestion(NamedTuple):
    """A question that no fact answers, and what it wants."""

    sentence: Span
    kind: Unmet


def unmet_in(reading: Reading, persona: Persona, left: tuple[Span, ...], *, hides: bool) -> UnmetQuestion | None:
    """The first of the sentences that are `left` that wants an answer; None where none does.

    `hides` says that the customer keeps something to themselves yet: they then say neither yes nor no to what may come near it.
    """
    put = {sentence for sentence in left if sentence in proposals(reading) or puts_two(reading, sentence)}
    idle = {cue.sentence for name in _IDLE for cue in reading.cues(name)} | put
    asking = (s for s in left if s not in idle or (_has(reading, "detail", s) and not _is_idle(reading, s)))
    return next((UnmetQuestion(s, _wants(reading, persona, s, hides=hides)) for s in asking), None)


def _is_idle(reading: Reading, sentence: Span) -> bool:
    """Whether more than the sound of making sure says that a sentence wants no answer: "how wide is it?" only sounds so."""
    put = sentence in proposals(reading) or puts_two(reading, sentence)
    return put or any(_has(reading, name, sentence) for name in _IDLE if name != "check")


def _wants(reading: Reading, persona: Persona, sentence: Span, *, hides: bool) -> Unmet:
    # "Is it the island, or the rest?" wants neither a yes nor a no.
    is_polar = _has(reading, "polar", sentence) and not _OR.search(reading.text.low, sentence.start, sentence.end)
    is_detail = _has(reading, "detail", sentence)
    # A no might deny what they keep back, and nobody fails to know it.
    says_what = bool(asked_about(reading, (sentence,)))
    known = is_in_brief(reading, persona, sentence) and not _ANYBODY.search(reading.text.low, *sentence)
    is_near = hides and says_what and (is_polar or not is_detail) and not known
    is_personal = (hides or not is_polar) and _is_personal(reading, persona, sentence)
    if _has(reading, "serving", sentence):
        return Unmet.DETAIL
    kinds = {
        Unmet.REQUEST: _has(reading, "request", sentence) and not _SAYS_WHICH.match(reading.text.low, *sentence),
        Unmet.STILL: is_polar and _is_as_it_was(reading, sentence, near=is_near),
        Unmet.PERSONAL: is_personal or is_near,
        Unmet.DETAIL: is_detail,
        Unmet.WHETHER: is_polar,
    }
    return next((kind for kind, applies in kinds.items() if applies), Unmet.OTHER)


def _is_as_it_was(reading: Reading, sentence: Span, *, near: bool) -> bool:
    at_hand = not near and _has(reading, "at_hand", sentence)
    return at_hand or _has(reading, "same", sentence) or _has(reading, "still", sentence)


def _has(reading: Reading, name: str, sentence: Span) -> bool:
    return any(cue.sentence == sentence and not cue.reported for cue in reading.cues(name))


def _is_personal(reading: Reading, persona: Persona, sentence: Span) -> bool:
    """Whether a question is about the customer or theirs and not about the case, or names someone of whom only they know."""
    low = reading.text.low
    if _private_names(persona) & frozenset(re.findall(r"[^\W_]+", low[sentence.start : sentence.end])):
        return True
    if SOMEONE.search(low, *sentence):
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
