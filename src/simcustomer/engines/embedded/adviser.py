"""The embedded adviser: what to try next, from the grades so far and what the brief says; it never looks at the hidden case."""

from __future__ import annotations

import re

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.session import Hint, Session
from simcustomer.engines.embedded.coach import offered
from simcustomer.engines.embedded.phrases import phrases

COURSE = (
    "empathy",
    "active_listening",
    "recovery",
    "discovery",
    "ownership",
    "problem_solving",
    "expectations",
    "closing",
)
"""The order in which a hard conversation is usually won: first the person, then the matter, then the promise."""

_DONE = 2
_LONGEST_QUOTE = 160
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


class EmbeddedAdviser:
    """Implements `roles.Adviser`."""

    name = "embedded-adviser/1"

    async def hint(self, session: Session) -> Hint:
        """The misstep of the last reply first, then the first technique of the course that no reply has shown."""
        number = len(session.exchanges) + 1
        if (misstep := _last_misstep(session)) is not None:
            technique, sign = misstep
            text = phrases("adviser")["mend"].format(sign=session.rubric.technique(technique).missteps[sign])
            return Hint(exchange=number, technique=technique, text=f"{text} {_asked(session, technique)}")
        technique = _next(session)
        return Hint(exchange=number, technique=technique, text=_asked(session, technique))


def _last_misstep(session: Session) -> tuple[str, str] | None:
    if not session.exchanges or not isinstance(grade := session.exchanges[-1].grade, Assessment):
        return None
    for verdict in grade.verdicts:
        signs = [e.misstep for e in verdict.evidence if e.misstep]
        if verdict.level == 0 and signs:
            return verdict.technique, signs[0]
    return None


def _next(session: Session) -> str:
    """The first technique of the course, or of the rubric after it, that no reply was competent in; else the last of the course."""
    shown: dict[str, int] = {}
    for exchange in session.exchanges:
        if isinstance(exchange.grade, Assessment):
            for technique, level in exchange.grade.levels.items():
                shown[technique] = max(shown.get(technique, 0), level or 0)
    ids = session.rubric.ids
    course = [technique for technique in COURSE if technique in ids] or list(ids)
    return next((technique for technique in course if shown.get(technique, 0) < _DONE), course[-1])


def _asked(session: Session, technique_id: str) -> str:
    """What the technique asks, and how it could be done here: with the customer's own words or with what the brief allows."""
    texts, persona = phrases("adviser"), session.persona
    here: str = texts["here"].get(technique_id, "")
    may = persona.brief.may
    said = here.format(
        customer=persona.spoken_name, quote=_last_said(session), option=offered(may[len(session.hints) % len(may)])
    )
    return f"{session.rubric.technique(technique_id).asks} {said}".strip()


def _last_said(session: Session) -> str:
    """The longest sentence of what the customer said last, cut where it is very long."""
    answers = [exchange.answer for exchange in session.exchanges if exchange.answer]
    latest = answers[-1] if answers else session.opening
    sentence = max((found.strip() for found in _SENTENCE.findall(latest)), key=len, default=latest.strip())
    return sentence if len(sentence) <= _LONGEST_QUOTE else f"{sentence[:_LONGEST_QUOTE].rsplit(' ', 1)[0]} ..."
