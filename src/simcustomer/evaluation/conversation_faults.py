"""What may never happen in a customer's words: counted in a played session, whichever engine spoke."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from simcustomer.domain.session import Exchange, Session
from simcustomer.domain.transcript import Speaker

SOFTENING = 1.0
"""Anger may fall by no more than this in an exchange in which nothing earned it."""

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


class Faults(NamedTuple):
    """Counts over one session."""

    repeated: int
    leaked: int
    out_of_role: int
    unearned: int


_SLOT = r"\w+"
"""What stands for the trainee's name in a greeting."""


def count_faults(session: Session) -> Faults:
    """Sentences said twice, locked facts told, turns spoken as company or assistant, anger that fell unearned."""
    return Faults(
        repeated=_repeated(session),
        leaked=sum(_leaks(session, exchange) for exchange in session.exchanges),
        out_of_role=sum(bool(_out_of_role().search(text)) for text in session.transcript.said_by(Speaker.CUSTOMER)),
        unearned=sum(_unearned(session, exchange) for exchange in session.exchanges),
    )


def even_sentences(text: str) -> list[str]:
    """The sentences of a text in lower case, without marks."""
    return [even for part in _SENTENCE.split(text) if (even := re.sub(r"[\W_]+", " ", part).strip().lower())]


def _repeated(session: Session) -> int:
    voice = session.persona.voice
    frame = {*even_sentences(voice.greeting or ""), *even_sentences(voice.sign_off or "")}
    by_name = _SLOT.join(map(re.escape, (voice.greeting_by_name or "").split("{name}")))
    texts = (re.sub(rf"^{by_name}\s*\n", "", text) for text in session.transcript.said_by(Speaker.CUSTOMER))
    said = Counter(s for text in texts for s in even_sentences(text) if s not in frame)
    return sum(times - 1 for times in said.values())


def _leaks(session: Session, exchange: Exchange) -> int:
    """Facts in an answer that were locked when it was given."""
    answer = set(even_sentences(exchange.answer))
    locked = [fact for fact in session.persona.facts if fact.id not in exchange.stance.may_tell]
    return sum(bool(answer & {s for line in fact.says for s in even_sentences(line)}) for fact in locked)


def _unearned(session: Session, exchange: Exchange) -> bool:
    before = session.exchanges[exchange.number - 2].stance.mood if exchange.number > 1 else session.persona.mood
    heard = {offer for earlier in session.exchanges[: exchange.number - 1] for offer in earlier.appraisal.offers}
    appraisal = exchange.appraisal
    earned = appraisal.softeners or appraisal.techniques or set(appraisal.offers) - heard
    return before.anger - exchange.stance.mood.anger > SOFTENING and not earned


@cache
def _out_of_role() -> re.Pattern[str]:
    source = files("simcustomer.evaluation").joinpath("out_of_role.toml").read_text(encoding="utf-8")
    return re.compile("|".join(f"(?:{pattern})" for pattern in tomllib.loads(source)["patterns"]), re.IGNORECASE)
