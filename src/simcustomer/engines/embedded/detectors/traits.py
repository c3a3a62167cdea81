"""What detectors and signals share: traits of a reply, and of the message it answers, drawn from cues and structure."""

from __future__ import annotations

from simcustomer.engines.embedded.detectors.moment import SHOUTED, Moment, Sentence
from simcustomer.engines.embedded.nlu import Cue, Reading

CARELESS = 3
"""Typing faults from which a reply looks careless; one slip of a finger says nothing of anybody."""

SHORT = 14
"""Words up to which a message with no feeling in it counts as matter-of-fact."""

SEVERAL = 2
"""Signs of something being done from which a reply with a question does more than ask."""

PARTING = 20
"""Words up to which a message with a parting word counts as the end of the conversation."""


def harsh(moment: Moment) -> tuple[Cue, ...]:
    """Rudeness, sarcasm and blame of the customer."""
    return (*moment.plain("rude"), *moment.plain("blames_customer"))


def acknowledgements(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences that acknowledge a feeling, or what lies behind it, beyond a stock phrase."""
    found = moment.holding("feeling", "rather_like", "validates", "regrets", "admits")
    stock = {s.span for s in moment.holding("stock_empathy", "generic_apology") if len(s.stems & moment.told) < 2}
    return tuple(s for s in found if s.span not in stock and not s.asks)


def warmth(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences with a courteous or kind turn of any sort."""
    return moment.holding(
        "willing", "apology", "thanks", "polite", "validates", "regrets", "cares", "rather_like", "joint"
    )


def reflections(moment: Moment) -> tuple[Sentence, ...]:
    """Statements that give back at least two things that the customer has just said."""
    return tuple(s for s in moment.statements if len(s.echoes) >= 2)


def touching(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences with something that the customer has said, fullest first."""
    found = [s for s in moment.sentences if s.stems & moment.told]
    return tuple(sorted(found, key=lambda s: -len(s.stems & moment.told)))


def acts(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences in which the trainee does something, or says that it will be done."""
    return tuple(s for s in moment.holding("will_act", "we_act", "done_act"))


def concrete_acts(moment: Moment) -> tuple[Sentence, ...]:
    """Acts with an object in this case: more than a vague offer to look into it."""
    vague = {s.span for s in moment.holding("vague_act")}
    return tuple(
        s for s in acts(moment) if (len(s.stems) >= 2 and s.span not in vague) or len(s.stems & moment.particulars) >= 2
    )


def gathers_only(moment: Moment) -> bool:
    """Whether the reply asks for facts and does nothing else."""
    if not moment.questions or acts(moment):
        return False
    return (
        len(moment.said("definite_time", "limit", "third_party_acts", "hands_over", "vague_act", "you_will")) < SEVERAL
    )


def apologies(moment: Moment) -> tuple[Cue, ...]:
    """Words of apology that are meant as such."""
    idle = [c.span for c in moment.reply.cues("not_apology")]
    return tuple(
        c for c in moment.said("apology") if not any(s.start < c.span.end and c.span.start < s.end for s in idle)
    )


def apologised_before(moment: Moment) -> bool:
    """Whether an earlier reply made a real apology, not a stock one."""
    return any(
        reading.cues("apology") and (reading.cues("admits") or not reading.cues("generic_apology"))
        for reading in moment.earlier_replies
    )


def slang(moment: Moment) -> tuple[str, ...]:
    """Words of slang, as written."""
    return moment.as_written("slang")


def slips(moment: Moment) -> tuple[str, ...]:
    """Typing faults, as written, where there are so many that the reply looks careless."""
    if moment.reply.text.changes["misspelt"] < CARELESS:
        return ()
    return moment.as_written("careless")


def failing(moment: Moment) -> bool:
    """Whether the company has plainly let the customer down, by what was said and by what is known of the case."""
    said = moment.customer_has("customer_failed_by") or any(
        m.cues("customer_failed_by") for m in moment.earlier_messages
    )
    facts = " ".join(moment.case.scenario.facts).lower()
    return said and (not facts or bool(moment.lexicon.pattern("own_fault").search(facts)))


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
    calm = bool(moment.customer.cues("customer_settled"))
    return not calm and any(heat_of(message) >= 2 for message in moment.earlier_messages)


def settled(moment: Moment) -> bool:
    """Whether the message being answered is content or matter-of-fact, with no feeling that asks for an answer."""
    customer = moment.customer
    if moment.customer_has("customer_hurt") or moment.shouted:
        return False
    short = (
        len(customer.text.words) <= SHORT and not customer.cues("customer_feeling") and "!" not in customer.text.even
    )
    return bool(customer.cues("customer_settled")) or (short and not moment.first)


def ending(moment: Moment) -> bool:
    """Whether the customer has signalled an end."""
    if moment.first or moment.asked or not moment.customer_has("customer_ends"):
        return False
    return len(moment.customer.text.words) <= PARTING or not moment.customer_has("customer_demands_fix")
