"""What a reply puts to the customer for a yes or for a choice, rather than to hear of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from simcustomer.domain.persona import Persona
from simcustomer.engines.embedded.nlu import Cue, Reading
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.offers import names_offer

Choice = Literal["first", "second"]

_OR = re.compile(
    r"[,;]? (?<!two )(?<!so )(?<!one )or "
    r"(?!(?:not|no|else|so|something|anything|neither|none|would(?! (?:you|u) (?:rather|prefer|like))|is|are|do)(?!\w))"
)
_CLAUSE = re.compile(r"[,;:.] | (?:and|but) ")
_WHICH = re.compile(
    r"(?:(?:so|and|ok|okay|but|right|then|well),? )*"
    r"(?:what(?! (?:if|about))|who|whom|whose|where|when|why|which|how(?! about))(?!\w)"
)
_TWO = re.compile(r"(?<!\w)(?:two (?:\w+ )?(?:things|ways|options|choices|possibilities)|either)(?!\w)")
_LISTED = re.compile(r",(?: [^ ,]+){1,4},? or ")
_WORTH = {"insult": 0, "part": 1, "full": 2}


def proposals(reading: Reading) -> frozenset[Span]:
    """The sentences that ask for a yes: to what the reply will do, to a plan, or to something it would have done."""
    return frozenset(sentence for sentence in reading.questions if _yes_asked(reading, sentence))


def about_own_acts(reading: Reading) -> frozenset[Span]:
    """The sentences that put what the trainee would do, for a yes or a choice: their words are about that, not the customer."""
    return frozenset(s for s in reading.questions if _has(reading, "own_act", s) or _puts_two(reading, s))


def choice_in(reading: Reading, persona: Persona) -> Choice | None:
    """Which of two things put to them the customer would take: what is worth more to them, else what was named first."""
    for sentence in reading.questions:
        if _puts_two(reading, sentence) and (halves := _alternatives(reading, sentence)):
            first, second = (max(_worths(reading, persona, half), default=0) for half in halves)
            return "second" if second > first else "first"
    return None


def _puts_two(reading: Reading, sentence: Span) -> bool:
    return _choice_asked(reading, sentence) and _alternatives(reading, sentence) is not None


def _worths(reading: Reading, persona: Persona, part: Span) -> Iterator[int]:
    yield from (_WORTH[offer.worth] for offer in persona.offers if names_offer(offer, reading, part))


def _alternatives(reading: Reading, sentence: Span) -> tuple[Span, Span] | None:
    """The two sides of the sentence's one "or", or of that in the sentence before "which of those?"; None for longer lists."""
    before = [s for s in reading.text.sentences if s.end <= sentence.start][-2:]
    for span in (sentence, *before[-1:]):
        low = reading.text.low[span.start : span.end]
        if span in before[1:] and low.startswith("or "):
            return before[0], span
        found = list(_OR.finditer(low))
        if len(found) == 1 and (not _LISTED.search(low) or _TWO.search(low)):
            return Span(span.start, span.start + found[0].start()), Span(span.start + found[0].end(), span.end)
        if found:
            return None
    return None


def _yes_asked(reading: Reading, sentence: Span) -> bool:
    put = [cue for name in ("proposal", "own_act") for cue in reading.cues(name) if cue.sentence == sentence]
    return any(_is_polar(reading, cue) for cue in put) and not _has(reading, "understanding", sentence)


def _is_polar(reading: Reading, cue: Cue) -> bool:
    """Whether the clause asks whether, and not what, who or which."""
    before = _CLAUSE.split(reading.text.low[cue.sentence.start : cue.span.end])[-1]
    return not (cue.reported or cue.borrowed or _WHICH.match(before))


def _choice_asked(reading: Reading, sentence: Span) -> bool:
    has_or = bool(_OR.search(reading.text.low, sentence.start, sentence.end))
    asked = any(_has(reading, name, sentence) for name in ("either_or", "which"))
    return asked or (has_or and _yes_asked(reading, sentence))


def _has(reading: Reading, name: str, sentence: Span) -> bool:
    return any(cue.sentence == sentence and not (cue.reported or cue.borrowed) for cue in reading.cues(name))
