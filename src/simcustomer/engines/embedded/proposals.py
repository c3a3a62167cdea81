"""Which sentences of a reply put something to the customer for a yes or for a choice, rather than ask to hear of the case."""

from __future__ import annotations

import re

from simcustomer.engines.embedded.nlu import Cue, Reading
from simcustomer.engines.embedded.nlu.text import Span

_OR = re.compile(
    r"[,;]? (?<!two )(?<!so )(?<!one )or "
    r"(?!(?:not|no|else|so|something|anything|neither|none|would(?! (?:you|u) (?:rather|prefer|like))|is|are|do)(?!\w))"
)
_CLAUSE = re.compile(r"[,;:.] | (?:and|but) ")
_WHICH = re.compile(
    r"(?:(?:so|and|ok|okay|but|right|then|well),? )*"
    r"(?:what(?! (?:if|about))|who|whom|whose|where|when|why|which|how(?! about))(?!\w)"
)
_SAYS_WHAT = re.compile(
    r"(?:(?:so|and|ok|okay|but|right|then|well),? )*(?:(?:wh(?:o|at|en|ere|y|ich|ose|om)|how)(?!\w)|(?:is|are|was|were|do|does|did"
    r"|have|has|had|can|could|would|will|shall|should|may|i|we|you|u|he|she|it|they|there)(?:n't|'\w+)?(?!\w))"
)
"""How a sentence begins that is more than the two things between which to choose: "Thursday at 4 or Saturday at 10?"."""

_VERB = re.compile(
    r"(?<!\w)(?:is|are|was|were|do|does|did|have|has|had|will|would|can|could|shall|should|may)(?:n't)?(?!\w)"
)

_TWO = re.compile(r"(?<!\w)(?:two (?:\w+ )?(?:things|ways|options|choices|possibilities)|either)(?!\w)")
_LISTED = re.compile(r",(?: [^ ,]+){1,4},? or ")


def proposals(reading: Reading) -> frozenset[Span]:
    """The sentences that ask for a yes: to what the reply will do, to a plan, or to something it would have done."""
    return frozenset(sentence for sentence in reading.questions if _yes_asked(reading, sentence))


def about_own_acts(reading: Reading) -> frozenset[Span]:
    """The sentences that put what the trainee would do, for a yes or a choice: their words are about that, not the customer."""
    return frozenset(s for s in reading.questions if _puts_own_act(reading, s) or puts_two(reading, s))


def puts_two(reading: Reading, sentence: Span) -> bool:
    """Whether a sentence asks for a choice of two things."""
    return _choice_asked(reading, sentence) and alternatives(reading, sentence) is not None


def alternatives(reading: Reading, sentence: Span) -> tuple[Span, Span] | None:
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


def _puts_own_act(reading: Reading, sentence: Span) -> bool:
    return any(cue.sentence == sentence and _is_polar(reading, cue) for cue in reading.cues("own_act"))


def _is_polar(reading: Reading, cue: Cue) -> bool:
    """Whether the clause asks whether, and not what, who or which."""
    before = _CLAUSE.split(reading.text.low[cue.sentence.start : cue.span.end])[-1]
    return not (cue.reported or cue.borrowed or _WHICH.match(before))


def _choice_asked(reading: Reading, sentence: Span) -> bool:
    has_or = bool(_OR.search(reading.text.low, sentence.start, sentence.end))
    asked = any(_has(reading, name, sentence) for name in ("either_or", "which"))
    asked = asked or (has_or and is_elliptic(reading, sentence))
    return asked or (has_or and _yes_asked(reading, sentence))


def is_elliptic(reading: Reading, sentence: Span) -> bool:
    """Whether a sentence has no verb of its own."""
    low = reading.text.low
    return not (_SAYS_WHAT.match(low, *sentence) or _VERB.search(low, *sentence))


def _has(reading: Reading, name: str, sentence: Span) -> bool:
    return any(cue.sentence == sentence and not (cue.reported or cue.borrowed) for cue in reading.cues(name))
