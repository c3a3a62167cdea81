"""Detectors for what is done: solutions, expectations, ownership."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.detectors.traits import acts, concrete_acts, gathers_only, harsh


def problem_solving(moment: Moment, technique: Technique) -> Finding:
    """Whether a practical remedy or next action is offered."""
    notes = Notes(technique, moment)
    concrete, rude = concrete_acts(moment), harsh(moment)
    notes.shows("takes_it_up", *acts(moment), *moment.said("vague_act", "can_do", "you_will"))
    notes.shows("concrete_step", *concrete, *moment.holding("you_will", "offers_choice", "imperative"))
    notes.shows("tailored", *(s for s in concrete if s.stems & moment.particulars))
    notes.shows("gives_choice", *moment.holding("offers_choice", "alternative"))
    notes.shows("addresses_cause", *(concrete if len(concrete) >= 3 else ()))
    notes.errs("excuses", *rude, *moment.plain("excuses", "blames_other"))
    notes.errs("deflects", *moment.plain("passes_on"))
    notes.errs("unworkable", *(moment.plain("hush") if moment.customer_has("customer_threatens") else ()), sure=True)
    ended = moment.customer_has("customer_settled") and not moment.customer_has("customer_demands_fix")
    return notes.finding(occasion=not ended or bool(concrete))


def expectations(moment: Moment, technique: Technique) -> Finding:
    """Whether the customer knows what happens next and when."""
    notes = Notes(technique, moment)
    definite, vague = moment.said("definite_time"), moment.plain("vague_time")
    steps = (*concrete_acts(moment), *moment.holding("you_will"))
    doing, rude = acts(moment), harsh(moment)
    notes.shows("some_step", *doing, *steps, *moment.said("vague_act", "passes_on"), *vague, *definite)
    notes.shows("next_steps", *steps)
    notes.shows("timeframe", *definite)
    notes.shows("clear_limits", *moment.plain("limit"))
    notes.shows("if_it_slips", *moment.said("fallback"))
    notes.shows("every_time_clear", *(definite if len(definite) >= 3 else ()))
    notes.errs("vague_time", *vague)
    notes.errs("overpromises", *moment.said("overpromise"))
    notes.errs("leaves_in_dark", *rude)
    in_play = bool(steps or definite or vague or rude or doing) or not moment.first
    return notes.finding(occasion=not gathers_only(moment) and in_play)


def ownership(moment: Moment, technique: Technique) -> Finding:
    """Whether the trainee takes the matter on and follows through."""
    notes = Notes(technique, moment)
    mine = moment.without(moment.holding("will_act", "done_act"), "vague_act")
    passed, doing, rude = moment.plain("passes_on"), acts(moment), harsh(moment)
    notes.shows("some_commitment", *doing, *moment.said("vague_act", "passes_on", "you_will"))
    notes.shows("personal_commitment", *mine)
    notes.shows("follow_up", *moment.said("follow_up"))
    notes.shows("keeps_record", *moment.said("record", "briefed", "fallback"))
    notes.shows("gives_time", *moment.said("definite_time"))
    notes.errs("passes_on", *passed)
    notes.errs("disowns", *rude)
    promised = bool(doing or passed or moment.plain("vague_act", "you_will"))
    under_way = len(moment.earlier_replies) >= 2
    return notes.finding(
        occasion=not gathers_only(moment) and (promised or under_way or (bool(rude) and not moment.first))
    )
