"""The embedded coach: says what a session taught, from its grades, its evidence and the persona's own case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Verdict
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import ALWAYS, Technique
from simcustomer.domain.session import Debrief, Exchange, Note, Rewrite, Session
from simcustomer.engines.embedded.phrases import phrases

_MOST_NOTES = 3
_MOST_REWRITES = 2

_TO_THE_CUSTOMER = (
    (re.compile(r"\bwith the customer's consent\b"), "if you agree"),
    (re.compile(r"\bthe customer's\b"), "your"),
    (re.compile(r"\bthe customer\b"), "you"),
    (re.compile(r"\byour (?=(?:name|direct line)\b)"), "my "),
    (re.compile(r"\bring yourself\b"), "ring you myself"),
    (re.compile(r"\byourself\b"), "myself"),
)
"""How a brief, written to the trainee, is said to the customer."""


class _Moment(NamedTuple):
    """One technique in one reply."""

    exchange: Exchange
    technique: Technique
    verdict: Verdict


class EmbeddedCoach:
    """Implements `roles.Coach`."""

    name = "embedded-coach/1"

    async def debrief(self, session: Session) -> Debrief:
        """Up to three strengths and three improvements, each of another technique, and rewrites of the two weakest replies."""
        moments = tuple(_moments(session))
        weak = _first_of_each(sorted((m for m in moments if (m.verdict.level or 0) < 2), key=_weakest_first))
        strong = _first_of_each(
            sorted(
                (m for m in moments if (m.verdict.level or 0) >= 2),
                key=lambda m: _strongest_first(m, session.persona.trains),
            )
        )
        return Debrief(
            summary=_summary(session),
            strengths=tuple(_strength(m) for m in strong[:_MOST_NOTES]),
            improvements=tuple(_improvement(m) for m in weak[:_MOST_NOTES]),
            rewrites=tuple(_rewrite(m, session.persona) for m in _of_different_replies(weak)[:_MOST_REWRITES]),
        )


def _moments(session: Session) -> Iterator[_Moment]:
    for exchange in session.exchanges:
        if isinstance(exchange.grade, Assessment):
            for verdict in exchange.grade.verdicts:
                if verdict.level is not None:
                    yield _Moment(exchange, session.rubric.technique(verdict.technique), verdict)


def _weakest_first(moment: _Moment) -> tuple[int, bool, float, int]:
    level = moment.verdict.level or 0
    return (level, not _missteps(moment.verdict), -moment.technique.weight, moment.exchange.number)


def _strongest_first(moment: _Moment, trains: tuple[str, ...]) -> tuple[int, bool, bool, int, int]:
    # What the case trains is worth most praise, and what always applies less than what the moment called for.
    technique = moment.technique
    untrained, always = technique.id not in trains, technique.applies == ALWAYS
    return (-(moment.verdict.level or 0), untrained, always, -len(moment.verdict.evidence), moment.exchange.number)


def _first_of_each(moments: list[_Moment]) -> list[_Moment]:
    seen: dict[str, _Moment] = {}
    for moment in moments:
        seen.setdefault(moment.technique.id, moment)
    return list(seen.values())


def _of_different_replies(moments: list[_Moment]) -> list[_Moment]:
    seen: dict[int, _Moment] = {}
    for moment in moments:
        seen.setdefault(moment.exchange.number, moment)
    return list(seen.values())


def _missteps(verdict: Verdict) -> list[tuple[str, str]]:
    shown = [(e.misstep, e.quote) for e in verdict.evidence if e.misstep]
    return shown + [(name, "") for name in verdict.missing]


def _summary(session: Session) -> str:
    texts, card = phrases("coach"), session.scorecard
    outcome = texts["outcome"][session.outcome.value] if session.outcome else ""
    values = {"overall": f"{card.overall:g}" if card.overall is not None else "", "pass": str(session.rubric.pass_mark)}
    score = texts["score"]["none" if card.overall is None else "passed" if card.passed else "failed"]
    parts = [outcome.format(customer=session.persona.name), score.format(**values)]
    if beyond := [e.appraisal.beyond for e in session.exchanges if e.appraisal.beyond]:
        parts.append(texts["beyond"]["promised"].format(quote=beyond[0]))
    if broken := [e for e in session.exchanges if e.appraisal.broken]:
        parts.append(texts["beyond"]["broken"].format(number=broken[0].number, quote=broken[0].appraisal.broken))
    if card.ungraded and card.overall is not None:
        parts.append(texts["score"]["some"].format(ungraded=card.ungraded))
    return " ".join(parts)


def _strength(moment: _Moment) -> Note:
    quotes = [e.quote for e in moment.verdict.evidence if e.indicator]
    return Note(
        technique=moment.technique.id,
        exchange=moment.exchange.number,
        quote=max(quotes, key=len, default=""),
        text=moment.technique.anchors[moment.verdict.level or 0],
    )


def _improvement(moment: _Moment) -> Note:
    texts = phrases("coach")["improvement"]
    missteps = _missteps(moment.verdict)
    quote = ""
    if missteps:
        name, quote = missteps[0]
        text = texts["misstep"].format(sign=moment.technique.missteps[name])
    elif moment.verdict.level:
        quote = max((e.quote for e in moment.verdict.evidence), key=len, default="")
        text = texts["partial"].format(asks=moment.technique.asks)
    else:
        text = texts["absent"].format(asks=moment.technique.asks)
    return Note(technique=moment.technique.id, exchange=moment.exchange.number, quote=quote, text=text)


def _rewrite(moment: _Moment, persona: Persona) -> Rewrite:
    return Rewrite(
        exchange=moment.exchange.number,
        technique=moment.technique.id,
        instead_of=moment.exchange.reply,
        suggestion=_suggestion(moment.technique, persona, moment.exchange.number),
        why=moment.technique.asks,
    )


def _suggestion(technique: Technique, persona: Persona, number: int) -> str:
    if own := persona.examples.get(technique.id):
        return own[number % len(own)]
    texts = phrases("coach")["rewrite"]
    template: str = texts.get(technique.id, texts["other"])
    return template.format(
        customer=persona.spoken_name, company=persona.brief.company, option=offered(persona.brief.may[0])
    )


def offered(permission: str) -> str:
    """A permission of the brief ("Pay £30 for each missed visit.") as an offer ("I can pay £30 for each missed visit.").

    What the brief says of the trainee and of the customer becomes "I" and "you".
    """
    sentence = permission.rstrip(".") + "."
    for pattern, said in _TO_THE_CUSTOMER:
        sentence = pattern.sub(said, sentence)
    return f"I can {sentence[0].lower()}{sentence[1:]}"
