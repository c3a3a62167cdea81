"""Detectors for how the customer is met: empathy, listening, and the questions that find the need."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.body import Sentence
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.detectors.traits import (
    acknowledgements,
    concrete_acts,
    harsh,
    reflections,
    settled,
    touching,
)

OPENING = 3
"""Sentences that count as the beginning of a reply."""


def empathy(moment: Moment, technique: Technique) -> Finding:
    """Whether the feeling behind the message is met."""
    notes = Notes(technique, moment)
    felt, stock = acknowledgements(moment), moment.holding("stock_empathy")
    near = moment.around(felt)
    notes.shows("shows_care", *moment.holding("cares", "regrets", "apology"), *stock)
    notes.shows("names_feeling", *felt)
    notes.shows("ties_to_situation", *(s for s in near if s.stems & moment.told))
    notes.shows("validates", *moment.holding("validates", "rather_like"))
    notes.shows("cares_by_deed", *(s for s in concrete_acts(moment) if s.stems & moment.told))
    notes.shows("comes_first", *(s for s in felt if s in moment.sentences[:OPENING]))
    if len(felt) >= 2:
        notes.shows("counts_the_cost", *(s for s in near if len(s.stems & moment.told) >= 2), *felt)
    notes.errs("dismisses", *moment.plain("dismisses"), *harsh(moment))
    again = tuple(s for s in stock if s in moment.repeated)
    if stock and not felt:
        notes.errs("hollow", *stock)
        notes.errs("repeated", *again, sure=True)
    if (stock or felt) and not again and not harsh(moment):
        notes.at_least(1)
    # Who plays a feeling down has seen that there is one.
    return notes.finding(occasion=not settled(moment) or notes.strength >= 2 or bool(moment.plain("dismisses")))


def active_listening(moment: Moment, technique: Technique) -> Finding:
    """Whether the substance of the message is given back and acted upon."""
    notes = Notes(technique, moment)
    spots = touching(moment)
    acted = concrete_acts(moment)
    notes.shows("uses_specifics", *spots)
    notes.shows("answers_what_was_asked", *acted, *spots[:1])
    notes.shows("paraphrases", *reflections(moment))
    notes.shows("checks_understanding", *moment.holding("checks"))
    notes.shows("takes_in_all", *spots)
    notes.shows("hears_at_least", *moment.holding("apology", "validates", "cares", "can_do", "done_act", "you_will"))
    notes.errs("asks_again", *asked_again(moment), sure=True)
    notes.errs("hears_to_argue", *harsh(moment))
    notes.errs("stock_answer", *moment.plain("template"))
    if not spots and not acted:
        notes.lacks("ignores_point")
    return notes.finding(occasion=bool(moment.customer.stems) or bool(spots))


def asked_again(moment: Moment) -> tuple[Sentence, ...]:
    """Questions for several form details when the customer says that all has been given."""
    if not moment.customer_has("customer_already") or len(moment.said("form_question")) < 2:
        return ()
    return tuple(s for s in moment.holding("form_question") if s.asks or "please" in s.words)


def discovery(moment: Moment, technique: Technique) -> Finding:
    """Whether questions reach the cause or the need."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    barred = {s.span for s in moment.holding("anything_else", "offers_choice", "sign_off")}
    asks = tuple(s for s in (*moment.questions, *moment.holding("tell_me", "requests_facts")) if s.span not in barred)
    forms = {s.span for s in moment.holding("form_question")}
    relevant = tuple(s for s in asks if s.span not in forms)
    openly = tuple(s for s in moment.holding("need_question", "tell_me") if s in relevant)
    notes.shows("asks_something", *asks)
    notes.shows("asks_relevant_question", *relevant)
    notes.shows("open_question", *openly)
    notes.shows("probes_underlying_need", *openly)
    notes.shows("explains_why", *(moment.holding("purpose") if relevant else ()))
    if len(moment.said("form_question")) >= 3:
        notes.errs("interrogates", *moment.said("form_question"))
    notes.errs("assumes", *rude)
    pressed_on = moment.first and bool(rude or moment.plain("contradicts"))
    return notes.finding(occasion=bool(asks) or pressed_on)
