"""What a reply does to this customer: its acts, the offers it makes, the facts it asks for, what it stirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from simcustomer.domain.assessment import Finding
from simcustomer.domain.persona import Fact, Offer, Persona, Remedy
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Met
from simcustomer.domain.sway import Occasion
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.acts import REMEDY_CUES, acts_in, is_tentative, promised_time, undertaken
from simcustomer.engines.embedded.nlu import Cue, Lexicon, Reading, stem
from simcustomer.engines.embedded.nlu.lexicon import compile_phrases
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.roles import Scene

LEXICON = ("stop", "acts")
"""The files of cues that `understand` reads with."""

_MONEY_REMEDIES = frozenset({Remedy.REFUND, Remedy.CREDIT})
_WHOLE = float("inf")
_MOST_FACTS = 2
_WORTH = {"insult": 0, "part": 1, "full": 2}


@dataclass(frozen=True, slots=True)
class Understanding:
    """A reply as this customer takes it.

    `acts` are those of `acts.acts_in`, and `offer` (one of the persona's) and `asked_again`.
    `time` and `amount` are the trainee's own words.
    """

    appraisal: Appraisal
    acts: frozenset[str]
    time: str | None
    amount: str | None
    asked_again: tuple[str, ...]


def understand(scene: Scene, findings: Iterable[Finding], lexicon: Lexicon) -> Understanding:
    """Read the reply of a scene; `findings` are what the rubric's techniques show in it."""
    session, persona = scene.session, scene.session.persona
    customer_said = " ".join(session.transcript.said_by(Speaker.CUSTOMER))
    reading = Reading(scene.reply, lexicon, other=customer_said)
    offers = tuple(_offers(persona, reading))
    asked, again = _asked(persona, reading, told=session.told, trust=session.mood.trust)
    techniques, missteps = _noticed(session.rubric, findings, hard=persona.difficulty == "hard")
    deeds = acts_in(reading)
    acts = _acts(deeds, offers=bool(offers), asked=bool(asked), again=bool(again))
    shown = (*techniques, *missteps)
    appraisal = Appraisal(
        softeners=tuple(_met(persona.softeners, reading, shown, deeds)),
        triggers=tuple(_met(persona.triggers, reading, shown, deeds)),
        deal_breakers=tuple(_met(persona.deal_breakers, reading, shown, deeds)),
        techniques=tuple(techniques),
        missteps=tuple(missteps),
        asked=asked,
        offers=offers,
        hands_over=reading.has("hand_over"),
        hangs_up=reading.has("hang_up"),
    )
    return Understanding(
        appraisal=appraisal,
        acts=acts,
        time=promised_time(reading),
        amount=_first(reading, "money"),
        asked_again=again,
    )


def _acts(deeds: frozenset[str], *, offers: bool, asked: bool, again: bool) -> frozenset[str]:
    """The reply's acts as this customer takes them: a question that reached a fact is no longer an open one."""
    acts = set(deeds)
    if offers:
        acts.add("offer")
    if again:
        acts.add("asked_again")
    if asked or again:
        acts.discard("question")
    return frozenset(acts)


def _first(reading: Reading, cue: str) -> str | None:
    return next((reading.quote(found) for found in reading.meant(cue)), None)


def _noticed(rubric: Rubric, findings: Iterable[Finding], *, hard: bool) -> tuple[list[str], list[str]]:
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


def _met(
    occasions: Iterable[Occasion], reading: Reading, shown: tuple[str, ...], deeds: frozenset[str]
) -> Iterator[Met]:
    """The occasions that a reply meets; `shown` holds the techniques and the missteps (`technique.misstep`) in it."""
    for occasion in occasions:
        if occasion.technique in shown or occasion.misstep in shown or occasion.deed in deeds:
            yield Met(sway=occasion.id, quote="")
        elif occasion.words and (found := _named(occasion.words, reading)):
            yield Met(sway=occasion.id, quote=reading.quote(found))


@lru_cache(maxsize=2_000)
def _phrases(words: tuple[str, ...]) -> re.Pattern[str]:
    return compile_phrases(tuple(re.escape(word).replace(r"\ ", " ") for word in words))


def _named(words: tuple[str, ...], reading: Reading) -> Cue | None:
    """The first place where the reply says one of an author's phrases and means it."""
    return next((cue for cue in reading.matches(_phrases(words)) if cue.meant), None)


def _offers(persona: Persona, reading: Reading) -> Iterator[str]:
    """Ids of the offers that the reply makes: those named by their own words, else by their kind of remedy."""
    for remedy in dict.fromkeys(offer.remedy for offer in persona.offers):
        rivals = [offer for offer in persona.offers if offer.remedy is remedy]
        if remedy in _MONEY_REMEDIES:
            chosen = _worth_its_money(rivals, reading)
            if chosen:
                yield chosen.id
            continue
        named = [offer for offer in rivals if offer.words and _firmly_named(offer.words, reading)]
        if named:
            yield from (offer.id for offer in named)
        elif remedy in REMEDY_CUES and undertaken(reading, REMEDY_CUES[remedy]):
            # A remedy without the words that tell its variants apart is taken as the least of them.
            yield min(rivals, key=lambda offer: (bool(offer.words), _WORTH[offer.worth])).id


def _worth_its_money(rivals: list[Offer], reading: Reading) -> Offer | None:
    cue = REMEDY_CUES[rivals[0].remedy]
    named = any(offer.words and _firmly_named(offer.words, reading) for offer in rivals)
    if not named and not undertaken(reading, cue):
        return None
    amounts = [_pounds(reading.quote(found)) for found in reading.meant("money")]
    if amounts:
        amount = max(amounts)
    else:
        whole = rivals[0].remedy is Remedy.REFUND and not reading.cues("partial_refund")
        amount = _WHOLE if whole else 0.0
    enough = [offer for offer in rivals if offer.at_least <= amount]
    return max(enough, key=lambda offer: offer.at_least, default=None)


def _pounds(words: str) -> float:
    digits = re.sub(r"[^\d.]", "", words).strip(".")
    return float(digits) if digits else 0.0


def _firmly_named(words: tuple[str, ...], reading: Reading) -> bool:
    return any(cue.meant and not is_tentative(reading, cue) for cue in reading.matches(_phrases(words)))


@lru_cache(maxsize=5_000)
def _stems(phrase: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[^\W_]+", phrase.lower()))


def _asked(
    persona: Persona, reading: Reading, *, told: tuple[str, ...], trust: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the facts asked for that the customer has not told yet, best reached first, and of those asked again."""
    reached: dict[str, int] = {}
    for sentence in _asking(reading):
        for fact_id, hits in _best_reached(persona, _stems(reading.text.even[sentence.start : sentence.end])):
            reached[fact_id] = max(hits, reached.get(fact_id, 0))
    order = sorted(reached, key=lambda fact_id: -reached[fact_id])
    # What the opening says may be asked about once more; it need not have said all of it.
    known = set(told) - {fact.id for fact in persona.facts if fact.reveal.when == "opening"}
    fresh = [fact_id for fact_id in order if fact_id not in known][:_MOST_FACTS]
    if not fresh and reading.has("probe"):
        fresh = [fact.id for fact in _untold(persona, known, trust)][:1]
    again = [fact_id for fact_id in order if fact_id in known][:1]
    return tuple(fresh), () if fresh else tuple(again)


def _best_reached(persona: Persona, stems: frozenset[str]) -> list[tuple[str, int]]:
    """The one fact that a question reaches with most words of its own, and how many; the closer kept one of equals."""
    hits = {
        fact.id: sum(len(_stems(topic)) for topic in fact.reveal.topics if _stems(topic) <= stems)
        for fact in persona.facts
    }
    most = max(hits.values(), default=0)
    equals = [fact for fact in persona.facts if hits[fact.id] == most > 0]
    return [(fact.id, most) for fact in sorted(equals, key=lambda fact: fact.reveal.when != "trust")[:1]]


def _untold(persona: Persona, known: set[str], trust: float) -> Iterator[Fact]:
    """Facts that an open question may bring out: what matters most to the customer first, where trust allows it."""
    waiting = [fact for fact in persona.facts if fact.id not in known]
    yield from (fact for fact in waiting if fact.reveal.when == "trust" and fact.reveal.trust <= trust)
    yield from (fact for fact in waiting if fact.reveal.when == "asked")


def _asking(reading: Reading) -> Iterator[Span]:
    asked = {cue.sentence for name in ("ask", "probe") for cue in reading.cues(name)}
    yield from dict.fromkeys((*reading.questions, *asked))
