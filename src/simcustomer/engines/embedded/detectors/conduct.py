"""Detectors for bearing: composure, positive language, common ground, boundaries and fit for the channel."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.domain.transcript import Channel
from simcustomer.engines.embedded.detectors.moment import SHOUTED, Moment, Sentence
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.nlu import Cue, Reading

LONGEST = {Channel.CHAT: 120, Channel.PHONE: 150, Channel.EMAIL: 230}
"""Words beyond which a reply asks much of its reader or listener."""

BRUSQUE = 9
"""Words below which a reply to an upset customer reads as brusque."""


def harsh(moment: Moment) -> tuple[Cue, ...]:
    """Rudeness, sarcasm and blame of the customer."""
    return (*moment.plain("rude"), *moment.plain("blames_customer"))


def acknowledgements(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences that acknowledge a feeling, or what lies behind it, beyond a stock phrase."""
    found = moment.holding("feeling", "rather_like", "validates", "regrets", "admits")
    stock = {s.span for s in moment.holding("stock_empathy", "generic_apology") if len(s.stems & moment.told) < 2}
    return tuple(s for s in found if s.span not in stock and not s.asks and not moment.copied(s.span))


def warmth(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences with a courteous or kind turn of any sort."""
    return moment.holding("willing", "apology", "thanks", "polite", "validates", "regrets", "cares", "rather_like", "joint")


def heat(moment: Moment) -> int:
    """How hostile the message being answered is (see `heat_of`)."""
    return heat_of(moment.customer)


def heat_of(message: Reading) -> int:
    """How hostile a message is: insults weigh 3, threats and demands 2, other signs 1."""
    return (
        3 * len(message.cues("customer_abuse"))
        + 2 * len(message.cues("customer_threatens"))
        + len(message.cues("customer_hostile"))
        + min(len(SHOUTED.findall(message.text.even)), 3)
        + message.text.even.count("!")
    )


def adversarial(moment: Moment) -> bool:
    """Whether the customer is hostile now, or was and has not settled since."""
    if heat(moment) >= 2:
        return True
    settled = bool(moment.customer.cues("customer_settled"))
    return not settled and any(heat_of(message) >= 2 for message in moment.earlier_messages)


def composure(moment: Moment, technique: Technique) -> Finding:
    """Whether the reply stays calm and courteous."""
    notes = Notes(technique, moment)
    rude, other, wrong = harsh(moment), moment.plain("blames_other"), moment.plain("contradicts")
    warm = warmth(moment)
    if not rude:
        notes.shows("courteous", *warm, *moment.sentences[:1])
    strained = heat(moment) >= 2 or moment.customer_has("customer_hurt")
    if strained and warm and moment.substance >= 2 and not (rude or wrong or other or moment.plain("careless")):
        notes.shows("steady_under_attack", *warm)
        notes.shows("no_defence", *acknowledgements(moment), *moment.said("joint", "can_do"))
    notes.errs("defensive", *wrong, *rude)
    if len(rude) >= 2 or (rude and moment.substance == 0):
        notes.errs("sarcastic_or_rude", *rude)
    notes.errs("blames", *other)
    notes.errs("takes_personally", *moment.plain("takes_personally"))
    if moment.size < BRUSQUE and not warm:
        notes.errs("curt", *moment.sentences[:1])
    return notes.finding(occasion=True)


def positive_language(moment: Moment, technique: Technique) -> Finding:
    """Whether the reply says what can be done."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    can, refusals = moment.said("can_do", "done_act", "you_will"), moment.plain("refusal")
    turned = moment.said("alternative", "offers_choice")
    notes.shows("can_do", *can)
    if moment.substance >= 1:
        notes.shows("willing", *moment.said("willing", "cares"), *can)
    if moment.substance >= 2:
        if refusals:
            notes.shows("reframes_no", *turned)
        else:
            notes.shows("constructive", *(can if turned or moment.said("willing", "fallback") else ()))
    notes.errs("prohibitive", *(rude if len(rude) >= 2 or len(can) < 2 else ()))
    if not can and refusals:
        notes.errs("prohibitive" if moment.substance == 0 else "negative_framing", *refusals)
    notes.errs("negative_framing", *rude)
    if len(refusals) >= 2 and len(can) <= len(refusals):
        notes.errs("negative_framing", *refusals)
    notes.errs("jargon_or_policy_wall", *moment.plain("policy_wall"))
    return notes.finding(occasion=True)


def common_ground(moment: Moment, technique: Technique) -> Finding:
    """Whether the two work on the problem together."""
    notes = Notes(technique, moment)
    joint = moment.said("joint")
    rude = (*moment.plain("adversarial"), *harsh(moment))
    occasion = adversarial(moment) or bool(rude) or (bool(joint) and moment.first and heat(moment) >= 1)
    if not occasion:
        return Finding(technique=technique.id, occasion=False)
    if moment.substance >= 1:
        notes.shows("joint_framing", *joint, *(acknowledgements(moment) if moment.substance >= 2 else ()))
        notes.shows("shared_goal", *(moment.said("shared_goal") if joint else ()))
    if not rude:
        notes.shows("keeps_to_issue", *moment.sentences[-1:])
    notes.errs("adversarial_framing", *rude)
    return notes.finding(occasion=True)


def boundaries(moment: Moment, technique: Technique) -> Finding:
    """Whether abuse or an excessive demand meets a clear and respectful limit."""
    notes = Notes(technique, moment)
    limits = moment.plain("sets_limit")
    pressed = moment.customer_has("customer_threatens") or (
        moment.customer_has("customer_demands") and heat(moment) >= 2
    )
    firm = moment.plain("firm_no") if pressed else ()
    rude = moment.plain("rude", "threat", "dismisses")
    caves = moment.plain("hush") if pressed or moment.customer_has("customer_threatens") else ()
    insulted = moment.customer_has("customer_abuse")
    occasion = moment.customer_has("customer_strong_abuse") or limits or caves or firm or (insulted and rude)
    if not occasion:
        return Finding(technique=technique.id, occasion=False)
    notes.shows("names_limit", *limits, *firm)
    if not rude:
        notes.shows("respectful_firm", *limits, *firm)
    if moment.substance >= 2 or limits:
        notes.shows("keeps_door_open", *moment.said("alternative", "will_act", "joint", "fallback"))
    notes.errs("retaliates", *rude)
    notes.errs("caves_in", *caves)
    return notes.finding(occasion=True)


def channel_craft(moment: Moment, technique: Technique) -> Finding:
    """Whether the reply is plain, personal and of the right length for its channel."""
    notes = Notes(technique, moment)
    template, slang, careless = moment.plain("template"), moment.plain("slang"), moment.plain("careless")
    lead, rude = moment.sentences[:1], harsh(moment)
    long = moment.size > LONGEST[moment.case.channel]
    if not long:
        notes.shows("concise", *lead)
    if not template and len(careless) + len(slang) < 2:
        notes.shows("plain_professional", *lead)
    if moment.substance >= 2 or (moment.substance >= 1 and moment.said("names_customer")):
        notes.shows("personal", *(s for s in moment.sentences if s.stems & moment.told), *lead)
    if len(template) >= 2 or (long and moment.substance < 2):
        notes.errs("wall_of_text", *template, *lead)
    if moment.written and len(careless) + len(slang) >= 3:
        notes.errs("slang_or_careless", *slang, *careless)
    if (moment.substance == 0 and moment.size < 30) or (rude and moment.substance < 2):
        notes.errs("too_terse", *lead)
    if rude and moment.substance == 0 and (moment.size < 30 or careless):
        notes.errs("brusque", *rude)
    return notes.finding(occasion=True)
