"""What of the rubric's techniques and missteps a customer notices, and which missteps hurt."""

from __future__ import annotations

from collections.abc import Iterable

from simcustomer.domain.assessment import Finding
from simcustomer.domain.rubric import Rubric

_RUDE = "composure.sarcastic_or_rude"
_BREAKS_PROMISE = "ownership.breaks_promise"
_ASKS_AGAIN = "active_listening.asks_again"
_CASUAL = "channel_craft.slang_or_careless"
_SHORT = frozenset({"composure.curt", "channel_craft.too_terse"})
"""Missteps of brevity, which a question does not commit: it is meant to be short."""

_HARSH = frozenset(
    {"composure.sarcastic_or_rude", "composure.defensive", "active_listening.hears_to_argue", "empathy.dismisses"}
)
_HARSH_ACTS = frozenset({"insult", "blame", "told_to_calm", "minimise", "deflect", "policy_wall", "limit"})
KIND_ACTS = frozenset({"commitment", "offer", "apology", "time"})
"""Missteps of tone are felt where something harsh was done; a plain promise that reads a little dry does not offend."""

_NOT_IN_A_QUESTION = frozenset(
    {
        "problem_solving.excuses", "composure.blames", "common_ground.adversarial_framing", "discovery.assumes",
        "expectations.leaves_in_dark", "positive_language.prohibitive", "positive_language.negative_framing",
        "channel_craft.brusque",
    }
)  # fmt: skip
"""Missteps that a reply which does no more than ask a question they can answer does not commit."""


def noticed(rubric: Rubric, findings: Iterable[Finding], *, hard: bool) -> tuple[list[str], list[str]]:
    """Techniques that a customer would notice, and missteps, each once.

    Competent is enough to be noticed; where they are hard to reach, or the technique always applies, it takes a model of it.
    """
    techniques: list[str] = []
    missteps: list[str] = []
    for finding in findings:
        technique = rubric.technique(finding.technique)
        wrong = [e.misstep for e in finding.evidence if e.misstep]
        missteps += [f"{finding.technique}.{name}" for name in dict.fromkeys(wrong)]
        level = technique.level(
            occasion=finding.occasion,
            indicators=(e.indicator for e in finding.evidence if e.indicator),
            missteps=(*wrong, *finding.missing),
            estimate=finding.estimate,
        )
        noticeable = 3 if hard or technique.applies == "always" else 2
        if level is not None and level >= noticeable:
            techniques.append(finding.technique)
    return techniques, missteps


def excused(*, informal: bool, fresh: bool) -> frozenset[str]:
    """The missteps that do not hurt whoever is `informal` themselves, or was asked what is `fresh`: nothing told before."""
    return frozenset(({_CASUAL} if informal else set[str]()) | ({_ASKS_AGAIN} if fresh else set[str]()))


def felt(
    missteps: list[str], acts: frozenset[str], *, asks: bool, excused: frozenset[str], broken: bool, settled: bool
) -> tuple[str, ...]:
    """The missteps that hurt: brevity and tone only where they were meant so, an insult and a broken promise always.

    `asks` says that the reply asks what the customer can answer, `excused` are those that this customer minds not at all, and
    where all is `settled` but the word, the word may be short.
    """
    short = _SHORT if settled or asks or acts & {"check", "proposal", "question"} else frozenset[str]()
    mild = _HARSH if (asks or acts & {*KIND_ACTS, "proposal"}) and not acts & _HARSH_ACTS else frozenset[str]()
    # "I'm sorry for your loss" before a question promises nothing, so it leaves nothing in the dark either.
    promises = KIND_ACTS - {"apology"}
    idle = _NOT_IN_A_QUESTION if asks and not acts & (_HARSH_ACTS | promises) else frozenset[str]()
    hurt = [misstep for misstep in missteps if misstep not in short | mild | idle | excused]
    if "insult" in acts:
        hurt = [_RUDE, *(misstep for misstep in hurt if misstep != _RUDE)]
    if broken and _BREAKS_PROMISE not in hurt:
        hurt.append(_BREAKS_PROMISE)
    return tuple(hurt)
