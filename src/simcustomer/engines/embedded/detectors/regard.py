"""Detectors for how the customer is met: empathy, listening, and the questions that find the need."""

from __future__ import annotations

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.embedded.detectors.conduct import acknowledgements, harsh
from simcustomer.engines.embedded.detectors.moment import Moment, Sentence
from simcustomer.engines.embedded.detectors.notes import Notes
from simcustomer.engines.embedded.detectors.steps import concrete_acts

OPENING = 3
"""Sentences that count as the beginning of a reply."""


def settled(moment: Moment) -> bool:
    """Whether the message being answered is content or matter-of-fact, with no feeling that asks for an answer."""
    customer = moment.customer
    if moment.customer_has("customer_hurt") or moment.shouted:
        return False
    short = len(customer.text.words) <= 14 and not customer.cues("customer_feeling") and "!" not in customer.text.even
    return bool(customer.cues("customer_settled")) or (short and not moment.first)


def reflections(moment: Moment) -> tuple[Sentence, ...]:
    """Statements that give back at least two things that the customer said."""
    return tuple(s for s in moment.statements if len(s.echoes) >= 2 and not moment.copied(s.span))


def touching(moment: Moment) -> tuple[Sentence, ...]:
    """Sentences with something that the customer has said, fullest first."""
    found = [s for s in moment.sentences if s.stems & moment.told and not moment.copied(s.span)]
    return tuple(sorted(found, key=lambda s: -len(s.stems & moment.told)))


def empathy(moment: Moment, technique: Technique) -> Finding:
    """Whether the feeling behind the message is met."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    felt = acknowledgements(moment)
    stock = moment.holding("stock_empathy")
    near = moment.around(felt)
    given = frozenset[str]().union(*(s.stems & moment.told for s in near))
    if not rude:
        notes.shows("shows_care", *moment.holding("cares", "regrets", "apology"), *stock)
        notes.shows("names_feeling", *felt)
        notes.shows("validates", *moment.holding("validates", "rather_like"))
        if given:
            notes.shows("ties_to_situation", *(s for s in near if s.stems & moment.told))
        notes.shows("comes_first", *(s for s in felt if s in moment.sentences[:OPENING]))
        if len(felt) >= 2 and len(given) >= 3:
            notes.shows("counts_the_cost", *felt)
        _by_deed(moment, notes)
    notes.errs("dismisses", *moment.plain("dismisses"), *rude)
    if stock and not felt:
        notes.errs("hollow", *stock)
        repeated = {s.span for s in moment.repeated}
        notes.errs("repeated", *(s for s in stock if s.span in repeated))
    return notes.finding(occasion=not settled(moment))


def _by_deed(moment: Moment, notes: Notes) -> None:
    deeds = tuple(s for s in concrete_acts(moment) if s.stems & moment.told)
    if moment.substance >= 2:
        notes.shows("cares_by_deed", *deeds, *touching(moment)[:1])
    if moment.substance == 3 and deeds and moment.said("cares", "fallback", "willing", "apology", "rather_like"):
        notes.shows("deed_answers_fear", *deeds)


def active_listening(moment: Moment, technique: Technique) -> Finding:
    """Whether the substance of the message is given back and acted upon."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    spots = touching(moment)
    notes.shows("uses_specifics", *spots)
    notes.shows("paraphrases", *reflections(moment))
    notes.shows("checks_understanding", *moment.holding("checks"))
    if moment.substance >= 1:
        notes.shows("answers_what_was_asked", *spots, *concrete_acts(moment))
    if moment.substance == 3 and len(moment.recalled) >= 4:
        notes.shows("takes_in_all", *spots)
    notes.shows("hears_at_least", *moment.holding("apology", "validates", "cares", "can_do", "done_act", "you_will", "offers_choice"))
    notes.errs("asks_again", *asked_again(moment))
    if rude:
        notes.errs("cuts_off" if moment.substance < 1 else "hears_to_argue", *rude)
    if moment.substance == 0 and len(moment.plain("template")) >= 2:
        notes.errs("stock_answer", *moment.plain("template"))
    return notes.finding(occasion=bool(moment.customer.stems) or bool(spots))


def asked_again(moment: Moment) -> tuple[Sentence, ...]:
    """Questions for form details that the customer says have been given."""
    if not moment.customer_has("customer_already"):
        return ()
    return tuple(s for s in moment.holding("form_question") if s.asks or "please" in s.words)


def discovery(moment: Moment, technique: Technique) -> Finding:
    """Whether questions reach the cause or the need."""
    notes = Notes(technique, moment)
    rude = harsh(moment)
    barred = {s.span for s in moment.holding("anything_else", "offers_choice", "sign_off")}
    asks = tuple(
        s for s in (*moment.questions, *moment.holding("tell_me")) if s.span not in barred and not moment.copied(s.span)
    )
    forms = {s.span for s in moment.holding("form_question")}
    relevant = tuple(s for s in asks if s.span not in forms and len(s.words) >= 4)
    openly = tuple(s for s in moment.holding("need_question", "tell_me") if s in relevant)
    notes.shows("asks_something", *asks)
    if not rude and not moment.plain("template"):
        notes.shows("asks_relevant_question", *relevant)
        notes.shows("open_question", *openly)
        if moment.substance >= 1 or acknowledgements(moment):
            notes.shows("probes_underlying_need", *(s for s in openly if not s.stems <= moment.known or s.echoes))
        notes.shows("explains_why", *(moment.holding("purpose") if relevant else ()))
    notes.errs("assumes", *(rude if asks or moment.first else ()))
    if len(moment.said("form_question")) >= 3:
        notes.errs("interrogates", *moment.said("form_question"))
    return notes.finding(occasion=bool(asks))
