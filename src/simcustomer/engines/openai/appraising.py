"""Reads the head of a customer's answer: what the message met, each entry held against the message itself."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from simcustomer.domain.conduct import BREAKS_PROMISE
from simcustomer.domain.persona import Persona
from simcustomer.domain.session import Appraisal, Met
from simcustomer.engines.openai.card import Card
from simcustomer.engines.openai.json_text import Unusable, once
from simcustomer.engines.openai.quoting import verbatim
from simcustomer.errors import ModelError
from simcustomer.roles import Scene

LONGEST_HEAD = 8_000
"""Characters in which the head must be complete."""

_MOST_ASKED = 2
_LEAST_LETTERS = 4
_BEFORE = re.compile(r"\s*(?:<think(?:ing)?>.*?</think(?:ing)?>\s*)?(?:```(?:json)?\s*)?", re.DOTALL | re.IGNORECASE)
_AFTER = re.compile(r"\s*(?:```\s*)?(?:-{3,}\s*)?")
_DECODER = json.JSONDecoder(object_pairs_hook=once)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    quote: str


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    met: tuple[_Entry, ...]
    hands_over: bool = False
    hangs_up: bool = False


class Read(NamedTuple):
    """An appraisal, how many reported entries were not in the message, and what came behind the head so far."""

    appraisal: Appraisal
    unverified: int
    rest: str


async def read_head(pieces: AsyncIterator[str], scene: Scene, card: Card, own: Appraisal) -> Read:
    """Consume the pieces up to the end of the head. Raises ModelError where there is no head that can be read.

    `own` is what code finds in the reply by itself.
    """
    heard = ""
    async for piece in pieces:
        heard += piece
        if (end := _end_of_head(heard)) is not None:
            begin = _begin(heard)
            found = _parsed(heard[begin:end])
            appraisal, unverified = _appraisal(found, scene, card, own)
            return Read(appraisal, unverified, _AFTER.sub("", heard[end:], count=1))
        if len(heard) > LONGEST_HEAD:
            break
    raise no_head()


def no_head() -> ModelError:
    """The answer does not begin with an appraisal."""
    return ModelError(
        "The customer's model did not say how it took the reply. Your reply is kept; try again, or use a larger model.",
        kind="no_appraisal",
        again=True,
    )


def _begin(heard: str) -> int:
    match = _BEFORE.match(heard)
    return match.end() if match else 0


def _end_of_head(heard: str) -> int | None:
    """Where the JSON object at the beginning ends; None while it is not complete."""
    begin = _begin(heard)
    if begin < len(heard) and heard[begin] not in "{<`":
        raise no_head()
    try:
        _, end = _DECODER.raw_decode(heard, begin)
    except Unusable:
        raise no_head() from None
    except (json.JSONDecodeError, RecursionError):
        return None
    return end


def _parsed(head: str) -> _Head:
    try:
        return _Head.model_validate_json(head)
    except ValidationError:
        raise no_head() from None


def _appraisal(head: _Head, scene: Scene, card: Card, own: Appraisal) -> tuple[Appraisal, int]:
    """What the verified entries say; a code that is not on the card and a quote that is not in the message do not count."""
    quotes: dict[str, str] = {}
    unverified = 0
    for entry in head.met:
        quote = verbatim(entry.quote, scene.reply)
        if quote is None or sum(map(str.isalnum, quote)) < min(_LEAST_LETTERS, len(scene.reply)):
            unverified += 1
        else:
            quotes.setdefault(entry.id.strip(), quote)
    persona = scene.session.persona
    # What the card keeps from the model, because its words would tell what is locked, code finds by them.
    softeners = (*_met(card.softeners, quotes), *_unlisted(own.softeners, card.softeners))
    found = (*_stung_by_break(persona, own), *_met(card.triggers, quotes), *_unlisted(own.triggers, card.triggers))
    triggers = tuple({met.sway: met for met in found}.values())
    soothed, stung = {met.sway for met in softeners}, {met.sway for met in triggers}
    shown = (sway.technique for sway in persona.softeners if sway.technique and sway.id in soothed)
    wrong = (sway.misstep for sway in persona.triggers if sway.misstep and sway.id in stung)
    # A promise that code finds broken is felt as that: otherwise the mood would fall for no reason that could be given.
    broken = (BREAKS_PROMISE,) if own.broken is not None else ()
    told = set(scene.session.told)
    places = {code: _place(quote, scene.reply) for code, quote in quotes.items()}
    felt = [places[code] for code in (*card.triggers, *card.deal_breakers) if code in places]
    # What code has found, the first prompt may have told already: it comes first. Then one fact a question, as they were put.
    questions = sorted(_apart(card.questions, places), key=lambda fact: places[_code(card.questions, fact)].start)
    asked = dict.fromkeys((*own.asked, *questions))
    offers = [*_named(card.offers, quotes), *(offer for offer in own.offers if offer not in card.offers.values())]
    appraisal = Appraisal(
        softeners=softeners,
        triggers=triggers,
        deal_breakers=(*_met(card.deal_breakers, quotes), *_unlisted(own.deal_breakers, card.deal_breakers)),
        techniques=tuple(dict.fromkeys((*shown, *_apart(card.techniques, places)))),
        missteps=tuple(dict.fromkeys((*wrong, *_apart(card.missteps, places, felt), *broken))),
        asked=tuple([fact for fact in asked if fact not in told][:_MOST_ASKED]),
        offers=tuple(offer for offer in dict.fromkeys(offers) if offer not in own.withdrawn),
        made=own.made,
        withdrawn=own.withdrawn,
        broken=own.broken,
        beyond=own.beyond,
        hands_over=head.hands_over,
        hangs_up=head.hangs_up,
    )
    return appraisal, unverified


def _met(codes: Mapping[str, str], quotes: Mapping[str, str]) -> tuple[Met, ...]:
    return tuple(Met(sway=sway, quote=quotes[code]) for code, sway in codes.items() if code in quotes)


def _stung_by_break(persona: Persona, own: Appraisal) -> Iterator[Met]:
    """The persona's own trigger for a broken promise, where code finds one broken, be it on the card or not."""
    mine = {sway.id for sway in persona.triggers if sway.misstep == BREAKS_PROMISE}
    return (met for met in own.triggers if own.broken is not None and met.sway in mine)


def _unlisted(found: Iterable[Met], codes: Mapping[str, str]) -> Iterator[Met]:
    return (met for met in found if met.sway not in codes.values())


def _place(quote: str, reply: str) -> range:
    start = reply.index(quote)
    return range(start, start + len(quote))


def _apart(codes: Mapping[str, str], places: Mapping[str, range], taken: Iterable[range] = ()) -> Iterator[str]:
    """What the codes of a list stand for, in the order reported: the same words meet one entry, and none where they are taken."""
    used = list(taken)
    for code, place in places.items():
        if code in codes and not any(place.start < other.stop and other.start < place.stop for other in used):
            used.append(place)
            yield codes[code]


def _code(codes: Mapping[str, str], name: str) -> str:
    return next(code for code, named in codes.items() if named == name)


def _named(codes: Mapping[str, str], quotes: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for code, name in codes.items() if code in quotes)
