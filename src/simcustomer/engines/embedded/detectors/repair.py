"""Detectors for turning points: apology and recovery, escalation, closing."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.conduct import harsh
from simcustomer.engines.embedded.detectors.moment import Moment, Sentence
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.detectors.steps import concrete_acts
from simcustomer.engines.embedded.nlu import Cue, Reading

FULL_APOLOGY = ("admits",)


def apologies(moment: Moment) -> tuple[Cue, ...]:
    """Words of apology that are meant as such."""
    idle = [c.span for c in moment.reply.cues("not_apology")]
    return tuple(
        c for c in moment.said("apology") if not any(s.start <= c.span.start < s.end or c.span.start <= s.start < c.span.end for s in idle)
    )


def apologised_before(moment: Moment) -> bool:
    """Whether an earlier reply made a real apology, not a stock one."""
    return any(_real(reading) for reading in moment.earlier_replies)


def _real(reading: Reading) -> bool:
    return bool(reading.cues("apology")) and (bool(reading.cues("admits")) or not reading.cues("generic_apology"))


def recovery(moment: Moment, technique: Technique) -> Finding:
    """Whether a failing is apologised for and made good."""
    notes = Notes(technique, moment)
    sorry = apologies(moment)
    generic = moment.plain("generic_apology")
    admits = moment.said("admits")
    conditional = moment.plain("conditional_apology")
    failed = moment.customer_has("customer_failed_by") or any(m.cues("customer_failed_by") for m in moment.earlier_messages)
    owed = failed and not apologised_before(moment)
    specific = tuple(s for s in _around(moment, sorry) if len(s.stems & moment.told) >= 1)
    real = bool(sorry) and not conditional and (bool(admits) or (bool(specific) and not generic))
    notes.shows("apologises", *sorry, *admits)
    if real:
        notes.shows("sincere_apology", *specific, *admits, *sorry)
        notes.shows("no_excuse", *sorry)
    if sorry or admits:
        notes.shows("fair_amends", *(s for s in concrete_acts(moment) if s in moment.holding("amends")))
    notes.errs("conditional_apology", *conditional)
    if owed and not sorry and not admits:
        if concrete_acts(moment) and not harsh(moment):
            notes.shows("amends_only", *(s for s in concrete_acts(moment) if s in moment.holding("amends")))
        notes.lacks("no_apology")
    occasion = bool(sorry or admits or conditional) or owed
    return notes.finding(occasion=occasion)


def _around(moment: Moment, cues: tuple[Cue, ...]) -> tuple[Sentence, ...]:
    starts = [cue.span.start for cue in cues]
    return tuple(s for s in moment.sentences if any(s.span.start <= start < s.span.end for start in starts))


def escalation(moment: Moment, technique: Technique) -> Finding:
    """Whether the matter reaches the right person, prepared."""
    notes = Notes(technique, moment)
    asked = moment.customer_has("customer_wants_supervisor")
    over = moment.said("hands_over")
    named = moment.plain("names_person")
    if not asked and not named:
        return Finding(technique=technique.id, occasion=False)
    blocked = moment.plain("blocks")
    notes.shows("defers", *named, *over)
    notes.shows("right_time", *over, *moment.said("offers_first"))
    if moment.said("definite_time") or moment.said("record"):
        notes.shows("warm_handoff", *over)
    if not harsh(moment):
        notes.shows("respectful", *named)
    if not over:
        notes.errs("blocks", *blocked)
    if asked and not named and not over:
        notes.lacks("blocks")
    notes.errs("dumps", *harsh(moment))
    return notes.finding(occasion=True)


def closing(moment: Moment, technique: Technique) -> Finding:
    """Whether the conversation is brought to a good end."""
    notes = Notes(technique, moment)
    end = moment.said("sign_off", "anything_else")
    thanked = tuple(c for c in moment.said("thanks") if c.span not in {g.span for g in moment.said("greeting_thanks")})
    over = bool(end) or moment.customer_has("customer_ends")
    if not over or moment.first:
        return Finding(technique=technique.id, occasion=False)
    notes.shows("signs_off", *end)
    notes.shows("confirms_outcome", *moment.said("recap"))
    notes.shows("thanks", *thanked)
    notes.shows("leaves_open", *moment.said("leaves_open", "anything_else"))
    notes.shows("graceful_exit", *moment.said("sets_limit"))
    notes.errs("abrupt", *harsh(moment))
    return notes.finding(occasion=True)
