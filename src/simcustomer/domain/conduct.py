"""The rules of a customer's conduct: how a reply moves the mood, what may be told, and when it is over.

Softening is earned: only a met softener, a technique or a worthwhile offer lowers anger. It habituates: the same
softener without a new offer in between helps half as much the second time and not at all the third.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from simcustomer.domain import deal_breaking
from simcustomer.domain.endings import held_off, outcome_of
from simcustomer.domain.mood import Shift
from simcustomer.domain.persona import Offer, Persona, Remedy
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Exchange, Session, Stance
from simcustomer.domain.sway import Sway

HABITUATION = (1.0, 0.5, 0.0)
"""Effect of a softener the first, second and any later time it is met with no new offer between."""

IRRITATION = (1.0, 1.25, 1.5)
"""Effect of a trigger the first, second and any later time: what was resented once is resented more."""

TECHNIQUE = Shift(cause="technique", because="", anger=-0.4, trust=0.4)
"""What a technique is worth to a persona that has no softener of its own for it."""

COMMON_TECHNIQUE: dict[str, float] = {"easy": 1.0, "medium": 0.35, "hard": 0.25}
"""Share of that by the persona's difficulty: the harder the customer, the more it takes what they themselves care for."""

MISSTEP = Shift(cause="misstep", because="", anger=0.8, trust=-0.5, patience=-0.5)
"""What a misstep costs with a persona that has no trigger of its own for it."""

BREAKS_PROMISE = "ownership.breaks_promise"

BROKEN = Shift(cause=f"misstep.{BREAKS_PROMISE}", because="", anger=1.2, trust=-1.8, patience=-1.0)
"""What going back on a promise costs: more than the promise had gained, and more than if there had been none."""

BLUNDER, BLUNDER_FROM_TRUST = 0.5, 5.0
"""Share of an insulting offer's effect when it comes from someone who has earned this much trust: a blunder, no affront."""

TOO_GOOD = 0.5
"""Share of an offer's effect while it sounds like more than the trainee can give."""

MOST_COMMON_MISSTEPS = 2
"""How many missteps that the persona has no trigger for count in one reply; any more are the same blow felt again."""

WORTH: dict[str, Shift] = {
    "full": Shift(cause="offer", because="", anger=-1.5, trust=1.5, patience=1.0),
    "part": Shift(cause="offer", because="", anger=-0.5, trust=0.5, patience=0.5),
    "insult": Shift(cause="offer", because="", anger=1.5, trust=-1.0, patience=-1.0),
}
"""What hearing an offer for the first time does."""

MOST_SOFTENING: dict[str, float] = {"easy": 3.0, "medium": 1.8, "hard": 1.6}
"""The most that one reply lowers anger or raises trust, by the persona's difficulty: nobody is won over at a stroke."""

WAITING = Shift(cause="time", because="another round without an end", patience=-0.5)
SETTLING = -0.5
"""Unless anger falls at least this far, the round has led nowhere and costs patience."""

UNHEARD = Shift(cause="unheard", because="nothing in the reply met them", anger=0.5, trust=-0.3, patience=-1.0)


def stance_after(session: Session, appraisal: Appraisal) -> Stance:
    """Where the customer stands after a reply that they took in this way."""
    persona = session.persona
    shifts = _bounded(
        (*_shifts(session, appraisal), *deal_breaking.shifts(session, appraisal)), MOST_SOFTENING[persona.difficulty]
    )
    mood = session.mood.moved(shifts)
    unlocked = persona.unlocked(trust=mood.trust, asked=appraisal.asked, told=session.told)
    return Stance(
        mood=mood,
        shifts=shifts,
        outcome=outcome_of(
            session,
            appraisal,
            mood,
            worths=frozenset(offer.worth for offer in offers_on_table(session, appraisal)),
            welcome=_is_welcome(session, shifts),
        ),
        may_tell=tuple(fact.id for fact in unlocked),
    )


def offers_on_table(session: Session, appraisal: Appraisal) -> tuple[Offer, ...]:
    """The persona's offers that have been made so far and not been taken back, in the persona's order."""
    made: set[str] = set()
    for taken in (*(exchange.appraisal for exchange in session.exchanges), appraisal):
        made = (made - set(taken.withdrawn)) | set(taken.offers)
    return tuple(offer for offer in session.persona.offers if offer.id in made)


def _is_welcome(session: Session, shifts: tuple[Shift, ...]) -> bool:
    """Whether the reply can be said yes to: one that left them unheard or angrier cannot, whatever was offered before."""
    # Who was asked something at the last moment has answered it, and a short "good, then" will do after that.
    if held_off(session):
        return sum(shift.anger for shift in shifts if shift != UNHEARD) <= MISSTEP.anger
    return UNHEARD not in shifts and sum(shift.anger for shift in shifts) <= 0


def _shifts(session: Session, appraisal: Appraisal) -> Iterator[Shift]:
    persona, rubric, past, trust = session.persona, session.rubric, session.exchanges, session.mood.trust
    heard = {offer for exchange in past for offer in exchange.appraisal.offers}
    new_offers = [offer for offer in persona.offers if offer.id in appraisal.offers and offer.id not in heard]
    # Nothing said in the same breath makes up for going back on one's word.
    softeners = () if appraisal.broken else tuple(_softened(persona, rubric, past, appraisal))
    triggers = tuple(_inflamed(persona, rubric, past, appraisal))
    yield from softeners
    yield from triggers
    insults = [offer for offer in new_offers if offer.worth == "insult"]
    # Two mean offers in one breath are one insult.
    felt = [offer for offer in new_offers if offer not in insults[1:]]
    for offer in felt:
        worth = WORTH[offer.worth].model_copy(
            update={"cause": f"offer.{offer.id}", "because": _offered(offer, appraisal)}
        )
        if offer.worth == "insult":
            yield worth.scaled(BLUNDER) if trust >= BLUNDER_FROM_TRUST else worth
        else:
            yield worth.scaled(TOO_GOOD) if appraisal.beyond else worth
    gained = any(shift.anger < 0 or shift.trust > 0 for shift in softeners) or any(
        o.worth != "insult" for o in new_offers
    )
    moved = sum(shift.anger for shift in (*softeners, *triggers)) + sum(WORTH[o.worth].anger for o in felt)
    if not (gained or appraisal.asked or appraisal.offers):
        yield UNHEARD
    elif moved > SETTLING:
        yield WAITING


def _bounded(shifts: tuple[Shift, ...], most: float) -> tuple[Shift, ...]:
    """The shifts, with one more that takes back what softening goes beyond `most`."""
    anger = sum(shift.anger for shift in shifts)
    trust = sum(shift.trust for shift in shifts)
    if anger >= -most and trust <= most:
        return shifts
    guard = Shift(
        cause="guard",
        because="held back: it takes more than one good reply",
        anger=round(max(0.0, -most - anger), 2),
        trust=round(min(0.0, most - trust), 2),
    )
    return (*shifts, guard)


def _softened(persona: Persona, rubric: Rubric, past: tuple[Exchange, ...], appraisal: Appraisal) -> Iterator[Shift]:
    habit = _met_since_last_offer(past)
    met = {met.sway for met in appraisal.softeners}
    covered = {sway.technique for sway in persona.softeners if sway.technique}
    for sway in persona.softeners:
        if sway.id in met:
            factor = HABITUATION[min(habit[sway.id], 2)]
            if factor:
                yield _shift_of(sway, "softener").scaled(factor)
    done = {
        technique: factor
        for technique in appraisal.techniques
        if technique not in covered and (factor := HABITUATION[min(habit[f"technique.{technique}"], 2)])
    }
    if done:
        names = " · ".join(_technique_name(rubric, technique) for technique in done)
        share = sum(done.values()) * COMMON_TECHNIQUE[persona.difficulty]
        yield TECHNIQUE.model_copy(update={"because": names}).scaled(share)


def _inflamed(persona: Persona, rubric: Rubric, past: tuple[Exchange, ...], appraisal: Appraisal) -> Iterator[Shift]:
    times = Counter(met.sway for exchange in past for met in exchange.appraisal.triggers)
    met = {met.sway: met.quote for met in appraisal.triggers}
    covered = {sway.misstep for sway in persona.triggers if sway.misstep}
    for sway in persona.triggers:
        if sway.id in met:
            yield _shift_of(sway, "trigger").scaled(IRRITATION[min(times[sway.id], 2)] * persona.volatility)
    if BREAKS_PROMISE in appraisal.missteps and BREAKS_PROMISE not in covered:
        covered.add(BREAKS_PROMISE)
        yield BROKEN.model_copy(update={"because": _gone_back_on(appraisal)}).scaled(persona.volatility)
    for misstep in [misstep for misstep in appraisal.missteps if misstep not in covered][:MOST_COMMON_MISSTEPS]:
        technique, sign = misstep.split(".", 1)
        because = f"{_technique_name(rubric, technique)}: {sign.replace('_', ' ')}"
        yield MISSTEP.model_copy(update={"cause": f"misstep.{misstep}", "because": because}).scaled(persona.volatility)


def _technique_name(rubric: Rubric, technique: str) -> str:
    return rubric.technique(technique).name.lower() if technique in rubric.ids else technique.replace("_", " ")


def _met_since_last_offer(past: tuple[Exchange, ...]) -> Counter[str]:
    counts: Counter[str] = Counter()
    heard: set[str] = set()
    for exchange in past:
        appraisal = exchange.appraisal
        if set(appraisal.offers) - heard:
            counts.clear()
            heard |= set(appraisal.offers)
        counts.update(met.sway for met in appraisal.softeners)
        counts.update(f"technique.{technique}" for technique in appraisal.techniques)
    return counts


def _shift_of(sway: Sway, cause: str) -> Shift:
    return Shift(
        cause=f"{cause}.{sway.id}", because=sway.because, anger=sway.anger, trust=sway.trust, patience=sway.patience
    )


_REMEDIES = {
    Remedy.REFUND: "a refund",
    Remedy.CREDIT: "a credit",
    Remedy.REPLACEMENT: "a replacement",
    Remedy.VISIT: "a visit",
    Remedy.CALLBACK: "a call back",
    Remedy.SUPERVISOR: "a supervisor",
    Remedy.REPAIR: "a repair",
    Remedy.INFORMATION: "word of it",
    Remedy.OTHER: "a way out",
}


def _offered(offer: Offer, appraisal: Appraisal) -> str:
    """What was offered, in the trainee's words where they are known."""
    quote = next((made.quote for made in appraisal.made if made.offer == offer.id), "")
    words = f'"{quote}"' if quote else next(iter(offer.words), _REMEDIES[offer.remedy])
    said = f"offered {words}"
    if offer.worth == "insult":
        return f"{said}, which is worse than nothing"
    return f"{said}, which sounds too good" if appraisal.beyond else said


def _gone_back_on(appraisal: Appraisal) -> str:
    return f'went back on "{appraisal.broken}"' if appraisal.broken else "went back on a promise"
