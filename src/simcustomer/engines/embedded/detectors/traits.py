"""What detectors and signals share: traits of a reply, and of the message it answers, drawn from cues and structure."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from simcustomer.engines.embedded.detectors.body import Sentence
from simcustomer.engines.embedded.detectors.moment import SHOUTED, Moment
from simcustomer.engines.embedded.nlu import Cue, Reading

CARELESS = 3
"""Typing faults from which a reply looks careless; one slip of a finger says nothing of anybody."""

SHORT = 14
"""Words up to which a message with no feeling in it counts as matter-of-fact."""

SEVERAL = 2
"""Signs of something being done from which a reply with a question does more than ask."""

PARTING = 20
"""Words up to which a message with a parting word counts as the end of the conversation."""

Trait = TypeVar("Trait")


def _once(look: Callable[[Moment], Trait]) -> Callable[[Moment], Trait]:
    """Look for a trait once in a moment: several detectors and signals ask for it."""

    @wraps(look)
    def known(moment: Moment) -> Trait:
        if look not in moment.traits:
            moment.traits[look] = look(moment)
        return cast(Trait, moment.traits[look])

    return known


@_once
def harsh(moment: Moment) -> tuple[Cue, ...]:
    """Rudeness, sarcasm and blame of the customer."""
    return (*moment.plain("rude"), *moment.plain("blames_customer"))


@_once
def acknowledgements(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences that acknowledge a feeling, or what lies behind it, beyond a stock phrase."""
    found = moment.holding("feeling", "rather_like", "validates", "regrets", "admits")
    stock = {s.span for s in moment.holding("stock_empathy", "generic_apology") if len(s.stems & moment.told) < 2}
    return tuple(s for s in found if s.span not in stock and not s.asks)


@_once
def warmth(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences with a courteous or kind turn of any sort."""
    return moment.holding(
        "willing", "apology", "thanks", "polite", "validates", "regrets", "cares", "rather_like", "joint"
    )


@_once
def reflections(moment: Moment) -> tuple[Sentence, ...]:
    """Statements that give back at least two things that the customer has just said."""
    return tuple(s for s in moment.statements if len(s.stems & moment.customer.stems) >= 2)


@_once
def touching(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences with something that the customer has said, fullest first."""
    found = [s for s in moment.sentences if s.stems & moment.told]
    return tuple(sorted(found, key=lambda s: -len(s.stems & moment.told)))


@_once
def acts(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences in which the trainee does something, or says that it will be done."""
    return tuple(s for s in moment.holding("will_act", "we_act", "done_act"))


@_once
def concrete_acts(moment: Moment) -> tuple[Sentence, ...]:
    """Acts with an object in this case: more than a vague offer to look into it."""
    vague = {s.span for s in moment.holding("vague_act")}
    return tuple(
        s for s in acts(moment) if (len(s.stems) >= 2 and s.span not in vague) or len(s.stems & moment.particulars) >= 2
    )


@_once
def gathers_only(moment: Moment) -> bool:
    """Whether the reply asks for facts and does nothing else."""
    if not moment.questions or acts(moment):
        return False
    return (
        len(moment.said("definite_time", "limit", "third_party_acts", "hands_over", "vague_act", "you_will")) < SEVERAL
    )


@_once
def apologies(moment: Moment) -> tuple[Cue, ...]:
    """Words of apology that are meant as such."""
    idle = [c.span for c in moment.reply.cues("not_apology")]
    return tuple(
        c for c in moment.said("apology") if not any(s.start < c.span.end and c.span.start < s.end for s in idle)
    )


@_once
def apologised_before(moment: Moment) -> bool:
    """Whether an earlier reply made a real apology, not a stock one."""
    return any(
        reading.cues("apology") and (reading.cues("admits") or not reading.cues("generic_apology"))
        for reading in moment.earlier_replies
    )


@_once
def slang(moment: Moment) -> tuple[str, ...]:
    """Words of slang, as written."""
    return moment.as_written("slang")


@_once
def slips(moment: Moment) -> tuple[str, ...]:
    """Typing faults, as written, where there are so many that the reply looks careless."""
    if moment.reply.text.changes["misspelt"] < CARELESS:
        return ()
    return moment.as_written("careless")


@_once
def failing(moment: Moment) -> bool:
    """Whether the company has plainly let the customer down, by what was said and by what is known of the case."""
    said = moment.customer_has("customer_failed_by") or any(
        m.cues("customer_failed_by") for m in moment.earlier_messages
    )
    facts = " ".join(moment.case.scenario.facts).lower()
    return said and (not facts or bool(moment.lexicon.pattern("own_fault").search(facts)))


@_once
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


@_once
def adversarial(moment: Moment) -> bool:
    """Whether the customer is hostile now, or was and has not settled since."""
    if heat(moment) >= 2:
        return True
    calm = bool(moment.customer.cues("customer_settled"))
    return not calm and any(heat_of(message) >= 2 for message in moment.earlier_messages)


@_once
def settled(moment: Moment) -> bool:
    """Whether the message being answered is content or matter-of-fact, with no feeling that asks for an answer.

    Nobody opens with contentment: what sounds like it there ("Good. A person.") is not.
    """
    customer = moment.customer
    if moment.first or moment.customer_has("customer_hurt") or moment.shouted:
        return False
    short = (
        len(customer.text.words) <= SHORT and not customer.cues("customer_feeling") and "!" not in customer.text.even
    )
    return short or bool(customer.cues("customer_settled"))


@_once
def ending(moment: Moment) -> bool:
    """Whether the customer has signalled an end."""
    if moment.first or moment.asked or not moment.customer_has("customer_ends"):
        return False
    return len(moment.customer.text.words) <= PARTING or not moment.customer_has("customer_demands_fix")
