"""Softeners, triggers, deal breakers and offers that are never met: unknown signs, and words that match nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcustomer.domain.persona import Offer, Persona, Remedy
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.domain.sway import Occasion
from simcustomer.engines.embedded.nlu import Text, load_lexicon
from simcustomer.evaluation.lint.finding import Fault, Field
from simcustomer.evaluation.lint.trial import heard, trial

_PATTERN = re.compile(r"[\\|*^\[\]{}<>]|\(\?|\.\+|\w\?\w|\)\?")
"""What stands in a regular expression and in no phrase that a trainee would type."""


def faults(persona: Persona, rubric: Rubric) -> Iterator[Fault]:
    """What names a sign that the rubric lacks, or is written so that no reply can match it."""
    session = trial(persona, rubric)
    yield from _unknown_techniques(persona, rubric)
    for kind, occasions in _occasions(persona).items():
        for number, occasion in enumerate(occasions):
            yield from _unknown_signs((kind, number), occasion, rubric)
            for place, words in enumerate(occasion.words):
                field = (kind, number, "words", place)
                yield from _unlike_speech(field, words) or _unmet(session, field, occasion, words)
    known = {offer.id for offer in persona.offers}
    for number, breaker in enumerate(persona.deal_breakers):
        if breaker.offer is not None and breaker.offer not in known:
            what = f"{breaker.offer!r} is none of the persona's offers, so {breaker.id!r} is never met"
            yield Fault(("deal_breakers", number, "offer"), what, f"name one of {', '.join(sorted(known))}")
    for number, offer in enumerate(persona.offers):
        for place, words in enumerate(offer.words):
            field = ("offers", number, "words", place)
            yield from _unlike_speech(field, words) or _unoffered(session, field, offer, words)


def _occasions(persona: Persona) -> dict[str, tuple[Occasion, ...]]:
    return {"softeners": persona.softeners, "triggers": persona.triggers, "deal_breakers": persona.deal_breakers}


def _unknown_techniques(persona: Persona, rubric: Rubric) -> Iterator[Fault]:
    named: list[tuple[Field, str]] = [(("trains", n), technique) for n, technique in enumerate(persona.trains)]
    named += [(("examples", technique), technique) for technique in persona.examples]
    for field, technique in named:
        if technique not in rubric.ids:
            what = f"{technique!r} is no technique of the rubric {rubric.id}"
            yield Fault(field, what, f"use one of {', '.join(rubric.ids)}")


def _unknown_signs(field: Field, occasion: Occasion, rubric: Rubric) -> Iterator[Fault]:
    missteps = [f"{technique.id}.{misstep}" for technique in rubric.techniques for misstep in technique.missteps]
    for name, sign, known in (
        ("technique", occasion.technique, rubric.ids),
        ("misstep", occasion.misstep, tuple(missteps)),
    ):
        if sign is not None and sign not in known:
            owner = sign.split(".")[0]
            near = [each for each in known if each.split(".")[0] == owner] or [*dict.fromkeys(rubric.ids)]
            what = f"{sign!r} is not in the rubric {rubric.id}, so {occasion.id!r} is never met"
            yield Fault((*field, name), what, f"use one of {', '.join(near)}")


def _unlike_speech(field: Field, words: str) -> list[Fault]:
    """A fault where no reply, once it is made even for reading, can hold these words, or nearly every one does."""
    even = " ".join(Text(words).even.split())
    if _PATTERN.search(words):
        return [
            Fault(
                field,
                f"{words!r} reads like a regular expression; it is matched letter by letter",
                "write out each phrase",
            )
        ]
    if even != words:
        what = (
            f"{words!r} holds characters that reading evens out (curly quotes, long dashes, double or invisible spaces)"
        )
        return [Fault(field, what, f"write {even!r}" if even else "remove it")]
    if len(plain := Text(words).words) == 1 and plain[0] in load_lexicon("stop").stop:
        return [
            Fault(field, f"{words!r} is a word that nearly every reply holds", "add the words that matter beside it")
        ]
    return []


def _unmet(session: Session, field: Field, occasion: Occasion, words: str) -> Iterator[Fault]:
    appraisal = heard(session, words)
    met = {each.sway for each in (*appraisal.softeners, *appraisal.triggers, *appraisal.deal_breakers)}
    if occasion.id not in met:
        what = f"{words!r} is not understood as meant even when it is all that is said"
        yield Fault(field, what, "leave out quotes, and conditions or denials before the words that matter")


def _unoffered(session: Session, field: Field, offer: Offer, words: str) -> Iterator[Fault]:
    if offer.remedy is not Remedy.OTHER or offer.id in heard(session, f"I can offer {words}.").offers:
        return
    what = f'"I can offer {words}" is not understood as the offer {offer.id!r}'
    yield Fault(field, what, "leave out maybes, conditions and denials: name the thing offered")
