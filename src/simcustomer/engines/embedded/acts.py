"""What a reply does, whoever the customer is: asks, offers, promises, refuses, blames, winds up.

Rules over the cues of `lexicon/acts.toml` find each act where its words are known; a model that was trained on labelled replies
weighs the rules' findings, the cues and the classes of words sentence by sentence, and says which acts are heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from simcustomer.domain.persona import Remedy
from simcustomer.engines.embedded.act_model import load_act_model
from simcustomer.engines.embedded.nlu import Cue, Reading, load_lexicon
from simcustomer.engines.embedded.nlu.symbols import runs, symbols
from simcustomer.engines.embedded.nlu.text import Span

ACTS = (
    "question", "check", "refund", "credit", "replacement", "visit", "callback", "supervisor", "commitment", "time",
    "vague_time", "apology", "refusal", "told_to_calm", "blame", "deflect", "limit", "hold", "closing", "hang_up", "hand_over",
)  # fmt: skip
"""The acts whose understanding is measured (`evals/acts`); an Understanding knows a few more."""

RULE_WEIGHT = 3.0
"""How much more than a symbol the model hears of an act that the rules find."""

_PASTED = 5
"""Words in a row that are the other side's own."""

REMEDY_CUES = {
    Remedy.REFUND: "offer_refund",
    Remedy.CREDIT: "offer_credit",
    Remedy.REPLACEMENT: "offer_replacement",
    Remedy.VISIT: "offer_visit",
    Remedy.CALLBACK: "offer_callback",
    Remedy.SUPERVISOR: "offer_supervisor",
    Remedy.REPAIR: "offer_repair",
}

_MEANT = {
    "apology": "apology",
    "closing": "closing",
    "hand_over": "hand_over",
    "hang_up": "hang_up",
    "probe": "probe",
    "restate": "restate",
    "stock_sympathy": "stock_sympathy",
    "tentative": "tentative",
}
"""Acts by the cue that shows them, where it is meant."""

_HEARD = {
    "blame": "blame",
    "check": "check",
    "deflect": "deflect",
    "hold": "hold",
    "insult": "insult",
    "limit": "limit",
    "minimise": "minimise",
    "policy_wall": "policy_wall",
    "refusal": "refusal",
    "told_to_calm": "calm_down",
}
"""Acts that are done also where their words are negated or conditional: "don't be stupid", "if this goes on"."""

_GIVES_WAY = {
    "blame": ("disclaimed",),
    "calm_down": ("disclaimed",),
    "check": ("closing", "either_or", "idle_question"),
    "deflect": ("disclaimed",),
    "hold": ("hang_up",),
    "promise": ("hold", "hand_over", "hang_up", "check", "closing"),
    "refusal": ("limit", "hang_up", "promise"),
    "time_definite": ("hold", "closing", "time_vague"),
    "time_vague": ("hold", "closing"),
    "offer_callback": ("hand_over", "refusal"),
    "offer_credit": ("offer_replacement", "refusal"),
    "offer_refund": ("refusal",),
    "offer_replacement": ("hand_over", "refusal"),
    "offer_supervisor": ("blame", "refusal"),
    "offer_visit": ("hand_over", "refusal"),
}
"""Cues that say nothing of their own where they overlap one of these: to promise to hold is to hold."""

_YIELDS_BESIDE = {"check": ("hold", "blame", "calm_down", "limit"), "refusal": ("limit", "hang_up")}
"""Cues that say nothing of their own beside one of these in a sentence: to blame with a tag question is no check."""

_YIELDS_AFTER = {"time_definite": ("deflect", "closing")}
"""Cues that say nothing of their own after one of these in a sentence: "ring back on Monday" promises no day."""

_BREAK = re.compile(r"[,;:]| (?:but|and|so|or|because) ")
"""Where a refusal stops reaching back to the remedy that it refuses."""

NOT_ASKING = (
    "check",
    "hold",
    "closing",
    "insult",
    "blame",
    "calm_down",
    "minimise",
    "limit",
    "idle_question",
    "hand_over",
)
"""What the sentence of a question does when it does not want to know anything about the case."""

_INQUIRY = re.compile(
    r"(?:and |so |but |ok(?:ay)?,? |right,? )*(?:wh(?!at (?:if|about|i'll|i'm|i can|we'll|we can)\b)\w+|how (?!about|would)\w+"
    r"|(?:did|do|does|was|were|has|have|had|is|are) (?!you (?:want|prefer|happy|ok|free)\b|it (?:ok|all|alright)\b|there)\w+"
    r"|(?:can|could|will) you)\b",
)
"""How a sentence begins that asks for what is, or asks the customer to do something."""


def acts_of(text: str) -> frozenset[str]:
    """The acts of a reply on its own."""
    return acts_in(Reading(text, load_lexicon("stop", "acts")))


def acts_in(reading: Reading) -> frozenset[str]:
    """The acts of a reply that was read with the lexicon of acts; `puzzling` and `too_short` among them."""
    acts = {act for _, heard in _heard(reading) for act in heard} | (_by_rule(reading) - set(ACTS))
    if len(reading.text.words) <= 3 and not acts - {"commitment"}:
        acts.add("too_short")
    return frozenset(acts)


def _heard(reading: Reading) -> Iterator[tuple[Span, frozenset[str]]]:
    """The sentences of a reply, but for those pasted from the other side, with the acts heard in each."""
    pasted = reading.copied(_PASTED)
    for span in reading.text.sentences:
        if not any(_overlap(span, other) for other in pasted):
            yield span, _heard_in(reading.text.even[span.start : span.end])


@lru_cache(maxsize=512)
def _heard_in(sentence: str) -> frozenset[str]:
    return load_act_model().heard(marks_of(sentence))


def marks_of(sentence: str) -> frozenset[str]:
    """All that the model weighs of a sentence: its symbols, its cues, those that are meant, and the acts that the rules find."""
    lexicon = load_lexicon("stop", "acts")
    reading = Reading(sentence, lexicon)
    marks = {*symbols(sentence), *runs(sentence)}
    for name in lexicon.cues:
        if found := reading.cues(name):
            marks.add(f"cue:{name}")
            if any(cue.meant for cue in found):
                marks.add(f"meant:{name}")
    return frozenset(marks | {f"rule:{act}" for act in _by_rule(reading)})


def _by_rule(reading: Reading) -> set[str]:
    """The acts that the rules find."""
    acts = {act for act, cue in _MEANT.items() if any(c.meant for c in _own(reading, cue))}
    acts |= {act for act, cue in _HEARD.items() if any(not (c.reported or c.borrowed) for c in _own(reading, cue))}
    acts |= {remedy.value for remedy, cue in REMEDY_CUES.items() if _offers(reading, cue)}
    if any(not cue.negated for cue in reading.cues("machine_talk")) or _is_gibberish(reading):
        acts.add("puzzling")
    if _commits(reading):
        acts.add("commitment")
    if any(True for _ in _promised_times(reading)):
        acts.add("time")
    if any(_is_plain(reading, cue) and not _is_past(reading, cue) for cue in _own(reading, "time_vague")):
        acts.add("vague_time")
    if _asks(reading):
        acts.add("question")
    return acts


def promised_time(reading: Reading) -> str | None:
    """The first definite time in a sentence that undertakes something, in the trainee's words."""
    heard = [span for span, acts in _heard(reading) if "time" in acts]
    times = [cue for cue in reading.cues("time_definite") if cue.sentence in heard] or list(_promised_times(reading))
    return next((reading.quote(cue).rstrip(".,;") for cue in times), None)


def _promised_times(reading: Reading) -> Iterator[Cue]:
    times = _own(reading, "time_definite")
    yield from (cue for cue in times if _is_plain(reading, cue) and _undertakes(reading, cue))


def offered_in(reading: Reading, remedy: Remedy) -> tuple[Span, ...]:
    """The sentences in which the trainee undertakes a remedy, and does not leave it at a maybe or an if."""
    if remedy not in REMEDY_CUES:
        return ()
    named = reading.cues(REMEDY_CUES[remedy])
    if remedy.value not in ACTS:
        return tuple(dict.fromkeys(cue.sentence for cue in named)) if _offers(reading, REMEDY_CUES[remedy]) else ()
    doubted = {cue.sentence for cue in reading.cues("tentative")}
    supposed = {cue.sentence for cue in named} - {cue.sentence for cue in named if _is_plain(reading, cue)}
    return tuple(span for span, acts in _heard(reading) if remedy.value in acts and span not in doubted | supposed)


def _offers(reading: Reading, name: str) -> bool:
    """Whether a cue of a remedy stands in a sentence that promises or proposes, and without a maybe."""
    return any(
        _is_plain(reading, cue)
        and not is_tentative(reading, cue)
        and _undertakes(reading, cue)
        and not _is_refused(reading, cue)
        for cue in _own(reading, name)
    )


def is_tentative(reading: Reading, cue: Cue) -> bool:
    """Whether the cue's sentence leaves it open ("I might", "I'll see if")."""
    return any(doubt.sentence == cue.sentence for doubt in reading.cues("tentative"))


def _own(reading: Reading, name: str) -> tuple[Cue, ...]:
    """The places of a cue that are not part of something else."""
    spans = [other.span for rival in _GIVES_WAY.get(name, ()) for other in reading.cues(rival)]
    beside = {other.sentence for rival in _YIELDS_BESIDE.get(name, ()) for other in reading.cues(rival)}
    first = {c.sentence: c.span.start for rival in _YIELDS_AFTER.get(name, ()) for c in reversed(reading.cues(rival))}
    return tuple(
        cue
        for cue in reading.cues(name)
        if not any(_overlap(cue.span, span) for span in spans)
        and cue.sentence not in beside
        and cue.span.start < first.get(cue.sentence, cue.span.end)
    )


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _is_plain(reading: Reading, cue: Cue) -> bool:
    """Meant, or under a condition that only leaves the choice to the customer ("if you'd rather")."""
    if cue.meant:
        return True
    invited = any(c.sentence == cue.sentence and c.span.start < cue.span.start for c in reading.cues("invitation"))
    return invited and not (cue.negated or cue.reported or cue.borrowed)


def _is_refused(reading: Reading, cue: Cue) -> bool:
    """Whether what the cue names is refused right after it ("a refund is not possible")."""
    low, end = reading.text.low, cue.span.end
    after = (c.span.start for c in reading.cues("refusal") if c.sentence == cue.sentence and c.span.start >= end)
    return any(not _BREAK.search(low, end, start) for start in after)


def _is_past(reading: Reading, cue: Cue) -> bool:
    """Whether the cue's sentence tells, before it, what was: and nothing since then looks ahead."""
    before = [
        c.span.start for c in reading.cues("bygone") if c.sentence == cue.sentence and c.span.start < cue.span.start
    ]
    if not before:
        return False
    ahead = (c.span for c in reading.cues("undertaking") if c.sentence == cue.sentence)
    return not any(before[-1] < span.end <= cue.span.end for span in ahead)


def _undertakes(reading: Reading, cue: Cue) -> bool:
    """Whether the cue's sentence looks ahead, and neither tells what was nor asks for what is."""
    if not any(own.sentence == cue.sentence for own in reading.cues("undertaking")) or _is_past(reading, cue):
        return False
    sentence = cue.sentence
    inquires = bool(_INQUIRY.match(reading.text.low, sentence.start, sentence.end)) and sentence in reading.questions
    return not inquires or any(c.sentence == sentence for n in ("check", "either_or") for c in reading.cues(n))


def _commits(reading: Reading) -> bool:
    """Whether something is promised that is more than to hold, to transfer or to end, or to do so if driven to it."""
    warned = [c for name in ("limit", "calm_down") for c in reading.cues(name)]
    for cue in _own(reading, "promise"):
        driven = any(w.sentence == cue.sentence and w.span.start <= cue.span.start for w in warned)
        if not driven and _is_plain(reading, cue):
            return True
    return False


def _asks(reading: Reading) -> bool:
    """Whether something is asked about the case: by a question that wants an answer, a request, or a choice put."""
    if any(not (cue.reported or cue.borrowed) for cue in reading.cues("either_or")):
        return True
    requests = {cue.sentence for cue in reading.cues("ask") if not (cue.negated or cue.reported or cue.borrowed)}
    return any(_inquires(reading, question) for question in {*reading.questions, *requests})


def _inquires(reading: Reading, question: Span) -> bool:
    """Whether a question wants to know something, rather than offers, checks, or asks to wait."""
    return not any(question.start <= cue.span.start < question.end for name in NOT_ASKING for cue in reading.cues(name))


def _is_gibberish(reading: Reading) -> bool:
    """Six words or more of which none is a common English one."""
    words = reading.text.words
    return len(words) >= 6 and not any(word in reading.stop for word in words)
