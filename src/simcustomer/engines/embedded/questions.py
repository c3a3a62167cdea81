"""What a reply asks: which of the customer's facts it reaches, and what an open question is after."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simcustomer.domain.persona import Fact, Persona
from simcustomer.engines.embedded.nlu import Reading, content_stems
from simcustomer.engines.embedded.nlu.spelling import is_known
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.proposals import is_elliptic, proposals
from simcustomer.engines.embedded.reaching import (
    SURELY,
    asked_about,
    asks_what_is,
    content,
    facts_reached,
    is_on_the_case,
    words_of,
)

_MOST_FACTS = 2

_OPEN = ("wish", "story", "deeper", "probe")
"""Cues of a question that asks for no fact of its own."""

_LAST = Span(sys.maxsize, sys.maxsize)
"""Where what an open question brings out stands: behind what was asked for by its words."""

_FEWEST_OFF_TOPIC = 2
"""Content words that a question needs before it can be said to be about something else."""

_THE_SAME = 0.5
"""Share of a question's words that a fact told must have for the question to be the same again."""

_ALREADY_SAID = 0.5
"""Share of a fact's words that the customer has used, from which telling it would be telling it again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reply asks for: ids of facts not told yet, of facts told already; whether it asks for the customer's wish.

    `left` holds the sentences that ask for none of these, `met` the others, `inquiries` those that ask what is and bring out a fact.
    """

    facts: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    wish: bool = False
    off_topic: bool = False
    left: tuple[Span, ...] = ()
    met: tuple[Span, ...] = ()
    inquiries: frozenset[Span] = frozenset()

    @property
    def reaches(self) -> bool:
        """Whether there is anything that the customer takes it to ask for."""
        return bool(self.facts or self.again or self.wish)


def asked_by(
    reading: Reading, persona: Persona, *, told: tuple[str, ...], trust: float, customer_said: str = ""
) -> Asked:
    """What the reply asks. `told` holds ids of facts that the customer was free to tell, `trust` is from before the reply."""
    # What the opening says may be asked about once more; it need not have said all of it.
    known = frozenset(told) - {fact.id for fact in persona.facts if fact.reveal.when == "opening"}
    talk = _Talk(reading, persona, known, trust, content(customer_said, reading.stop))
    sentences = tuple(_asking(reading))
    reached = {sentence: facts_reached(reading, persona, sentence, known) for sentence in sentences}
    asked = _taken(talk, reached)
    # An open question is one that what is told now, or wished for, answers.
    answered = {s for s in sentences if asked.reaches and any(_in(reading, name, (s,)) for name in _OPEN)}
    left = tuple(
        s for s in sentences if not reached[s] and s not in answered and not _is_part_of_answered(reading, s, reached)
    )
    in_turn = sorted(asked.facts, key=lambda fact_id: _first_asked(fact_id, reached))
    return replace(
        asked,
        facts=tuple(in_turn),
        left=left,
        met=tuple(s for s in sentences if s not in left),
        inquiries=frozenset(s for s in sentences if reached[s] and asks_what_is(reading, s)),
    )


def _is_part_of_answered(reading: Reading, sentence: Span, reached: dict[Span, list[tuple[str, int]]]) -> bool:
    """Whether a sentence only goes on with the question before it: "Which code? The one from the letter?"."""
    before = max((s for s in reading.text.sentences if s.end <= sentence.start), default=None)
    return bool(before and reached.get(before)) and is_elliptic(reading, sentence)


def _first_asked(fact_id: str, reached: dict[Span, list[tuple[str, int]]]) -> Span:
    asking = (sentence for sentence, found in reached.items() if any(fact == fact_id for fact, _ in found))
    return min(asking, default=_LAST)


@dataclass(frozen=True, slots=True)
class _Talk:
    """A reply within its talk; `known` are ids of facts that asking again brings out no more, `said` stems of all the customer said."""

    reading: Reading
    persona: Persona
    known: frozenset[str]
    trust: float
    said: frozenset[str]


def _taken(talk: _Talk, reached: dict[Span, list[tuple[str, int]]]) -> Asked:
    """What the customer takes the questions to ask for, given the facts that each reaches."""
    reading, sentences = talk.reading, tuple(reached)
    hits: dict[str, int] = {}
    for fact_id, count in (found for each in reached.values() for found in each):
        hits[fact_id] = max(count, hits.get(fact_id, 0))
    order = sorted(hits, key=lambda fact_id: -hits[fact_id])
    fresh = tuple(fact_id for fact_id in order if fact_id not in talk.known)[:_MOST_FACTS]
    if fresh:
        # "Have you the tickets? And is there a reason for those two?" asks for both.
        more = _open(talk, tuple(s for s in sentences if not reached[s])) if len(fresh) < _MOST_FACTS else Asked()
        # "How is he now? And what is your address?" asks for more of him beside what is new.
        further = (
            fact.id
            for fact in talk.persona.facts
            if fact.id in order
            and fact.id in talk.known
            and not _asks_the_same(reading, fact, sentences, hits[fact.id])
        )
        return Asked(facts=tuple(dict.fromkeys((*fresh, *more.facts, *further)))[:_MOST_FACTS], wish=more.wish)
    # "Does anything else matter?" asks for more, although the word was there before.
    is_open = any(_in(reading, name, sentences) for name in ("wish", "probe", "deeper"))
    same = (fact for fact in talk.persona.facts if fact.id in order and fact.id in talk.known)
    again = tuple(fact.id for fact in same if _asks_the_same(reading, fact, sentences, hits[fact.id]))[:1]
    if not is_open and order:
        # What was told is told again in other words where it is not quite what was asked before.
        return Asked(again=again) if again else Asked(facts=tuple(order[:1]))
    return _open(talk, sentences)


def _open(talk: _Talk, sentences: tuple[Span, ...]) -> Asked:
    """What an open question brings out: what weighs on the customer where trust allows, else their story or their wish."""
    reading = talk.reading
    deeper = _in(reading, "deeper", sentences)
    # "Would that suit you, or would something else help more?" wants a yes or a no, and digs for nothing.
    if not (deeper or _in(reading, "wish", sentences)):
        put = proposals(reading)
        sentences = tuple(sentence for sentence in sentences if sentence not in put)
    if not sentences or (_in(reading, "closing", sentences) and not deeper):
        return Asked()
    wish, story = _in(reading, "wish", sentences), _in(reading, "story", sentences)
    if not (wish or story or deeper or _in(reading, "probe", sentences)):
        return Asked(off_topic=_is_off_topic(reading, talk.persona, sentences))
    # Who is asked what worries them thinks of what they hide, and withholds it from someone they do not trust.
    secrets = (f for f in talk.persona.facts if f.reveal.when == "trust" and f.id not in talk.known)
    weighs = [fact.id for fact in secrets if fact.reveal.trust <= talk.trust or not (wish or story)]
    if weighs:
        return Asked(facts=(weighs[0],))
    if wish:
        return Asked(wish=True)
    return Asked(facts=tuple(fact.id for fact in _untold(talk))[:1])


def _untold(talk: _Talk) -> Iterator[Fact]:
    """Facts of the story, those first that the customer has not as good as told."""
    for fact in talk.persona.facts:
        stems = content(fact.text, talk.reading.stop)
        if fact.reveal.when == "opening" and stems and len(stems & talk.said) / len(stems) < _ALREADY_SAID:
            yield fact
    yield from (f for f in talk.persona.facts if f.reveal.when == "asked" and f.id not in talk.known)


def _asking(reading: Reading) -> Iterator[Span]:
    asked = {
        cue.sentence for name in ("ask", "probe", "bare_question") for cue in reading.cues(name) if not cue.reported
    }
    yield from dict.fromkeys((*reading.questions, *sorted(asked)))


def _in(reading: Reading, name: str, sentences: tuple[Span, ...]) -> bool:
    return any(cue.sentence in sentences and not cue.reported for cue in reading.cues(name))


def _is_off_topic(reading: Reading, persona: Persona, sentences: tuple[Span, ...]) -> bool:
    """Whether no word of the reply belongs to the case or to the service around it; a misspelt word may."""
    spelt = [word for s in sentences for word in words_of(reading, s) if is_known(word)]
    asked = content_stems(tuple(spelt), reading.stop)
    return len(asked) >= _FEWEST_OFF_TOPIC and not is_on_the_case(reading, persona, reading.text.sentences)


def words_asked(reading: Reading) -> frozenset[str]:
    """Stems of the content words of all that the reply asks."""
    return asked_about(reading, tuple(_asking(reading)))


def _asks_the_same(reading: Reading, fact: Fact, sentences: tuple[Span, ...], hits: int) -> bool:
    """Whether the questions ask for no more than the fact told: "which email is best?" asks for more than that one came."""
    told = content(" ".join((fact.text, *fact.reveal.topics, *fact.says)), reading.stop)
    asked = asked_about(reading, sentences)
    return asked <= told or (hits >= SURELY and len(asked & told) > len(asked) * _THE_SAME)
