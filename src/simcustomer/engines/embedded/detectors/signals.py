"""The signals of a reply: counts of cues and measures of structure, in numbers that a model can weigh."""

from __future__ import annotations

from collections.abc import Callable

from simcustomer.engines.embedded.detectors import traits
from simcustomer.engines.embedded.detectors.moment import Moment
from simcustomer.engines.embedded.nlu.lexicon import CUSTOMERS

STRUCTURE: dict[str, Callable[[Moment], float]] = {
    "grip": lambda m: m.grip,
    "density": lambda m: m.grip / max(m.size, 1),
    "words": lambda m: m.size,
    "first": lambda m: m.first,
    "exclaims": lambda m: m.own_words.count("!"),
    "questions": lambda m: len(m.questions),
    "asked": lambda m: m.asked,
    "newcomers": lambda m: len(m.newcomers),
    "harsh": lambda m: len(traits.harsh(m)),
    "acknowledges": lambda m: len(traits.acknowledgements(m)),
    "reflects": lambda m: len(traits.reflections(m)),
    "warm": lambda m: len(traits.warmth(m)),
    "acts": lambda m: len(traits.acts(m)),
    "concrete_acts": lambda m: len(traits.concrete_acts(m)),
    "gathers_only": traits.gathers_only,
    "apologises": lambda m: len(traits.apologies(m)),
    "apologised_before": traits.apologised_before,
    "company_failed": traits.failing,
    "heat": traits.heat,
    "customer_is_settled": traits.settled,
    "customer_is_adversarial": traits.adversarial,
    "customer_is_ending": traits.ending,
    "slang": lambda m: len(traits.slang(m)),
    "careless": lambda m: len(traits.slips(m)),
}
"""Signals that are not counts of a cue."""


def signal(moment: Moment, name: str) -> float:
    """One signal: a structural one, or how often a cue stands in the reply (`customer_...`: in the message answered)."""
    if name in STRUCTURE:
        return float(STRUCTURE[name](moment))
    if name.startswith(CUSTOMERS):
        return float(moment.customer_count(name))
    return float(len(moment.said(name)))


def signals(moment: Moment) -> dict[str, float]:
    """Every signal by name."""
    found = dict.fromkeys((*STRUCTURE, *moment.lexicon.cues), 0.0)
    standing = moment.present | moment.customer.present(by_customer=True)
    found.update((name, signal(moment, name)) for name in (*STRUCTURE, *standing))
    return found
