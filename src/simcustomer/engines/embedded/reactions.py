"""What a customer reacts to in a reply, most pressing first."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simcustomer.domain.deal_breaking import allows
from simcustomer.domain.mood import Mood, Temper
from simcustomer.domain.persona import Act, Outcome
from simcustomer.domain.session import Stance
from simcustomer.engines.embedded.understanding import Understanding
from simcustomer.roles import Scene


@dataclass(frozen=True, slots=True)
class Moment:
    """A reply as the customer takes it, and where they stand after it."""

    scene: Scene
    understanding: Understanding
    stance: Stance
    random: random.Random


def reactions(moment: Moment) -> Iterator[Act]:
    """The acts that fit, most pressing first."""
    fitting = (act for act, applies in _REACTIONS if applies(moment))
    if not is_won(moment.stance.mood) or sum(shift.anger for shift in moment.stance.shifts) > 0:
        return fitting
    # Who is won over takes no offence at what left them no angrier.
    return (act for act in fitting if act not in _OFFENDED)


_OFFENDED = frozenset({Act.INSULTED, Act.BLAMED, Act.BRUSHED_OFF, Act.REFUSED, Act.DOUBT, Act.TOO_SHORT})

_TRUSTED = 7.0
"""Trust from which an offer need not be turned over first, nor a promise tested."""


def is_won(mood: Mood) -> bool:
    """Whether the customer is calm and trusts whoever they talk with."""
    return mood.temper is Temper.CALM and mood.trust >= _TRUSTED


_PROMISES = ("commitment", "offer", "refund", "credit", "replacement", "visit", "callback", "supervisor")

Test = Callable[[Moment], bool]


def _new_offers(moment: Moment) -> set[str]:
    """Worths of the offers that this reply made for the first time."""
    before = {offer for exchange in moment.scene.session.exchanges for offer in exchange.appraisal.offers}
    made = set(moment.understanding.appraisal.offers) - before
    return {offer.worth for offer in moment.scene.session.persona.offers if offer.id in made}


def _better_than_nothing(moment: Moment) -> bool:
    return bool(_new_offers(moment) & {"part", "full"})


def _can_say_yes(moment: Moment) -> bool:
    """Whether a yes comes of itself: nothing is new that has to be weighed first, unless they are calm, and nothing grated."""
    appraisal = moment.understanding.appraisal
    grated = bool(appraisal.triggers or appraisal.missteps or appraisal.beyond)
    calm = moment.stance.mood.temper is Temper.CALM
    keeps_back = bool(set(appraisal.asked) - set(moment.stance.may_tell))
    new = _new_offers(moment)
    # A step on the way is agreed to sooner than what would settle it all.
    weighs_nothing = not new or (
        new == {"part"} and moment.stance.mood.temper is not Temper.ANGRY and _softened(moment)
    )
    return not grated and not keeps_back and moment.understanding.choice is None and (calm or weighs_nothing)


def _would_do_it(moment: Moment) -> bool:
    """Whether the customer does what they are asked to do: that takes less than to accept what is offered."""
    appraisal = moment.understanding.appraisal
    keeps_back = bool(set(appraisal.asked) - set(moment.stance.may_tell))
    refuses = appraisal.triggers or appraisal.beyond or keeps_back
    return not refuses and (moment.stance.mood.temper is not Temper.ANGRY or _softened(moment))


def _has_earned_it(moment: Moment) -> bool:
    """Whether what is new is welcomed rather than weighed: by then they are calm and trust whoever offers it."""
    return is_won(moment.stance.mood) and _softened(moment) and _better_than_nothing(moment)


def _offers_nothing_better(moment: Moment) -> bool:
    return not _better_than_nothing(moment)


def _insulted_by_offer(moment: Moment) -> bool:
    return _new_offers(moment) == {"insult"}


def _softened(moment: Moment) -> bool:
    """Whether the reply has won them over a little; nothing does once they can agree to nothing any more."""
    barred = not allows(Outcome.COMPROMISE, moment.scene.session, moment.understanding.appraisal)
    return not barred and sum(shift.anger for shift in moment.stance.shifts) <= -0.5


def _goes_back(moment: Moment) -> bool:
    appraisal = moment.understanding.appraisal
    return appraisal.broken is not None or "ownership.breaks_promise" in appraisal.missteps


def _is_too_good(moment: Moment) -> bool:
    return moment.understanding.appraisal.beyond is not None


def _repeats_itself(moment: Moment) -> bool:
    return moment.scene.reply.strip().lower() in {e.reply.strip().lower() for e in moment.scene.session.exchanges}


def _leaves_open(moment: Moment) -> bool:
    """Whether the customer's own question went unanswered, and the reply has nothing for them either."""
    return bool(moment.understanding.open) and not moment.understanding.appraisal.offers and moment.scene.number > 1


def _often_sorry(moment: Moment) -> bool:
    exchanges = moment.scene.session.exchanges
    return sum("recovery" in e.appraisal.techniques or "sorry" in e.reply.lower() for e in exchanges) >= 2


def _asks_no_more(moment: Moment) -> bool:
    """Whether a yes leaves no other question open."""
    return moment.understanding.unmet is None


def _not_first(moment: Moment) -> bool:
    return moment.scene.number > 1


def _now_and_then(moment: Moment) -> bool:
    return moment.random.random() < 0.5


def _acts(*names: str) -> Test:
    return lambda moment: bool(moment.understanding.acts & set(names))


def _missteps(*names: str) -> Test:
    return lambda moment: bool(set(moment.understanding.appraisal.missteps) & set(names))


def _either(*tests: Test) -> Test:
    return lambda moment: any(test(moment) for test in tests)


def _both(*tests: Test) -> Test:
    return lambda moment: all(test(moment) for test in tests)


def _without(*names: str) -> Test:
    return lambda moment: not moment.understanding.acts & set(names)


_promises_a_time = _both(_acts("time"), _acts(*_PROMISES))
"""A time alone promises nothing: "Saturday is tight"."""

_REACTIONS: tuple[tuple[Act, Test], ...] = (
    (Act.INSULTED, _acts("insult")),
    (Act.PUZZLED, _acts("puzzling", "off_topic")),
    (Act.TOLD_TO_CALM_DOWN, _acts("told_to_calm")),
    (Act.LIMIT_SET, _acts("limit")),
    (Act.BROKEN_PROMISE, _goes_back),
    (Act.HAGGLE, _either(_insulted_by_offer, _both(_acts("gift"), _offers_nothing_better))),
    (Act.TEST_PROMISE, _is_too_good),
    (Act.WILLING, _both(_acts("request"), _either(_would_do_it, _can_say_yes))),
    (Act.AGREE, _both(_acts("proposal"), _can_say_yes, _would_do_it)),
    (Act.SOFTEN, _has_earned_it),
    (Act.CONSIDER, _better_than_nothing),
    (Act.BLAMED, _acts("blame")),
    (Act.INSULTED, _missteps("composure.sarcastic_or_rude", "boundaries.retaliates")),
    (Act.BLAMED, _missteps("composure.blames", "composure.defensive")),
    (Act.TOO_SHORT, _acts("too_short")),
    (Act.ASKED_AGAIN, _either(_acts("asked_again"), _missteps("active_listening.asks_again"))),
    (Act.CLOSED_EARLY, _both(_acts("closing"), _without("question"), _not_first)),
    (Act.UNANSWERED, _repeats_itself),
    (Act.BRUSHED_OFF, _either(_acts("deflect", "policy_wall", "minimise"), _missteps("problem_solving.deflects"))),
    (Act.REFUSED, _both(_acts("refusal"), _without("offer"))),
    (Act.UNANSWERED, _both(_leaves_open, _without("hold", "wish"))),
    # A good reply with a definite time gets now one answer, now the other.
    (Act.TIMED, _both(_promises_a_time, _now_and_then)),
    (Act.SOFTEN, _softened),
    (Act.TIMED, _promises_a_time),
    (Act.TEST_PROMISE, _both(_acts("commitment", "tentative", "vague_time", "offer"), _without("time"))),
    (Act.WAIT, _acts("hold")),
    (Act.REPEATED_APOLOGY, _both(_acts("apology"), _often_sorry)),
    (Act.DOUBT, _acts("stock_sympathy", "apology")),
    (Act.CONFIRM, _both(_acts("check", "restate"), _without("offer", "proposal", "wish"), _asks_no_more)),
)
