"""What a reply asks: which of the customer's facts it reaches, and what an open question is after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from simcustomer.domain.persona import Fact, Persona
from simcustomer.engines.embedded.nlu import Reading, content_stems, stem
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.phrases import phrases
from simcustomer.engines.embedded.proposals import about_own_acts, proposals

_MOST_FACTS = 2
_KINDRED_NEEDED = 2
_NOT_FOR_FACTS = ("check", "closing", "idle_question", "hold")
"""Cues whose own words ask for no fact: "would that help?" wants a yes, not what would help."""

_MOST_IDLE_WORDS = 3

_ABOUT_THEM = re.compile(r"\b(?:you|u|your|ur|he|she|his|her|they|their|them)\b")

_SURELY = 2
"""Words of a fact's topics from which a question is surely about it."""

_MOST_BETWEEN = 1
"""Other words between those of a topic: "what exactly was in it" asks for what "what was in it" asks for."""

_FEWEST_OFF_TOPIC = 2
"""Content words that a question needs before it can be said to be about something else."""

_ALREADY_SAID = 0.5
"""Share of a fact's words that the customer has used, from which telling it would be telling it again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reply asks for: ids of facts not told yet, of facts told already; whether it asks for the customer's wish."""

    facts: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    wish: bool = False
    off_topic: bool = False


def asked_by(
    reading: Reading, persona: Persona, *, told: tuple[str, ...], trust: float, customer_said: str = ""
) -> Asked:
    """What the reply asks. `told` holds ids of facts that the customer was free to tell, `trust` is from before the reply."""
    reached: dict[str, int] = {}
    sentences, own_acts = tuple(_asking(reading)), about_own_acts(reading)
    # What the opening says may be asked about once more; it need not have said all of it.
    known = set(told) - {fact.id for fact in persona.facts if fact.reveal.when == "opening"}
    for sentence in sentences:
        words = _asked_words(reading, sentence)
        # "Shall I send the driver?" is not about the driver; "would Monday suit you?" is about when they can.
        if sentence in own_acts:
            words = tuple(word if word in _of_choosing() else "" for word in words)
        for fact_id, hits in _best_reached(reading, persona, words, sentence, known):
            reached[fact_id] = max(hits, reached.get(fact_id, 0))
    order = sorted(reached, key=lambda fact_id: -reached[fact_id])
    fresh = tuple(fact_id for fact_id in order if fact_id not in known)[:_MOST_FACTS]
    if fresh:
        rest = tuple(s for s in sentences if not _best_reached(reading, persona, _asked_words(reading, s), s, known))
        return Asked(facts=fresh, wish=len(fresh) < _MOST_FACTS and _in(reading, "wish", rest))
    # "Does anything else matter?" asks for more, although the word was there before.
    is_open = any(_in(reading, name, sentences) for name in ("wish", "probe", "deeper"))
    same = (fact for fact in persona.facts if fact.id in order and fact.id in known)
    again = tuple(fact.id for fact in same if _asks_the_same(reading, fact, sentences, reached[fact.id]))[:1]
    if not is_open and order:
        # What was told is told again in other words where it is not quite what was asked before.
        return Asked(again=again) if again else Asked(facts=tuple(order[:1]))
    return _open(reading, persona, sentences, known=known, trust=trust, customer_said=customer_said)


def _open(
    reading: Reading,
    persona: Persona,
    sentences: tuple[Span, ...],
    *,
    known: set[str],
    trust: float,
    customer_said: str,
) -> Asked:
    """What an open question brings out: what weighs on the customer where trust allows, else their story or their wish."""
    deeper = _in(reading, "deeper", sentences)
    # "Would that suit you, or would something else help more?" wants a yes or a no, and digs for nothing.
    if not (deeper or _in(reading, "wish", sentences)):
        put = proposals(reading)
        sentences = tuple(sentence for sentence in sentences if sentence not in put)
    if not sentences or (_in(reading, "closing", sentences) and not deeper):
        return Asked()
    wish, story = _in(reading, "wish", sentences), _in(reading, "story", sentences)
    if not (wish or story or deeper or _in(reading, "probe", sentences)):
        return Asked(off_topic=_is_off_topic(reading, persona, sentences))
    said = _content(customer_said, reading.stop)
    # Who is asked what worries them thinks of what they hide, and withholds it from someone they do not trust.
    weighs = [
        fact.id
        for fact in persona.facts
        if fact.reveal.when == "trust" and fact.id not in known and (fact.reveal.trust <= trust or not (wish or story))
    ]
    if weighs:
        return Asked(facts=(weighs[0],))
    if wish:
        return Asked(wish=True)
    return Asked(facts=tuple(fact.id for fact in _untold(persona, known, said, reading))[:1])


def _untold(persona: Persona, known: set[str], said: frozenset[str], reading: Reading) -> Iterator[Fact]:
    """Facts of the story, those first that the customer has not as good as told."""
    for fact in persona.facts:
        stems = _content(fact.text, reading.stop)
        if fact.reveal.when == "opening" and stems and len(stems & said) / len(stems) < _ALREADY_SAID:
            yield fact
    yield from (fact for fact in persona.facts if fact.reveal.when == "asked" and fact.id not in known)


def _asking(reading: Reading) -> Iterator[Span]:
    asked = {
        cue.sentence for name in ("ask", "probe", "bare_question") for cue in reading.cues(name) if not cue.reported
    }
    yield from dict.fromkeys((*reading.questions, *sorted(asked)))


def _in(reading: Reading, name: str, sentences: tuple[Span, ...]) -> bool:
    return any(cue.sentence in sentences and not cue.reported for cue in reading.cues(name))


def _without_cues(reading: Reading, sentence: Span) -> str:
    text = reading.text.even
    pieces: list[str] = []
    at = sentence.start
    for cue in sorted((c for name in _NOT_FOR_FACTS for c in reading.cues(name)), key=lambda c: c.span):
        # A longer stretch has words of the case in it.
        if len(text[cue.span.start : cue.span.end].split()) > _MOST_IDLE_WORDS:
            continue
        if sentence.start <= cue.span.start and cue.span.end <= sentence.end and cue.span.start >= at:
            pieces.append(text[at : cue.span.start])
            at = cue.span.end
    return " ".join((*pieces, text[at : sentence.end]))


def _is_off_topic(reading: Reading, persona: Persona, sentences: tuple[Span, ...]) -> bool:
    """Whether no word of the questions belongs to the case or to the service around it."""
    asked = _asked_about(reading, sentences)
    return len(asked) >= _FEWEST_OFF_TOPIC and not is_on_the_case(reading, persona, sentences)


def is_on_the_case(reading: Reading, persona: Persona, sentences: tuple[Span, ...]) -> bool:
    """Whether a word of the sentences belongs to the case or to the service around it; to be called by name is no matter of it."""
    asked = _asked_about(reading, sentences) - _content(persona.name.lower(), reading.stop)
    return bool(asked & (_about(persona, reading.stop) | _service()))


def words_asked(reading: Reading) -> frozenset[str]:
    """Stems of the content words of all that the reply asks."""
    return _asked_about(reading, tuple(_asking(reading)))


def words_of_case(persona: Persona, text: str, stop: frozenset[str]) -> frozenset[str]:
    """Stems of a text's words that belong to the persona's case."""
    return _content(text, stop) & _about(persona, stop)


def is_personal(reading: Reading, persona: Persona) -> bool:
    """Whether a question is about the customer or theirs and not about the case, or names someone of whom only they know."""
    names = _private_names(persona)
    return any(
        names & frozenset(re.findall(r"[^\W_]+", reading.text.low[s.start : s.end]))
        or (_ABOUT_THEM.search(reading.text.low, s.start, s.end) and not is_on_the_case(reading, persona, (s,)))
        for s in reading.questions
    )


def _private_names(persona: Persona) -> frozenset[str]:
    """Names in the story and the facts that the brief does not have, in lower case."""
    brief = persona.brief
    public = " ".join((persona.name, brief.company, brief.about, brief.situation, *brief.known, *brief.may))
    return _names(" ".join((persona.story, *(fact.text for fact in persona.facts))), public)


@lru_cache(maxsize=100)
def _names(private: str, public: str) -> frozenset[str]:
    """Words with a capital within a sentence of the first text that the second does not have."""
    named = re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", private)
    return frozenset(name.lower() for name in named) - frozenset(re.findall(r"[^\W_]+", public.lower()))


def _asked_about(reading: Reading, sentences: tuple[Span, ...]) -> frozenset[str]:
    words = tuple(word for s in sentences for word in re.findall(r"[^\W_]+", reading.text.low[s.start : s.end]))
    return content_stems(words, reading.stop)


def _about(persona: Persona, stop: frozenset[str]) -> frozenset[str]:
    brief = persona.brief
    texts = (brief.company, brief.about, brief.situation, *brief.known, *brief.may, *brief.must_not, persona.story)
    topics = (topic for fact in persona.facts for topic in (fact.text, *fact.reveal.topics))
    return _content(" ".join((*texts, *topics)), stop)


@lru_cache(maxsize=200)
def _content(text: str, stop: frozenset[str]) -> frozenset[str]:
    return content_stems(tuple(re.findall(r"[^\W_]+", text.lower())), stop)


@cache
def _service() -> frozenset[str]:
    return frozenset(stem(word) for word in phrases("kindred")["service"]["words"])


@cache
def _of_choosing() -> frozenset[str]:
    return frozenset(part for words in phrases("kindred")["choosing"]["words"] for part in _stems(words))


@lru_cache(maxsize=5_000)
def _stems(phrase: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[^\W_]+", phrase.lower()))


def _asks_the_same(reading: Reading, fact: Fact, sentences: tuple[Span, ...], hits: int) -> bool:
    """Whether the questions ask for no more than the fact told: "which email is best?" asks for more than that one came."""
    told = _content(" ".join((fact.text, *fact.reveal.topics, *fact.says)), reading.stop)
    return hits >= _SURELY or _asked_about(reading, sentences) <= told


def _asked_words(reading: Reading, sentence: Span) -> tuple[str, ...]:
    """The stems of a question's words, in order, without those that ask for no fact."""
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", _without_cues(reading, sentence).lower()))


def _best_reached(
    reading: Reading, persona: Persona, words: tuple[str, ...], sentence: Span, known: set[str]
) -> list[tuple[str, int]]:
    """The one fact that a question reaches with most words of its own, and how many; the closer kept one of equals.

    Of two secrets that it reaches, the less deep comes first. One everyday word is no way to a fact where the rest of the
    question is about something else: "do you like football?" does not ask how they like the kitchen.
    """
    strays = not is_on_the_case(reading, persona, (sentence,)) and bool(_asked_about(reading, (sentence,)))
    everyday = _stems_of(reading.stop) if strays else frozenset[str]()
    hits = {fact.id: _hits(fact, words, everyday) for fact in persona.facts}
    most = max(hits.values(), default=0)
    equals = [fact for fact in persona.facts if hits[fact.id] == most > 0]
    best = next(iter(sorted(equals, key=lambda fact: fact.reveal.when != "trust")), None)
    if best is None:
        return []
    if best.reveal.when == "trust":
        secrets = [f for f in persona.facts if f.reveal.when == "trust" and hits[f.id] and f.id not in known]
        best = min((best, *secrets), key=lambda fact: fact.reveal.trust)
    return [(best.id, most)]


def _hits(fact: Fact, words: tuple[str, ...], everyday: frozenset[str]) -> int:
    """How many of a question's words are topics of a fact, those of a phrase close together."""
    topics = {_in_order(topic) for topic in _with_kindred(fact.reveal.topics)}
    present = frozenset(words)
    return sum(
        len(topic)
        for topic in topics
        if present.issuperset(topic)
        and (len(topic) > 1 or not everyday.issuperset(topic))
        and _stand_together(topic, words)
    )


def _stand_together(topic: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether the words of a topic follow each other, with few others between."""
    stretch = len(topic) + _MOST_BETWEEN
    return any(_follow(topic, iter(words[at : at + stretch])) for at in range(len(words) - len(topic) + 1))


def _follow(topic: tuple[str, ...], words: Iterator[str]) -> bool:
    return all(word in words for word in topic)


@lru_cache(maxsize=10)
def _stems_of(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


@lru_cache(maxsize=5_000)
def _in_order(phrase: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", phrase.lower()))


@lru_cache(maxsize=1_000)
def _with_kindred(topics: tuple[str, ...]) -> tuple[str, ...]:
    """The topics, and the words of every group that has two of them or more."""
    own = set(topics)
    groups: list[list[str]] = list(phrases("kindred")["groups"].values())
    kindred = (word for group in groups if len(own & set(group)) >= _KINDRED_NEEDED for word in group)
    return tuple(dict.fromkeys((*topics, *kindred)))
