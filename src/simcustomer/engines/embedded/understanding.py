"""What a reply does to this customer: its acts, the offers it makes, the facts it asks for, what it stirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simcustomer.domain.assessment import Finding
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Met, Session
from simcustomer.domain.sway import Occasion
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.acts import acts_in, promised_time
from simcustomer.engines.embedded.nlu import Cue, Lexicon, Reading
from simcustomer.engines.embedded.offers import beyond_brief, offers_by, phrase_pattern
from simcustomer.engines.embedded.promises import time_gone_back_on, withdrawn
from simcustomer.engines.embedded.questions import Asked, asked_by
from simcustomer.roles import Scene

LEXICON = ("stop", "acts", "customer")
"""The files of cues that `understand` reads with."""

_KINDS = ("when", "who", "name", "proof")
_RUDE = "composure.sarcastic_or_rude"
_BREAKS_PROMISE = "ownership.breaks_promise"
_SHORT = frozenset({"composure.curt", "channel_craft.too_terse"})
"""Missteps of brevity, which a question that the customer can answer does not commit: it is meant to be short."""

_HARSH = frozenset(
    {"composure.sarcastic_or_rude", "composure.defensive", "active_listening.hears_to_argue", "empathy.dismisses"}
)
_HARSH_ACTS = frozenset({"insult", "blame", "told_to_calm", "minimise", "deflect", "refusal", "policy_wall", "limit"})
_KIND_ACTS = frozenset({"commitment", "offer", "apology", "time"})
"""Missteps of tone are felt where something harsh was done; a plain promise that reads a little dry does not offend."""

_A_NAME = r"(?-i:([A-Z][a-z]{2,}))"
_NAMED = re.compile(
    rf"\b(?:my name(?:'s| is)|i'm|i am|this is|you're (?:speaking|talking) (?:to|with)|call me) {_A_NAME}"
    r"(?=[,.!?;]| (?:and|from|at|on|in|here)\b|$)"
    rf"|\b{_A_NAME} here\b|\b(?:regards|wishes|sincerely|faithfully|thanks|best),?\s*\n+\s*{_A_NAME}\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """A reply as this customer takes it.

    `acts` are those of `acts.acts_in`, and `offer` (one of the persona's), `asked_again`, `wish` (asks what the customer wants)
    and `off_topic`. `time`, `amount` and `name` are the trainee's own words. `settled` holds the kinds of the customer's own
    questions ("when", "who", "proof") that the reply answers, `open` those of their last message that it does not.
    """

    appraisal: Appraisal
    acts: frozenset[str]
    time: str | None
    amount: str | None
    name: str | None
    settled: frozenset[str]
    open: frozenset[str]


def understand(scene: Scene, findings: Iterable[Finding], lexicon: Lexicon) -> Understanding:
    """Read the reply of a scene; `findings` are what the rubric's techniques show in it."""
    session, persona = scene.session, scene.session.persona
    said = session.transcript.said_by(Speaker.CUSTOMER)
    reading = Reading(scene.reply, lexicon, other=" ".join(said))
    made = offers_by(persona, reading)
    offers = tuple(offer.offer for offer in made)
    asked = asked_by(reading, persona, told=session.told, trust=session.mood.trust, customer_said=" ".join(said))
    acts = _acts(reading, asked, offers=bool(offers))
    back = withdrawn(session, reading, offers)
    broken = time_gone_back_on(session, reading) or (_words_of(session, back[0]) if back else None)
    techniques, missteps = _noticed(session.rubric, findings, hard=persona.difficulty == "hard")
    missteps = _felt(missteps, acts, asked, broken=broken is not None)
    beyond = beyond_brief(persona.brief, reading)
    shown = (*techniques, *missteps)
    # Swearing is an insult to a customer, whatever else the reply does.
    deeds = acts_in(reading) | (acts & {"insult"})
    appraisal = Appraisal(
        softeners=tuple(_met(persona.softeners, reading, shown, deeds)),
        triggers=tuple(_met(persona.triggers, reading, shown, deeds)),
        deal_breakers=tuple(_met(persona.deal_breakers, reading, shown, deeds)),
        techniques=tuple(techniques),
        missteps=missteps,
        asked=asked.facts,
        offers=tuple(offer for offer in offers if offer not in back),
        made=tuple(offer for offer in made if offer.offer not in back),
        withdrawn=back,
        broken=broken,
        beyond=None if beyond is None or _said_before(session, beyond) else beyond,
        hands_over=reading.has("hand_over"),
        hangs_up=hangs_up(reading),
    )
    name = _trainee_name((*(e.reply for e in session.exchanges), scene.reply), persona)
    settled = answered_kinds(reading) | ({"name"} if name else set[str]())
    return Understanding(
        appraisal=appraisal,
        acts=acts,
        time=_time(reading),
        amount=_first(reading, "money"),
        name=name,
        settled=settled,
        open=question_kinds(said[-1], lexicon) - settled,
    )


def question_kinds(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Which of "when", "who", "name" (the trainee's) and "proof" someone wants to know."""
    reading = Reading(text, lexicon)
    return frozenset(kind for kind in _KINDS if any(not cue.negated for cue in reading.cues(f"asks_{kind}")))


def answered_kinds(reading: Reading) -> frozenset[str]:
    """Which of "when", "who" and "proof" a reply tells."""
    told = {kind for kind in ("who", "proof") if any(not cue.negated for cue in reading.cues(f"gives_{kind}"))}
    if any(not cue.negated and _is_a_time(reading.quote(cue)) for cue in reading.cues("time_definite")):
        told.add("when")
    return frozenset(told)


def hangs_up(reading: Reading) -> bool:
    """Whether the reply ends the conversation, rather than warn that it may."""
    warned = {cue.sentence: cue.span.start for cue in reversed(reading.cues("warns"))}
    return any(cue.meant and cue.span.start < warned.get(cue.sentence, cue.span.end) for cue in reading.cues("hang_up"))


def _acts(reading: Reading, asked: Asked, *, offers: bool) -> frozenset[str]:
    """The reply's acts as this customer takes them: a question that reached a fact is no longer an open one."""
    if not reading.text.words:
        return frozenset({"too_short"})
    acts = set(acts_in(reading))
    if offers:
        acts.add("offer")
    if any(not cue.reported for cue in reading.cues("swearing")):
        acts = acts - {"too_short"} | {"insult"}
    if reading.cues("deeper"):
        acts.discard("closing")
    if _time(reading) is None:
        acts.discard("time")
    if asked.facts or asked.again or asked.wish:
        acts -= {"question", "too_short"}
    if asked.again:
        acts.add("asked_again")
    if asked.wish:
        acts.add("wish")
    # What is off the topic is all that the reply has to say, or it would not be noticed.
    if asked.off_topic and not acts - {"question", "too_short", "probe"}:
        acts.add("off_topic")
    return frozenset(acts)


def _felt(missteps: list[str], acts: frozenset[str], asked: Asked, *, broken: bool) -> tuple[str, ...]:
    """The missteps that hurt: brevity and tone only where they were meant so, an insult and a broken promise always."""
    short = _SHORT if asked.facts or asked.again or asked.wish else frozenset[str]()
    mild = _HARSH if acts & _KIND_ACTS and not acts & _HARSH_ACTS else frozenset[str]()
    felt = [misstep for misstep in missteps if misstep not in short | mild]
    if "insult" in acts:
        felt = [_RUDE, *(misstep for misstep in felt if misstep != _RUDE)]
    if broken and _BREAKS_PROMISE not in felt:
        felt.append(_BREAKS_PROMISE)
    return tuple(felt)


def _words_of(session: Session, offer: str) -> str | None:
    quotes = (m.quote for e in reversed(session.exchanges) for m in e.appraisal.made if m.offer == offer)
    return next(quotes, None)


def _said_before(session: Session, amount: str) -> bool:
    return any(amount in exchange.reply for exchange in session.exchanges)


def _trainee_name(replies: tuple[str, ...], persona: Persona) -> str | None:
    """The name that the trainee last gave, unless it is the customer's own or a word of the company's."""
    others = {*persona.name.split(), *persona.brief.company.split()}
    for reply in reversed(replies):
        for found in _NAMED.finditer(reply):
            name = next(group for group in found.groups() if group)
            if name not in others:
                return name
    return None


def _time(reading: Reading) -> str | None:
    time = promised_time(reading)
    return time if time and _is_a_time(time) else None


def _is_a_time(words: str) -> bool:
    """Whether words name a time that someone can wait for; "today" alone and a bare figure do not."""
    return words.lower() != "today" and not re.fullmatch(r"[\d.,]+", words)


def _first(reading: Reading, cue: str) -> str | None:
    return next((reading.quote(found).rstrip(".,;:!?") for found in reading.meant(cue)), None)


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


def _named(words: tuple[str, ...], reading: Reading) -> Cue | None:
    """The first place where the reply says one of an author's phrases and means it."""
    return next((cue for cue in reading.matches(phrase_pattern(words)) if cue.meant), None)
