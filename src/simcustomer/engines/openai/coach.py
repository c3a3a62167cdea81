"""The coach that a model plays; where it gives nothing usable, the debrief is made by rules and says so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import Any

from pydantic import Field, ValidationError

from simcustomer.domain.assessment import Assessment, Verdict
from simcustomer.domain.model import Frozen
from simcustomer.domain.session import Debrief, Exchange, Note, Rewrite, Session
from simcustomer.engines.embedded.coach import EmbeddedCoach
from simcustomer.engines.openai.asking import asked
from simcustomer.engines.openai.calls import Call, Message, Model, Schema
from simcustomer.engines.openai.json_text import Unusable, object_in, object_schema
from simcustomer.engines.openai.quoting import neutral, spotlit, verbatim
from simcustomer.engines.openai.usage import Ledger
from simcustomer.engines.prompts import bulleted, combined, digests, prompt, wording
from simcustomer.errors import ModelError
from simcustomer.roles import Coach

_PROMPTS = ("coach_rules", "coach_case", "coach_repair")
_AMOUNT = re.compile(r"(?:[£$€]\s?\d[\d,.]*|\d[\d,.]*\s?(?:%|percent|pounds|dollars|euros))", re.IGNORECASE)

_LONGEST_QUOTE, _BEGINNING = 8, 6
"""Words of a quote that are shown whole, and how many of a longer one."""


class _Note(Frozen):
    technique: str
    exchange: int
    quote: str
    text: str = Field(min_length=1, max_length=1_500)


class _Rewrite(Frozen):
    exchange: int
    technique: str
    suggestion: str = Field(min_length=1, max_length=4_000)
    why: str = Field(min_length=1, max_length=1_500)


class _Written(Frozen):
    summary: str = Field(min_length=1, max_length=2_000)
    strengths: tuple[_Note, ...] = Field(max_length=3)
    improvements: tuple[_Note, ...] = Field(max_length=3)
    rewrites: tuple[_Rewrite, ...] = Field(max_length=3)


class OpenAICoach:
    """Implements `roles.Coach`; `spare` debriefs where the model does not."""

    def __init__(self, model: Model, ledger: Ledger, spare: Coach | None = None) -> None:
        self._model = model
        self._ledger = ledger
        self._spare: Coach = spare or EmbeddedCoach()

    @property
    def name(self) -> str:
        """Engine, version, model and prompts."""
        return f"openai-coach/2 {self._model.name} prompts {combined(_PROMPTS)}"

    async def debrief(self, session: Session) -> Debrief:
        """Up to three strengths, improvements and rewrites, every quote verbatim and every amount from the case."""
        until = asyncio.get_running_loop().time() + self._model.deadline
        try:
            return await asked(
                self._model,
                self._ledger,
                _call(session),
                read=lambda text: _debrief(text, session),
                repair=lambda problem: prompt("coach_repair").filled(problem=problem),
                until=until,
            )
        except ModelError as error:
            made = await self._spare.debrief(session)
            note = str(wording("coach")["by_rules"]).format(reason=error)
            return made.model_copy(update={"summary": f"{made.summary} {note}"})


def _call(session: Session) -> Call:
    techniques = "\n".join(f"- {t.id}: {t.asks}" for t in session.rubric.techniques)
    brief, card = session.persona.brief, session.scorecard
    case = prompt("coach_case").filled(
        channel=session.persona.channel.value,
        name=session.persona.name,
        outcome=(session.outcome.value if session.outcome else "open").replace("_", " "),
        overall="-" if card.overall is None else f"{card.overall:g} of 100, pass mark {session.rubric.pass_mark}",
        brief=f"{brief.about} {brief.situation}\n{bulleted(brief.known)}",
        may=bulleted(brief.may),
        must_not=bulleted(brief.must_not),
        conversation="\n\n".join(
            (f"Customer:\n{spotlit(session.opening)}", *(_exchange(e) for e in session.exchanges))
        ),
    )
    return Call(
        "coach",
        "debrief",
        (Message("system", prompt("coach_rules").filled(techniques=techniques)), Message("user", case)),
        prompts=digests(_PROMPTS),
        schema=Schema("debrief", _schema(session)),
        session=session.id,
    )


def _exchange(exchange: Exchange) -> str:
    mood, texts = exchange.stance.mood, wording("coach")
    if isinstance(exchange.grade, Assessment):
        found = "\n".join(filter(None, map(_found, exchange.grade.verdicts)))
        graded = spotlit(found) if found else texts["none"]
    else:
        graded = texts["ungraded"]
    why = "; ".join(neutral(shift.summary) for shift in exchange.stance.shifts)
    return (
        f"Reply {exchange.number}:\n{spotlit(exchange.reply)}\nLevels:\n{graded}\n"
        f"Mood: anger {mood.anger:g}, trust {mood.trust:g}, patience {mood.patience:g} ({why})\n"
        f"Customer:\n{spotlit(exchange.answer)}"
    )


def _found(verdict: Verdict) -> str:
    """A line a technique: its level, then its signs, those that share words named beside each other."""
    signs: dict[tuple[str, str], list[str]] = {}
    for found in verdict.evidence:
        kind, name = ("+", found.indicator) if found.indicator else ("-", found.misstep)
        signs.setdefault((kind, f'"{_begun(found.quote)}"'), []).append(str(name))
    if verdict.missing:
        signs["-", wording("coach")["absent"]] = list(verdict.missing)
    if verdict.level is None and not signs:
        return ""
    told = "; ".join(f"{kind} {', '.join(names)} {quote}" for (kind, quote), names in signs.items())
    level = "-" if verdict.level is None else verdict.level
    return f"{verdict.technique} {level}" + (f": {told}" if told else "")


def _begun(quote: str) -> str:
    """The quote, or its first words where it is long: it stands whole in the reply above."""
    words = quote.split()
    return " ".join(words) if len(words) <= _LONGEST_QUOTE else " ".join(words[:_BEGINNING]) + "\u2026"


def _debrief(text: str, session: Session) -> Debrief:
    """The debrief that the model wrote, checked against the session. Raises Unusable."""
    try:
        written = _Written.model_validate(object_in(text))
    except ValidationError as error:
        detail = error.errors()[0]
        raise Unusable(f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}") from None
    for item in (*written.strengths, *written.improvements, *written.rewrites):
        if item.technique not in session.rubric.ids:
            raise Unusable(f"{item.technique[:40]!r} is not the id of a technique")
        if not 1 <= item.exchange <= len(session.exchanges):
            raise Unusable(f"there is no reply {item.exchange}")
    if not (written.improvements or written.strengths):
        raise Unusable("it holds neither a strength nor an improvement")
    return Debrief(
        summary=written.summary,
        strengths=tuple(_note(note, session) for note in written.strengths),
        improvements=tuple(_note(note, session) for note in written.improvements),
        rewrites=tuple(_rewrite(rewrite, session) for rewrite in written.rewrites),
    )


def _note(note: _Note, session: Session) -> Note:
    quote = ""
    if note.quote.strip():
        found = verbatim(note.quote, session.exchanges[note.exchange - 1].reply)
        if found is None:
            raise Unusable(f"the quote {note.quote[:60]!r} does not stand in reply {note.exchange}")
        quote = found
    return Note(technique=note.technique, exchange=note.exchange, quote=quote, text=note.text)


def _rewrite(rewrite: _Rewrite, session: Session) -> Rewrite:
    brief = session.persona.brief
    source = "\n".join(
        (brief.about, brief.situation, *brief.known, *brief.may, *(turn.text for turn in session.transcript.turns))
    )
    known = _amounts([source])
    if invented := [amount for amount in _amounts([rewrite.suggestion]) if amount not in known]:
        raise Unusable(
            f"the rewrite of reply {rewrite.exchange} names an amount that is not in the case: {invented[0]}"
        )
    return Rewrite(
        exchange=rewrite.exchange,
        technique=rewrite.technique,
        instead_of=session.exchanges[rewrite.exchange - 1].reply,
        suggestion=rewrite.suggestion,
        why=rewrite.why,
    )


def _amounts(texts: Iterable[str]) -> list[str]:
    return [re.sub(r"[^\d.]", "", found).rstrip(".") for text in texts for found in _AMOUNT.findall(text)]


def _schema(session: Session) -> dict[str, Any]:
    text, number, technique = {"type": "string"}, {"type": "integer"}, {"$ref": "#/$defs/technique"}
    note = object_schema({"technique": technique, "exchange": number, "quote": text, "text": text})
    rewrite = object_schema({"exchange": number, "technique": technique, "suggestion": text, "why": text})
    notes = {"$ref": "#/$defs/notes"}
    written = {"summary": text, "strengths": notes, "improvements": notes}
    return object_schema({**written, "rewrites": {"type": "array", "items": rewrite}}) | {
        "$defs": {
            "technique": {"type": "string", "enum": list(session.rubric.ids)},
            "notes": {"type": "array", "items": note},
        }
    }
