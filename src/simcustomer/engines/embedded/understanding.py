"""What a reply does to this customer: its acts, the offers it makes, the facts it asks for, what it stirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from simcustomer.domain.assessment import Finding
from simcustomer.domain.endings import held_off
from simcustomer.domain.session import Appraisal, Met, Session
from simcustomer.domain.sway import Occasion
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.acts import NOT_ASKING, acts_in, promised_time
from simcustomer.engines.embedded.choosing import Choice, choice_in
from simcustomer.engines.embedded.naming import trainee_name
from simcustomer.engines.embedded.nlu import Cue, Lexicon, Reading
from simcustomer.engines.embedded.nlu.text import Span, Text
from simcustomer.engines.embedded.noticing import KIND_ACTS, excused, felt, noticed
from simcustomer.engines.embedded.offers import beyond_brief, brings_gift, offers_by, phrase_pattern
from simcustomer.engines.embedded.promises import time_gone_back_on, withdrawn
from simcustomer.engines.embedded.proposals import proposals
from simcustomer.engines.embedded.questions import Asked, asked_by, words_asked
from simcustomer.engines.embedded.questions_apart import taken_apart
from simcustomer.engines.embedded.unmet import Unmet, unmet_in
from simcustomer.roles import Scene

LEXICON = ("stop", "acts", "customer")
"""The files of cues that `understand` reads with."""

_KINDS = ("when", "who", "name", "proof", "notes")
_SOUNDS_HARSH = {"blame": "blame", "deflect": "deflect", "limit": "limit", "told_to_calm": "calm_down"}
"""Acts by the cue that shows them in words."""

_OWN_FAULT = re.compile(r"(?<!\w)(?:of me|i was|i have been|i've been|my (?:fault|mistake|error)|from me)(?!\w)")
"""What a sentence says that finds fault with whoever writes it: "that was rude of me" sets no limit."""

_IDLE = (*NOT_ASKING, "either_or", "understanding")

_NEEDS_NO_ANSWER = frozenset({"closing", "wish"})
"""Questions to which saying yes to it all is an answer."""

_PERSON = re.compile(
    r"\b[A-Z][a-z]+ [A-Z][a-z]+,? (?=(?:is|will|comes|keeps|rings|has|our|the|who|senior|head|she|he|on)\b)"
    r"|\b(?:line of|speak to|ask for|called|have|get|with|by|signed by|from) [A-Z][a-z]+ [A-Z][a-z]+\b"
)
"""Someone named in full who does something, has a post, or is given to turn to."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A reply as this customer takes it.

    `acts` are those of `acts.acts_in`, and `offer` (one of the persona's), `asked_again`, `wish` (asks what the customer wants),
    `proposal` (asks for a yes), `gift` (something to please
    that is no remedy of the case), `request` (to what the customer would do) and `off_topic`. `time`, `amount` and `name` are the
    trainee's own words. `settled` holds the kinds of the customer's own questions ("when", "who", "proof", "notes") that this reply
    or an earlier one answers, `open` those of their last message that it does not. `choice` is what they would take of two things
    put to them; `unmet` is what a question wants that none of the facts answers, and `unmet_first` says that it
    was asked before all else that the reply asks. `asked_about` holds the stems of the words of its
    questions.
    """

    appraisal: Appraisal
    acts: frozenset[str]
    time: str | None
    amount: str | None
    name: str | None
    settled: frozenset[str]
    open: frozenset[str]
    choice: Choice | None = None
    unmet: Unmet | None = None
    unmet_first: bool = False
    asked_about: frozenset[str] = frozenset()


def understand(scene: Scene, findings: Iterable[Finding], lexicon: Lexicon) -> Understanding:
    """Read the reply of a scene; `findings` are what the rubric's techniques show in it."""
    session, persona = scene.session, scene.session.persona
    said = session.transcript.said_by(Speaker.CUSTOMER)
    reading = Reading(taken_apart(Text(scene.reply)), lexicon, other=" ".join(said))
    made = offers_by(persona, reading)
    offers = tuple(offer.offer for offer in made)
    gift = {"gift"} if brings_gift(persona, reading) else set[str]()
    asked = asked_by(reading, persona, told=session.told, trust=session.mood.trust, customer_said=" ".join(said))
    acts = _asked_and_felt(reading, _acts(reading, asked, offers=bool(offers)) | gift, asked)
    choice = choice_in(reading, persona)
    back = withdrawn(session, reading, offers)
    broken = time_gone_back_on(session, reading) or (_words_of(session, back[0]) if back else None)
    techniques, missteps = noticed(session.rubric, findings, hard=persona.difficulty == "hard")
    missteps = felt(
        missteps,
        acts,
        asks=bool(asked.facts or asked.again or asked.wish or choice),
        excused=excused(informal=persona.voice.formality == "informal", fresh=bool(asked.facts)),
        broken=broken is not None,
        settled=held_off(session),
    )
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
        beyond=_beyond(session, reading),
        hands_over=reading.has("hand_over") and "hand_over" in deeds,
        hangs_up=hangs_up(reading),
        awaits=_awaits(acts, asked, choice),
    )
    unmet = unmet_in(reading, persona, asked.left, hides=_hides(session))
    name = trainee_name(
        (*(e.reply for e in session.exchanges), scene.reply),
        persona,
        was_asked="name" in question_kinds(said[-1], lexicon),
    )
    settled = answered_kinds(reading) | ({"name"} if name else set[str]())
    return Understanding(
        appraisal=appraisal,
        acts=acts,
        time=_time(reading),
        amount=_first(reading, "money"),
        name=name,
        settled=settled | _settled_before(session, lexicon, broken=broken is not None or bool(back)),
        open=question_kinds(said[-1], lexicon) - settled,
        choice=choice,
        asked_about=words_asked(reading),
        unmet=unmet.kind if unmet else None,
        unmet_first=unmet is not None and all(unmet.sentence < s for s in (*asked.met, *proposals(reading))),
    )


def _awaits(acts: frozenset[str], asked: Asked, choice: Choice | None) -> bool:
    """Whether the reply asks for an answer; what was asked and answered now, the trainee has yet to make use of."""
    asks = bool("question" in acts or asked.facts or asked.again)
    return asks and not acts & _NEEDS_NO_ANSWER and (choice is None or "proposal" in acts)


def _hides(session: Session) -> bool:
    return any(fact.reveal.when == "trust" and fact.id not in session.told for fact in session.persona.facts)


def _settled_before(session: Session, lexicon: Lexicon, *, broken: bool) -> frozenset[str]:
    """What earlier replies have told: it is not asked for again, unless a word was gone back on."""
    if broken or any(e.appraisal.broken or e.appraisal.withdrawn for e in session.exchanges):
        return frozenset()
    return frozenset(kind for e in session.exchanges for kind in _told_in(e.reply, lexicon))


@lru_cache(maxsize=500)
def _told_in(reply: str, lexicon: Lexicon) -> frozenset[str]:
    return answered_kinds(Reading(reply, lexicon))


def question_kinds(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Which of "when", "who", "name" (the trainee's), "proof" and "notes" (whether others are told) someone wants to know."""
    reading = Reading(text, lexicon)
    return frozenset(kind for kind in _KINDS if any(not cue.negated for cue in reading.cues(f"asks_{kind}")))


def answered_kinds(reading: Reading) -> frozenset[str]:
    """Which of "when", "who", "proof" and "notes" a reply tells."""
    told = {kind for kind in ("who", "proof", "notes") if any(not cue.negated for cue in reading.cues(f"gives_{kind}"))}
    if any(not cue.negated and _is_a_time(reading.quote(cue)) for cue in reading.cues("time_definite")):
        told.add("when")
    if _PERSON.search(reading.text.even):
        told.add("who")
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


def _asked_and_felt(reading: Reading, acts: frozenset[str], asked: Asked) -> frozenset[str]:
    """The acts, with what is put to the customer for a yes, and without a harshness that is only in its sound where it helps or asks."""
    # "And which of them drop out?" only sounds like making sure, where it asks for what was not said yet.
    if asked.facts and "restate" not in acts and not reading.cues("understanding"):
        acts -= {"check"}
    # "Are the boots ok?" wants to hear of them, and no yes.
    put = proposals(reading) - asked.inquiries
    if put:
        acts = acts - {"too_short"} | {"proposal"}
        if any(cue.sentence in put for cue in reading.cues("request")):
            acts |= {"request"}
    if not set(reading.questions) - put:
        acts -= {"question"} if put else set[str]()
    elif not (asked.reaches or asked.off_topic) and _wants_to_know(reading, put):
        acts |= {"question"}
    if acts & (KIND_ACTS | {"question", "proposal"}) or asked.reaches or asked.off_topic:
        meant = {
            cue
            for cue in _SOUNDS_HARSH.values()
            for c in reading.cues(cue)
            if c.meant and c.sentence not in put and not _OWN_FAULT.search(reading.text.low, *c.sentence)
        }
        acts -= {act for act, cue in _SOUNDS_HARSH.items() if cue not in meant}
    return acts


def _wants_to_know(reading: Reading, put: frozenset[Span]) -> bool:
    """Whether a sentence is a question that is neither a proposal nor one that wants no answer."""
    idle = {cue.sentence for name in _IDLE for cue in reading.cues(name)}
    return any("?" in reading.text.quote(s) for s in set(reading.questions) - put - idle)


def _words_of(session: Session, offer: str) -> str | None:
    quotes = (m.quote for e in reversed(session.exchanges) for m in e.appraisal.made if m.offer == offer)
    return next(quotes, None)


def _beyond(session: Session, reading: Reading) -> str | None:
    """What the reply undertakes beyond the brief for the first time."""
    found = beyond_brief(session.persona.brief, reading)
    return None if found is None or any(found in exchange.reply for exchange in session.exchanges) else found


def _time(reading: Reading) -> str | None:
    time = promised_time(reading)
    return time if time and _is_a_time(time) else None


def _is_a_time(words: str) -> bool:
    """Whether words name a time that someone can wait for; "today" alone and a bare figure do not."""
    return words.lower() != "today" and not re.fullmatch(r"[\d.,]+", words)


def _first(reading: Reading, cue: str) -> str | None:
    return next((reading.quote(found).rstrip(".,;:!?") for found in reading.meant(cue)), None)


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
