"""Detectors for what is done: solutions, expectations, ownership."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.conduct import harsh
from simcustomer.engines.embedded.detectors.moment import Moment, Sentence
from simcustomer.engines.embedded.detectors.notes import Notes


def acts(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences in which the trainee does something, or says that it will be done."""
    return moment.holding("will_act", "we_act", "done_act")


def concrete_acts(moment: Moment) -> tuple[Sentence, ...]:
    """Acts with an object in this case: more than a vague offer to look into it."""
    vague = {s.span for s in moment.holding("vague_act")}
    return tuple(
        s for s in acts(moment)
        if (len(s.stems) >= 2 and s.span not in vague) or len(s.stems & moment.particulars) >= 2
    )


def gathers_only(moment: Moment) -> bool:
    """Whether the reply asks for facts and does nothing else."""
    return bool(moment.questions) and not acts(moment) and not moment.said("you_will", "vague_act")


def problem_solving(moment: Moment, technique: Technique) -> Finding:
    """Whether a practical remedy or next action is offered."""
    notes = Notes(technique, moment)
    concrete, rude = concrete_acts(moment), harsh(moment)
    offers = (*concrete, *moment.holding("you_will", "offers_choice", "imperative"))
    notes.shows("takes_it_up", *acts(moment), *moment.said("vague_act", "can_do"))
    if moment.substance >= 1:
        notes.shows("concrete_step", *offers)
    if moment.substance >= 3:
        notes.shows("tailored", *concrete)
        notes.shows("gives_choice", *moment.holding("offers_choice", "alternative", "fallback"))
        notes.shows("addresses_cause", *(concrete if len(concrete) >= 3 else ()))
    if not concrete:
        notes.errs("excuses", *rude, *moment.plain("excuses", "blames_other"))
        notes.errs("deflects", *moment.plain("passes_on"))
    elif len(rude) >= 2:
        notes.errs("excuses", *rude)
    ended = moment.customer_has("customer_settled") and not moment.customer_has("customer_demands_fix")
    return notes.finding(occasion=not ended or bool(concrete))


def expectations(moment: Moment, technique: Technique) -> Finding:
    """Whether the customer knows what happens next and when."""
    notes = Notes(technique, moment)
    doing, rude = acts(moment), harsh(moment)
    definite, vague = moment.said("definite_time"), moment.plain("vague_time")
    steps = (*concrete_acts(moment), *moment.holding("you_will"))
    notes.shows("some_step", *doing, *steps, *moment.said("vague_act", "passes_on"), *vague, *definite)
    notes.shows("next_steps", *steps)
    if moment.substance >= 1:
        notes.shows("timeframe", *definite)
        notes.shows("clear_limits", *moment.plain("limit"))
    if moment.substance >= 2:
        notes.shows("if_it_slips", *moment.said("fallback"))
        notes.shows("every_time_clear", *(definite if len(definite) >= 3 else ()))
    if len(definite) <= len(vague) and len(definite) < 2:
        notes.errs("vague_time", *vague)
    if not definite:
        notes.errs("overpromises", *moment.said("overpromise"))
    notes.errs("leaves_in_dark", *(rude if len(definite) < 1 or len(rude) >= 2 else ()))
    occasion = not gathers_only(moment) and (not moment.first or bool(doing or definite or rude or vague))
    return notes.finding(occasion=occasion) if occasion else Finding(technique=technique.id, occasion=False)


def ownership(moment: Moment, technique: Technique) -> Finding:
    """Whether the trainee takes the matter on and follows through."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    mine = moment.without(moment.holding("will_act", "done_act"), "vague_act")
    follow, definite = moment.said("follow_up"), moment.said("definite_time")
    notes.shows("some_commitment", *acts(moment), *moment.said("vague_act", "passes_on", "you_will"))
    if moment.substance >= 1:
        notes.shows("personal_commitment", *mine)
    if moment.substance >= 2:
        notes.shows("follow_up", *follow)
        notes.shows("keeps_record", *moment.said("record"), *moment.said("fallback"))
        notes.shows("gives_time", *definite)
    if not mine:
        notes.errs("passes_on", *moment.plain("passes_on"))
    if rude and not mine:
        notes.errs("disowns", *rude)
    occasion = not gathers_only(moment) and (bool(acts(moment)) or bool(moment.plain("passes_on", "vague_act", "you_will")) or bool(rude and not moment.first))
    return notes.finding(occasion=occasion) if occasion else Finding(technique=technique.id, occasion=False)
