"""What a model is told of a persona: nothing that is locked, and codes instead of ids, which can give facts away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from simcustomer.domain.persona import Act, Fact, Offer, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.sway import DealBreaker, Occasion
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.nlu.symbols import load_thesaurus
from simcustomer.engines.openai.guards import Words, sayings
from simcustomer.engines.openai.speaking import most_words
from simcustomer.engines.prompts import bulleted, prompt, wording

_EXAMPLES: tuple[Act, ...] = (
    Act.VENT, Act.PRESS, Act.DOUBT, Act.SOFTEN, Act.BRUSHED_OFF, Act.UNANSWERED, Act.TEST_PROMISE, Act.CONSIDER,
    Act.WITHHOLD, Act.CONFIRM, Act.TOO_SHORT, Act.REFUSED,
)  # fmt: skip
Listed = TypeVar("Listed", bound=Occasion)

_TOPICS = 8
"""Topics that tell a model what a question is about; code looks for all of them itself."""

_WORD = re.compile(r"[^\W\d_]{3,}|\d+")
_TELLTALE = 2
"""Words that only a locked fact has; a text with so many of them would hint at it."""


@dataclass(frozen=True)
class Card:
    """A persona as its model knows it, with the codes under which the model reports what a message met."""

    persona: Persona
    rubric: Rubric

    @cached_property
    def softeners(self) -> dict[str, str]:
        """Softener id by code, of those whose words tell nothing that is locked; code looks for the others itself."""
        return {f"s{n}": sway.id for n, sway in enumerate(self._open(self.persona.softeners), 1)}

    @cached_property
    def triggers(self) -> dict[str, str]:
        """Trigger id by code, as for softeners."""
        return {f"t{n}": sway.id for n, sway in enumerate(self._open(self.persona.triggers), 1)}

    def _open(self, occasions: Iterable[Listed]) -> list[Listed]:
        # What is met by a technique, a misstep or a deed can be told without the author's words.
        return [occasion for occasion in occasions if not self._tells(self._occasion(occasion))]

    @cached_property
    def deal_breakers(self) -> dict[str, str]:
        """Deal breaker id by code: those that a message meets by itself, not by one of the offers."""
        return {f"d{n}": breaker.id for n, breaker in enumerate(self._breakers, 1)}

    @property
    def _breakers(self) -> list[DealBreaker]:
        return self._open(breaker for breaker in self.persona.deal_breakers if breaker.offer is None)

    @cached_property
    def offers(self) -> dict[str, str]:
        """Offer id by code, as for softeners."""
        return {f"o{n}": offer.id for n, offer in enumerate(self._open_offers, 1)}

    @property
    def _open_offers(self) -> list[Offer]:
        return [offer for offer in self.persona.offers if not self._tells(_offer(offer))]

    @cached_property
    def questions(self) -> dict[str, str]:
        """Fact id by the code of the question that reaches it, as for softeners."""
        return {f"q{n}": fact.id for n, fact in enumerate(self._asked_facts, 1)}

    @property
    def _asked_facts(self) -> list[Fact]:
        return [fact for fact in self._closed_facts if not self._tells(" ".join(fact.reveal.topics))]

    @cached_property
    def techniques(self) -> dict[str, str]:
        """Technique id by code: those that the persona has no softener of its own for."""
        covered = {sway.technique for sway in self.persona.softeners}
        return {f"k{n}": technique for n, technique in enumerate(self.rubric.ids, 1) if technique not in covered}

    @cached_property
    def missteps(self) -> dict[str, str]:
        """Misstep, as `technique.misstep`, by code: those that the persona has no trigger of its own for."""
        covered = {sway.misstep for sway in self.persona.triggers}
        names = [f"{technique.id}.{name}" for technique in self.rubric.techniques for name in technique.missteps]
        return {f"m{n}": name for n, name in enumerate(names, 1) if name not in covered}

    @cached_property
    def rules(self) -> str:
        """The part of the prompt that stays the same for the whole session and comes first."""
        persona, texts = self.persona, wording("customer")
        voice, facts = persona.voice, [fact.text for fact in self._open_facts]
        return prompt("customer_rules").filled(
            name=persona.name,
            company=persona.brief.company,
            trade=persona.trade,
            channel=persona.channel.value,
            goal=persona.goal,
            facts=bulleted(facts) or texts["no_facts"],
            tone=voice.tone,
            verbosity=texts["verbosity"][voice.verbosity],
            words=str(most_words(persona)),
            habits=bulleted(line for line in (*voice.habits, *voice.quirks) if not self._tells(line)) or texts["none"],
            channel_manner=texts["channel"][persona.channel.value],
            examples=bulleted(self._examples()) or texts["none"],
            softeners=_coded(self.softeners, map(self._occasion, self._open(persona.softeners))) or texts["none"],
            triggers=_coded(
                {**self.triggers, **self.deal_breakers},
                map(self._occasion, (*self._open(persona.triggers), *self._breakers)),
            )
            or texts["none"],
            offers=_coded(self.offers, map(_offer, self._open_offers)) or texts["none"],
            questions=_coded(self.questions, map(_question, self._asked_facts)) or texts["none"],
            threshold=texts["threshold"][persona.difficulty],
            techniques=_coded(self.techniques, (self.rubric.technique(t).asks for t in self.techniques.values())),
            missteps=_coded(self.missteps, map(self._misstep, self.missteps.values())),
        )

    @property
    def _open_facts(self) -> list[Fact]:
        return [fact for fact in self.persona.facts if fact.reveal.when == "opening"]

    @property
    def _closed_facts(self) -> list[Fact]:
        return [fact for fact in self.persona.facts if fact.reveal.when != "opening"]

    @cached_property
    def told(self) -> Words:
        """The words of the rules, which the guards keep from being shown."""
        return Words.of((self.rules,))

    @cached_property
    def own(self) -> Words:
        """The words that are the customer's own, though some stand in the rules."""
        persona = self.persona
        lines = (line for filed in persona.lines.values() for kept in filed.values() for line in kept)
        return Words.of((*lines, persona.goal, persona.title, *sayings(persona)))

    def _examples(self) -> Iterator[str]:
        for act in _EXAMPLES:
            lines = [line for filed in self.persona.lines[act].values() for line in filed]
            yield from [line for line in lines if "{" not in line and not self._gives_away(line)][:1]

    def _occasion(self, occasion: Occasion) -> str:
        """When a softener, trigger or deal breaker is met, in words."""
        why = "" if self._tells(occasion.because) else f"{occasion.because}. "
        if occasion.deed is not None:
            return why + wording("customer")["deeds"][occasion.deed.value]
        if occasion.technique in self.rubric.ids:
            return why + self.rubric.technique(str(occasion.technique)).asks
        if occasion.misstep is not None:
            return why + self._misstep(occasion.misstep)
        return f"{why}Words such as: {', '.join(occasion.words[:12])}"

    def _misstep(self, path: str) -> str:
        """What a misstep, as `technique.misstep`, is in the rubric's words."""
        owner, _, name = path.partition(".")
        known = self.rubric.technique(owner).missteps if owner in self.rubric.ids else {}
        return known.get(name, name.replace("_", " "))

    def _tells(self, text: str) -> bool:
        """Whether a text that is listed holds a word that only a locked fact has."""
        return not _words([text]).isdisjoint(self._telltale)

    def _gives_away(self, line: str) -> bool:
        return len(_words([line]) & self._locked_words) >= _TELLTALE

    @cached_property
    def _telltale(self) -> frozenset[str]:
        return frozenset(word for word in self._locked_words if not _is_plain(word))

    @cached_property
    def _locked_words(self) -> frozenset[str]:
        brief = self.persona.brief
        known = [brief.situation, brief.about, *brief.known, *brief.may, self.persona.goal, self.persona.title]
        for fact in self._open_facts:
            known += [fact.text, *fact.says]
        closed = [text for fact in self._closed_facts for text in (fact.text, *fact.says)]
        return _words(closed) - _words(known)


_CARDS: dict[tuple[int, int], Card] = {}
_MOST_CARDS = 128


def card_of(persona: Persona, rubric: Rubric) -> Card:
    """The card of a persona, made once while it is in use: to tell what gives a fact away, all of its texts are read."""
    # By identity, which a card that is kept also keeps from being another's: content has no hash that costs nothing.
    key = (id(persona), id(rubric))
    if key not in _CARDS:
        if len(_CARDS) >= _MOST_CARDS:
            _CARDS.clear()
        _CARDS[key] = Card(persona, rubric)
    return _CARDS[key]


def _is_plain(word: str) -> bool:
    """Whether a word is one of English or of service at large, which tells nothing of anybody."""
    return word in load_lexicon("stop").stop or bool(load_thesaurus().classes(word))


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def _coded(codes: Iterable[str], meanings: Iterable[str]) -> str:
    return "\n".join(f"{code}: {meaning}" for code, meaning in zip(codes, meanings, strict=True))


def _offer(offer: Offer) -> str:
    words = f" ({', '.join(offer.words[:8])})" if offer.words else ""
    least = f", at least {offer.at_least:g}" if offer.at_least else ""
    return f"{offer.id.replace('_', ' ').replace('-', ' ')}{words}{least}"


def _question(fact: Fact) -> str:
    return ", ".join(fact.reveal.topics[:_TOPICS])
