"""Endings that the persona's own numbers, offers and brief can never bring about, and trust that nothing builds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from simcustomer.domain import conduct
from simcustomer.domain.condition import Condition
from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Met, Session
from simcustomer.domain.sway import Consequence
from simcustomer.evaluation.lint.finding import Fault
from simcustomer.evaluation.lint.trial import heard, stances, trial

_GOOD: dict[Outcome, Literal["full", "part"]] = {Outcome.RESOLVED: "full", Outcome.COMPROMISE: "part"}
_MOST_MET = 2
"""Times that a softener is counted on: a third time moves nothing, unless something new was offered meanwhile."""

_BAD = (Outcome.COMPLAINT, Outcome.WALKED_OUT)


def faults(persona: Persona, rubric: Rubric) -> Iterator[Fault]:
    """Endings that are out of reach, and facts that ask for more trust than softeners win."""
    session = trial(persona, rubric)
    for outcome, worth in _GOOD.items():
        yield from _out_of_time(persona, outcome) or _unsettled(session, outcome, worth)
    for outcome in _BAD:
        yield from _out_of_time(persona, outcome) or _unprovoked(session, outcome)
    yield from _untrusted(session)


def _condition(persona: Persona, outcome: Outcome) -> Condition:
    condition: Condition = getattr(persona.endings, outcome.value)
    return condition


def _out_of_time(persona: Persona, outcome: Outcome) -> list[Fault]:
    condition, longest = _condition(persona, outcome), persona.endings.longest
    if condition.from_exchange <= longest:
        return []
    what = f"begins at exchange {condition.from_exchange}, but time is up after {longest}, so it is never reached"
    return [Fault(("endings", outcome.value, "from_exchange"), what, "lower from_exchange or raise longest")]


def _unsettled(session: Session, outcome: Outcome, worth: Literal["full", "part"]) -> Iterator[Fault]:
    persona = session.persona
    offers = tuple(offer.id for offer in persona.offers if offer.worth == worth)
    if not offers:
        # A deal that was broken by half turns a full offer into a compromise, so that no part offer is needed for one.
        if not any(breaker.ending is Consequence.COMPROMISE_AT_BEST for breaker in persona.deal_breakers):
            what = f"no offer is worth {worth!r}, so the ending {outcome.value!r} is never reached"
            yield Fault(("offers",), what, f"add an offer with worth: {worth}")
        return
    if _allowed(session).isdisjoint(offers):
        named = ", ".join(offers)
        what = (
            f"nothing here is understood as an offer worth {worth!r} ({named}), so {outcome.value!r} is never reached"
        )
        remedy = "let the trainee offer one of them, in words that the offer names; each line is read after 'I can'"
        yield Fault(("brief", "may"), what, remedy)
    moods: list[Mood] = []
    for stance in stances(session, _soothing(session, offers)):
        moods.append(stance.mood)
        if stance.outcome is outcome:
            return
    best = f"anger falls to {min(m.anger for m in moods):g} and trust rises to {max(m.trust for m in moods):g}"
    what = f"is never reached: with every softener met and each offer worth {worth!r} made, {best} in {len(moods)} exchanges"
    yield Fault(("endings", outcome.value), what, "ease its bounds, or give softeners more weight")


def _allowed(session: Session) -> frozenset[str]:
    """Offers that the customer understands in what the brief lets the trainee do."""
    lines = session.persona.brief.may
    return frozenset(o for line in lines for o in heard(session, f"I can {line[0].lower()}{line[1:]}").offers)


def _soothing(session: Session, offers: Sequence[str] = ()) -> Iterator[Appraisal]:
    """The best that can be done: one new offer an exchange, and each softener twice in all, the least worn first.

    No more softeners are met in one exchange than it can hold, as what goes beyond is taken back.
    """
    persona = session.persona
    most = conduct.MOST_SOFTENING[persona.difficulty]
    usable = [s for s in persona.softeners if s.technique is None or s.technique in session.rubric.ids]
    met: Counter[str] = Counter()
    for number in range(persona.endings.longest):
        offered = offers[number : number + 1]
        worth = next((conduct.WORTH[o.worth] for o in persona.offers if o.id in offered), None)
        anger, trust = (-worth.anger, worth.trust) if worth else (0.0, 0.0)
        chosen: list[Met] = []
        for sway in sorted(usable, key=lambda sway: met[sway.id]):
            if met[sway.id] < _MOST_MET and (anger < most or trust < most):
                chosen.append(Met(sway=sway.id, quote=""))
                anger, trust = anger - sway.anger, trust + sway.trust
        met.update(each.sway for each in chosen)
        yield Appraisal(softeners=tuple(chosen), asked=(persona.facts[0].id,), offers=tuple(offered))


def _unprovoked(session: Session, outcome: Outcome) -> Iterator[Fault]:
    """A fault where neither silence nor any trigger, from the start or after some kindness, brings the outcome about."""
    triggers = session.persona.triggers
    blows = [Appraisal(), *(_stung(trigger.id) for trigger in triggers), _stung(*(t.id for t in triggers))]
    kind = list(_soothing(session))
    for spared in range(len(kind)):
        for blow in blows:
            play = [*kind[:spared], *[blow] * (len(kind) - spared)]
            if any(stance.outcome is outcome for stance in stances(session, play)):
                return
    what = "is never reached: neither saying nothing that helps nor any trigger, early or late, leads there"
    yield Fault(("endings", outcome.value), what, "ease its bounds, or give triggers more weight")


def _stung(*triggers: str) -> Appraisal:
    return Appraisal(triggers=tuple(Met(sway=trigger, quote="") for trigger in triggers))


def _untrusted(session: Session) -> Iterator[Fault]:
    """Facts that ask for more trust than softeners build; a customer should not have to be bought to speak."""
    persona = session.persona
    most = max(stance.mood.trust for stance in stances(_unending(session), _soothing(session)))
    for number, fact in enumerate(persona.facts):
        if fact.reveal.when == "trust" and fact.reveal.trust > most:
            what = f"{fact.id!r} is told from trust {fact.reveal.trust:g} on, but its softeners raise it to {most:g} at most"
            yield Fault(("facts", number, "reveal", "trust"), what, "lower it, or give softeners more trust")


def _unending(session: Session) -> Session:
    """The session with a customer who never ends it, as long as there is time."""
    never = Condition(anger_at_least=10, anger_at_most=0)
    endings = session.persona.endings.model_copy(
        update={"resolved": never, "compromise": never, "complaint": never, "walked_out": never}
    )
    return session.model_copy(update={"persona": session.persona.model_copy(update={"endings": endings})})
