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


def failing_of(moment: Moment) -> bool:
    """Whether the company has plainly let the customer down, by what was said and by what is known of the case."""
    said = moment.customer_has("customer_failed_by") or any(m.cues("customer_failed_by") for m in moment.earlier_messages)
    facts = " ".join(moment.case.scenario.facts)
    return said and (not facts or bool(moment.lexicon.pattern("own_fault").search(facts)))


def recovery(moment: Moment, technique: Technique) -> Finding:
    """Whether a failing is apologised for and made good."""
    notes = Notes(technique, moment)
    sorry, admits = apologies(moment), moment.said("admits")
    generic, conditional = moment.plain("generic_apology"), moment.plain("conditional_apology")
    settled = moment.customer_has("customer_settled") and not moment.customer_has("customer_hurt")
    owed = failing_of(moment) and not apologised_before(moment) and not settled
    apologising = moment.around(_around(moment, sorry))
    specific = tuple(s for s in apologising if s.stems & moment.told)
    real = (bool(sorry) and (bool(admits) or (bool(specific) and not generic))) or (bool(admits) and moment.substance >= 2)
    notes.shows("apologises", *sorry, *admits)
    if real and not conditional:
        notes.shows("sincere_apology", *_around(moment, (*sorry, *admits)))
        notes.shows("no_excuse", *sorry, *admits)
        amends = tuple(s for s in concrete_acts(moment) if s in moment.holding("amends"))
        notes.shows("fair_amends", *(amends if moment.substance == 3 else ()))
    notes.errs("conditional_apology", *conditional)
    if owed and not sorry and not admits:
        if not harsh(moment):
            notes.shows("amends_only", *(concrete_acts(moment) if moment.substance >= 2 else ()))
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
    open_request = any(m.cues("customer_wants_supervisor") for m in moment.earlier_messages)
    rude = harsh(moment)
    over = (*moment.holding("hands_over", "third_party_acts"), *moment.newcomers)
    named = moment.said("names_person")
    going = bool(over) and (bool(named) or bool(moment.newcomers) or open_request)
    if not (asked or going or (open_request and (named or rude))):
        return Finding(technique=technique.id, occasion=False)
    notes.shows("defers", *named, *over)
    if moment.substance >= 1:
        notes.shows("right_time", *over, *moment.said("offers_first"))
    if moment.substance >= 2 and moment.said("definite_time", "record", "fallback"):
        notes.shows("warm_handoff", *(over if moment.said("record", "follow_up", "briefed") else ()))
    if not rude:
        notes.shows("respectful", *named, *over)
    notes.errs("blocks", *(() if over else moment.plain("blocks")))
    if asked and not named and not over:
        notes.lacks("blocks")
    notes.errs("dumps", *rude)
    return notes.finding(occasion=True)


def closing(moment: Moment, technique: Technique) -> Finding:
    """Whether the conversation is brought to a good end."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    last = moment.sentences[-2:]
    end = tuple(s for s in moment.holding("sign_off", "anything_else", "sets_limit") if s in last)
    over = (bool(end) and not moment.first) or ending(moment)
    if not over:
        return Finding(technique=technique.id, occasion=False)
    thanked = moment.without(moment.holding("thanks"), "greeting_thanks")
    notes.shows("signs_off", *end, *thanked)
    if moment.substance >= 2:
        notes.shows("confirms_outcome", *moment.said("recap", "done_act", "you_will"))
    notes.shows("thanks", *thanked, *moment.said("cares"))
    notes.shows("leaves_open", *moment.said("leaves_open", "anything_else", "follow_up"))
    notes.shows("graceful_exit", *(moment.said("sets_limit") if moment.substance >= 2 else ()))
    notes.errs("abrupt", *rude)
    if moment.substance == 0 and not thanked and not end:
        notes.lacks("abrupt")
    return notes.finding(occasion=True)


def ending(moment: Moment) -> bool:
    """Whether the customer has signalled an end, or is content in few words."""
    if moment.first or moment.asked:
        return False
    short = len(moment.customer.text.words) <= 20
    return moment.customer_has("customer_ends") and (short or not moment.customer_has("customer_demands_fix"))
