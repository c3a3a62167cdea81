"""What a sentence of a reply is about: which of the customer's facts it reaches, and whether it is on their case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from simcustomer.domain.persona import Fact, Persona
from simcustomer.engines.embedded.nlu import Reading, content_stems, stem
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.phrases import phrases
from simcustomer.engines.embedded.proposals import about_own_acts, is_elliptic, proposals, puts_two

_KINDRED_NEEDED = 2

_NOT_FOR_FACTS = ("check", "closing", "idle_question", "hold")
"""Cues whose own words ask for no fact: "would that help?" wants a yes, not what would help."""

_MOST_IDLE_WORDS = 3

SURELY = 2
"""Words of a fact's topics from which a question is surely about it."""

SOMEONE = re.compile(r"\b(?:he|she|his|her|him|hers)\b")

_MOSTLY = 0.5
"""Share of a question's words that a fact's own wording must have for the question to be about it."""

_POINTS_BACK = re.compile(
    r"(?<!\w)any of (?:that|those|these|them|this)(?!\w)|(?:that|this|it|they) appl(?:y|ies)(?!\w)"
)

_ASKS_WHAT_IS = re.compile(r"(?:(?:and|so|but|ok|okay),? )*(?:is|are|was|were|does|did|has|have|had)(?!\w)")
_ASKS_WHEN_OR_WHY = re.compile(r"(?:(?:and|so|but|ok|okay),? )*(?:when|where|why|by when|how soon|what time)(?!\w)")

_SHORT_IS = re.compile(r"\b(who|what|where|when|how|why)'?s\b")

_MOST_BETWEEN = 1
"""Other words between those of a topic: "what exactly was in it" asks for what "what was in it" asks for."""


def facts_reached(reading: Reading, persona: Persona, sentence: Span, known: frozenset[str]) -> list[tuple[str, int]]:
    """The fact that a sentence asks for, and how many of its words say so."""
    words = (*_pointed_at(reading, sentence), *_asked_words(reading, sentence))
    of_choosing = tuple(word if word in _of_choosing() else "" for word in words)
    # "Shall I send the driver?" is not about the driver; "would Monday suit you?" is about when they can.
    if sentence in about_own_acts(reading) and not is_elliptic(reading, sentence):
        # Who may choose says what they would take, and does not go over what suits them.
        return [] if puts_two(reading, sentence) else _best_reached(reading, persona, of_choosing, sentence, known)
    found = _best_reached(reading, persona, words, sentence, known)
    if SOMEONE.search(reading.text.low, *sentence) and all(hits < SURELY for _, hits in found):
        # "When did he last ring?" is about whom they spoke of, not about whom they rang.
        found = _about_someone(persona, known) or found
    if _is_put(reading, sentence):
        # "Would you try both on?" does not ask where they tried before, nor "is it still that email?" what was in it.
        sure = [(fact_id, hits) for fact_id, hits in found if hits >= SURELY]
        return sure or _best_reached(reading, persona, of_choosing, sentence, known)
    near = (*_hinted_at(reading, persona, sentence), *_in_its_own_words(reading, persona, sentence, known))
    return found or [(fact.id, 1) for fact in near[:1]]


def asks_what_is(reading: Reading, sentence: Span) -> bool:
    """Whether a sentence asks for what is or was, and puts nothing that would be done."""
    would = sentence in about_own_acts(reading) or any(cue.sentence == sentence for cue in reading.cues("request"))
    return bool(_ASKS_WHAT_IS.match(reading.text.low, *sentence)) and not would


def _is_put(reading: Reading, sentence: Span) -> bool:
    """Whether a sentence asks for a yes to what would be done or is so still, rather than for what is, for when or why."""
    low = reading.text.low
    named = any(cue.sentence == sentence for name in ("request", "same", "serving") for cue in reading.cues(name))
    would = sentence in proposals(reading) and not _ASKS_WHAT_IS.match(low, *sentence)
    return would or (named and not _ASKS_WHEN_OR_WHY.match(low, *sentence))


def _about_someone(persona: Persona, known: frozenset[str]) -> list[tuple[str, int]]:
    """The fact about someone of theirs that was told, where one was."""
    told = (
        fact for fact in persona.facts if fact.id in known and any(SOMEONE.search(line.lower()) for line in fact.says)
    )
    return [(fact.id, SURELY) for fact in sorted(told, key=lambda fact: fact.reveal.when == "trust", reverse=True)][:1]


def _hinted_at(reading: Reading, persona: Persona, sentence: Span) -> Iterator[Fact]:
    """The secret whose own words, which nothing else in the case has, are in a question: it has come near it."""
    asked = asked_about(reading, (sentence,))
    yield from [fact for fact in persona.facts if asked & _own_words(persona, fact, reading.stop)][:1]


def _in_its_own_words(reading: Reading, persona: Persona, sentence: Span, known: frozenset[str]) -> Iterator[Fact]:
    """The fact that most of a question is worded as, where no topic of it was named; a secret only once it is told."""
    asked = asked_about(reading, (sentence,))
    for fact in persona.facts:
        shared = asked & content(fact.text, reading.stop)
        if (fact.reveal.when != "trust" or fact.id in known) and len(shared) >= max(SURELY, len(asked) * _MOSTLY):
            yield fact


def _own_words(persona: Persona, fact: Fact, stop: frozenset[str]) -> frozenset[str]:
    if fact.reveal.when != "trust":
        return frozenset()
    brief = persona.brief
    others = (other.text for other in persona.facts if other is not fact)
    public = (persona.name, brief.company, brief.about, brief.situation, *brief.known, *brief.may, *brief.must_not)
    return content(fact.text.lower(), stop) - content(" ".join((*public, *others)).lower(), stop) - _service()


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


def is_on_the_case(reading: Reading, persona: Persona, sentences: tuple[Span, ...]) -> bool:
    """Whether a word of the sentences belongs to the case or to the service around it; to be called by name is no matter of it."""
    asked = asked_about(reading, sentences) - content(persona.name.lower(), reading.stop)
    return bool(asked & (_about(persona, reading.stop) | _service()))


def is_in_brief(reading: Reading, persona: Persona, sentence: Span) -> bool:
    """Whether a word of the sentence is the service's or of that part of the case which both sides know."""
    brief = persona.brief
    known = " ".join((brief.company, brief.situation, *brief.known, *brief.may))
    return bool(asked_about(reading, (sentence,)) & (content(known, reading.stop) | _service()))


def words_of_case(persona: Persona, text: str, stop: frozenset[str]) -> frozenset[str]:
    """Stems of a text's words that belong to the persona's case."""
    return content(text, stop) & _about(persona, stop)


def asked_about(reading: Reading, sentences: tuple[Span, ...]) -> frozenset[str]:
    """Stems of the content words of sentences."""
    return content_stems(tuple(word for s in sentences for word in words_of(reading, s)), reading.stop)


def words_of(reading: Reading, sentence: Span) -> list[str]:
    """The words of a sentence, in lower case."""
    return re.findall(r"[^\W_]+", reading.text.low[sentence.start : sentence.end])


def _about(persona: Persona, stop: frozenset[str]) -> frozenset[str]:
    brief = persona.brief
    texts = (brief.company, brief.about, brief.situation, *brief.known, *brief.may, *brief.must_not, persona.story)
    topics = (topic for fact in persona.facts for topic in (fact.text, *fact.reveal.topics))
    return content(" ".join((*texts, *topics)), stop)


@lru_cache(maxsize=200)
def content(text: str, stop: frozenset[str]) -> frozenset[str]:
    """Stems of the content words of any text."""
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


def _pointed_at(reading: Reading, sentence: Span) -> tuple[str, ...]:
    """The words before a question that only points back to them: "does any of that apply?"."""
    before = max((s for s in reading.text.sentences if s.end <= sentence.start), default=None)
    if before is None or not _POINTS_BACK.search(reading.text.low, *sentence):
        return ()
    return _in_order(reading.text.low[before.start : before.end])


def _asked_words(reading: Reading, sentence: Span) -> tuple[str, ...]:
    """The stems of a question's words, in order, without those that ask for no fact."""
    return _in_order(_without_cues(reading, sentence).lower())


def _best_reached(
    reading: Reading, persona: Persona, words: tuple[str, ...], sentence: Span, known: frozenset[str]
) -> list[tuple[str, int]]:
    """The one fact that a question reaches with most words of its own, and how many; the closer kept one of equals.

    Of two secrets that it reaches, the less deep comes first. One everyday word is no way to a fact where the rest of the
    question is about something else: "do you like football?" does not ask how they like the kitchen.
    """
    strays = not is_on_the_case(reading, persona, (sentence,)) and bool(asked_about(reading, (sentence,)))
    common = _stems_of(reading.stop)
    everyday = common if strays else frozenset[str]()
    hits = {fact.id: _hits(fact, words, common=common, everyday=everyday) for fact in persona.facts}
    most = max(hits.values(), default=0)
    equals = [fact for fact in persona.facts if hits[fact.id] == most > 0]
    best = next(iter(sorted(equals, key=lambda fact: fact.reveal.when != "trust")), None)
    if best is None:
        return []
    if best.reveal.when == "trust":
        secrets = [f for f in persona.facts if f.reveal.when == "trust" and hits[f.id] and f.id not in known]
        best = min((best, *secrets), key=lambda fact: fact.reveal.trust)
    return [(best.id, most)]


def _hits(fact: Fact, words: tuple[str, ...], *, common: frozenset[str], everyday: frozenset[str]) -> int:
    """How many of a question's words are topics of a fact, those of a phrase close together.

    A phrase of words that are all `common` says little, and nothing where others stand between: "you in" is not "you have in".
    """
    topics = {_in_order(topic) for topic in _with_kindred(fact.reveal.topics)}
    present = frozenset(words)
    return sum(
        1 if common.issuperset(topic) else len(topic)
        for topic in topics
        if present.issuperset(topic)
        and (len(topic) > 1 or not everyday.issuperset(topic))
        and _stand_together(topic, words, 0 if common.issuperset(topic) else _MOST_BETWEEN)
    )


def _stand_together(topic: tuple[str, ...], words: tuple[str, ...], between: int) -> bool:
    """Whether the words of a topic follow each other, with at most so many others between."""
    stretch = len(topic) + between
    return any(_follow(topic, iter(words[at : at + stretch])) for at in range(len(words) - len(topic) + 1))


def _follow(topic: tuple[str, ...], words: Iterator[str]) -> bool:
    return all(word in words for word in topic)


@lru_cache(maxsize=10)
def _stems_of(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


@lru_cache(maxsize=5_000)
def _in_order(phrase: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", _SHORT_IS.sub(r"\1 is", phrase.lower())))


@lru_cache(maxsize=1_000)
def _with_kindred(topics: tuple[str, ...]) -> tuple[str, ...]:
    """The topics, and the words of every group that has two of them or more."""
    own = set(topics)
    groups: list[list[str]] = list(phrases("kindred")["groups"].values())
    kindred = (word for group in groups if len(own & set(group)) >= _KINDRED_NEEDED for word in group)
    return tuple(dict.fromkeys((*topics, *kindred)))
