"""What a reply does, whoever the customer is: asks, offers, promises, refuses, blames, winds up."""

from __future__ import annotations

from simcustomer.domain.persona import Remedy
from simcustomer.engines.embedded.nlu import Cue, Reading, load_lexicon
from simcustomer.engines.embedded.nlu.text import Span

ACTS = (
    "question", "check", "refund", "credit", "replacement", "visit", "callback", "supervisor", "commitment", "time",
    "vague_time", "apology", "refusal", "told_to_calm", "blame", "deflect", "limit", "hold", "closing", "hang_up", "hand_over",
)  # fmt: skip
"""The acts whose understanding is measured (`evals/acts`); an Understanding knows a few more."""

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
    "check": "check",
    "closing": "closing",
    "commitment": "promise",
    "hand_over": "hand_over",
    "hang_up": "hang_up",
    "hold": "hold",
    "probe": "probe",
    "restate": "restate",
    "stock_sympathy": "stock_sympathy",
    "tentative": "tentative",
    "vague_time": "time_vague",
}
"""Acts by the cue that shows them, where it is meant."""

_HEARD = {
    "blame": "blame",
    "deflect": "deflect",
    "insult": "insult",
    "limit": "limit",
    "minimise": "minimise",
    "policy_wall": "policy_wall",
    "refusal": "refusal",
    "told_to_calm": "calm_down",
}
"""Acts that hurt, or limit, also where they are negated or conditional: "don't be stupid", "if this goes on"."""

_HOSTILE = frozenset({"blame", "insult", "told_to_calm", "minimise"})
"""Acts beside which a question is rhetorical."""

_NOT_ASKING = ("check", "choice", "hold", "closing", "insult", *REMEDY_CUES.values())


def acts_of(text: str) -> frozenset[str]:
    """The acts of a reply on its own."""
    return acts_in(Reading(text, load_lexicon("stop", "acts")))


def acts_in(reading: Reading) -> frozenset[str]:
    """The acts of a reply that was read with the lexicon of acts; `puzzling` and `too_short` among them."""
    acts = {act for act, cue in _MEANT.items() if reading.has(cue)}
    acts |= {act for act, cue in _HEARD.items() if any(not (c.reported or c.borrowed) for c in reading.cues(cue))}
    acts |= {remedy.value for remedy, cue in REMEDY_CUES.items() if undertaken(reading, cue)}
    if any(not cue.negated for cue in reading.cues("machine_talk")) or _is_gibberish(reading):
        acts.add("puzzling")
    if promised_time(reading):
        acts.add("time")
    if not acts & _HOSTILE and any(_inquires(reading, question) for question in reading.questions):
        acts.add("question")
    if len(reading.text.words) <= 3 and not acts - {"commitment"}:
        acts.add("too_short")
    return frozenset(acts)


def promised_time(reading: Reading) -> str | None:
    """The first definite time in a sentence that undertakes something, in the trainee's words."""
    times = (cue for cue in reading.meant("time_definite") if _undertakes(reading, cue))
    return next((reading.quote(cue).rstrip(".,;") for cue in times), None)


def undertaken(reading: Reading, name: str) -> bool:
    """Whether the trainee undertakes what a cue names: in a sentence that promises or proposes, and without a maybe."""
    return any(cue.meant and not is_tentative(reading, cue) and _undertakes(reading, cue) for cue in reading.cues(name))


def is_tentative(reading: Reading, cue: Cue) -> bool:
    """Whether the cue's sentence leaves it open ("I might", "I'll see if")."""
    return any(doubt.sentence == cue.sentence for doubt in reading.cues("tentative"))


def _undertakes(reading: Reading, cue: Cue) -> bool:
    return any(own.sentence == cue.sentence for own in reading.cues("undertaking"))


def _inquires(reading: Reading, question: Span) -> bool:
    """Whether a question wants to know something, rather than offers, checks, or asks to wait."""
    return not any(
        question.start <= cue.span.start < question.end for name in _NOT_ASKING for cue in reading.cues(name)
    )


def _is_gibberish(reading: Reading) -> bool:
    """Six words or more of which none is a common English one."""
    words = reading.text.words
    return len(words) >= 6 and not any(word in reading.stop for word in words)
