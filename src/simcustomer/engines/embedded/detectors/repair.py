"""Detectors for turning points: apology and recovery, escalation, closing."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.body import Sentence
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.detectors.traits import (
    apologies,
    apologised_before,
    concrete_acts,
    ending,
    failing,
    harsh,
    heat,
)
from simcustomer.engines.embedded.nlu import Cue

FULL = 40
"""Words from which a message about a failing is an account that calls for an apology."""

LAST = 2
"""Sentences in which a parting word ends the conversation."""


def recovery(moment: Moment, technique: Technique) -> Finding:
    """Whether a failing is apologised for and made good."""
    notes = Notes(technique, moment)
    sorry, admits = apologies(moment), moment.said("admits")
    conditional = moment.plain("conditional_apology")
    calm = moment.customer_has("customer_settled") and not moment.customer_has("customer_hurt")
    owed = failing(moment) and not apologised_before(moment) and not calm
    notes.shows("apologises", *sorry, *admits)
    notes.shows("sincere_apology", *_sentences(moment, (*sorry, *admits)))
    notes.shows("no_excuse", *sorry, *admits)
    amending = moment.holding("amends")
    notes.shows("fair_amends", *(s for s in concrete_acts(moment) if s in amending))
    notes.errs("conditional_apology", *conditional, sure=True)
    if owed and not sorry and not admits:
        notes.shows("amends_only", *concrete_acts(moment))
        notes.lacks("no_apology")
    raised = len(moment.customer.text.words) > FULL or bool(harsh(moment)) or heat(moment) >= 2
    return notes.finding(occasion=bool(sorry or admits or conditional) or (owed and raised))


def _sentences(moment: Moment, cues: tuple[Cue, ...]) -> tuple[Sentence, ...]:
    starts = [cue.span.start for cue in cues]
    return tuple(s for s in moment.sentences if any(s.span.start <= start < s.span.end for start in starts))


def escalation(moment: Moment, technique: Technique) -> Finding:
    """Whether the matter reaches the right person, prepared."""
    notes = Notes(technique, moment)
    asked = moment.customer_has("customer_wants_supervisor")
    pending = any(m.cues("customer_wants_supervisor") for m in moment.earlier_messages)
    over = (*moment.holding("hands_over", "third_party_acts"), *(s for s in moment.newcomers if not s.asks))
    named = moment.said("names_person")
    notes.shows("defers", *named, *over)
    notes.shows("right_time", *over, *moment.said("offers_first"))
    notes.shows("respectful", *named, *over)
    notes.shows("warm_handoff", *moment.said("briefed", "record"), *over)
    notes.errs("blocks", *(() if over else moment.plain("blocks")))
    notes.errs("dumps", *harsh(moment))
    if asked and not named and not over:
        notes.lacks("blocks", sure=True)
    going = bool(moment.said("third_party_acts")) or (bool(over) and bool(named))
    return notes.finding(occasion=asked or going or (pending and not ending(moment)))


def closing(moment: Moment, technique: Technique) -> Finding:
    """Whether the conversation is brought to a good end."""
    notes = Notes(technique, moment)
    last = moment.sentences[-LAST:]
    thanked = moment.without(moment.holding("thanks"), "greeting_thanks")
    parting = (*moment.holding("sign_off", "anything_else", "sets_limit", "cuts_short"), *thanked)
    end = tuple(s for s in parting if s in last and not s.asks) or moment.holding("anything_else")
    notes.shows("signs_off", *end, *thanked, *last[-1:])
    notes.shows("thanks", *thanked, *moment.said("cares"))
    notes.shows("leaves_open", *moment.said("leaves_open", "anything_else", "follow_up"))
    notes.shows("confirms_outcome", *moment.said("recap", "done_act", "you_will"))
    notes.shows("graceful_exit", *moment.said("sets_limit"))
    notes.errs("abrupt", *harsh(moment))
    return notes.finding(occasion=(bool(end) and not moment.first) or ending(moment))
