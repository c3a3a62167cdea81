"""Detectors for bearing: composure, positive language, common ground, boundaries and fit for the channel."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.domain.transcript import Channel
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.detectors.traits import (
    acknowledgements,
    adversarial,
    harsh,
    heat,
    slang,
    slips,
    touching,
    warmth,
)

LONGEST = {Channel.CHAT: 120, Channel.PHONE: 150, Channel.EMAIL: 230}
"""Words beyond which a reply asks much of its reader or listener."""

BRIEF = 12
"""Words up to which a message with one sharp turn in it is not yet adversarial."""

BRUSQUE = 9
"""Words below which a reply to an upset customer reads as brusque."""


def composure(moment: Moment, technique: Technique) -> Finding:
    """Whether the reply stays calm and courteous."""
    notes = Notes(technique, moment)
    rude, warm = harsh(moment), warmth(moment)
    lead = moment.sentences[:1]
    notes.shows("courteous", *warm, *lead)
    notes.shows("steady_under_attack", *acknowledgements(moment), *warm)
    notes.shows("no_defence", *moment.said("admits", "joint", "can_do"), *warm)
    notes.errs("sarcastic_or_rude", *rude)
    notes.errs("defensive", *moment.plain("contradicts"), *rude)
    notes.errs("blames", *moment.plain("blames_other"))
    notes.errs("takes_personally", *moment.plain("takes_personally"))
    if moment.size < BRUSQUE and not warm:
        notes.errs("curt", *lead)
    return notes.finding(occasion=True)


def positive_language(moment: Moment, technique: Technique) -> Finding:
    """Whether the reply says what can be done."""
    notes = Notes(technique, moment)
    can, refusals = moment.said("can_do", "done_act", "you_will"), moment.plain("refusal")
    notes.shows("can_do", *can)
    notes.shows("willing", *moment.said("willing", "cares"), *can)
    if refusals:
        notes.shows("reframes_no", *moment.said("alternative", "offers_choice"))
    else:
        notes.shows("constructive", *can)
    notes.errs("prohibitive", *harsh(moment), *(refusals if not can else ()))
    notes.errs("negative_framing", *refusals, *moment.plain("must_do"))
    notes.errs("jargon_or_policy_wall", *moment.plain("policy_wall"))
    return notes.finding(occasion=True)


def common_ground(moment: Moment, technique: Technique) -> Finding:
    """Whether the two work on the problem together."""
    notes = Notes(technique, moment)
    joint = moment.said("joint")
    against = (*moment.plain("adversarial"), *harsh(moment))
    notes.shows("keeps_to_issue", *touching(moment), *moment.sentences[-1:])
    notes.shows("joint_framing", *joint, *acknowledgements(moment))
    notes.shows("shared_goal", *moment.said("shared_goal"))
    notes.errs("adversarial_framing", *against)
    opposed = adversarial(moment) or (heat(moment) >= 1 and len(moment.customer.text.words) > BRIEF)
    return notes.finding(occasion=opposed or bool(against))


def boundaries(moment: Moment, technique: Technique) -> Finding:
    """Whether abuse or an excessive demand meets a clear and respectful limit."""
    notes = Notes(technique, moment)
    limits = moment.plain("sets_limit")
    so_far = (moment.customer, *moment.earlier_messages)
    threatened = any(message.cues("customer_threatens") for message in so_far)
    pressed = threatened or moment.customer_has("customer_demands")
    firm = moment.plain("firm_no") if pressed else ()
    rude = moment.plain("rude", "threat")
    caves = moment.plain("hush") if threatened else ()
    insulted = moment.customer_has("customer_abuse")
    notes.shows("names_limit", *limits, *firm)
    notes.shows("respectful_firm", *limits, *firm)
    notes.shows("keeps_door_open", *moment.said("alternative", "will_act", "joint", "fallback"))
    notes.errs("retaliates", *rude)
    notes.errs("caves_in", *caves, sure=True)
    occasion = bool(
        moment.customer_has("customer_strong_abuse") or limits or caves or firm or ((insulted or threatened) and rude)
    )
    return notes.finding(occasion=occasion)


def channel_craft(moment: Moment, technique: Technique) -> Finding:
    """Whether the reply is plain, personal and of the right length for its channel."""
    notes = Notes(technique, moment)
    template, careless = moment.plain("template"), (*slang(moment), *slips(moment))
    lead, long = moment.sentences[:1], moment.size > LONGEST[moment.case.channel]
    if not long:
        notes.shows("concise", *lead)
    if not template:
        notes.shows("plain_professional", *lead)
    notes.shows("personal", *moment.plain("names_customer"), *touching(moment))
    notes.errs("wall_of_text", *template, *(lead if long else ()))
    notes.errs_in("slang_or_careless", careless if moment.written else ())
    notes.errs("brusque", *harsh(moment))
    if moment.size < BRUSQUE:
        notes.errs("too_terse", *lead)
    return notes.finding(occasion=True)
