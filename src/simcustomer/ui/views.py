"""What the pages before the debrief show: plain data made from personas and sessions, without markup or Gradio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Brief, Outcome, Persona
from simcustomer.domain.progress import Attempt
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.domain.transcript import Channel

DIFFICULTIES = ("easy", "medium", "hard")

LOW_PATIENCE = 3.0
LOW_TRUST = 2.5
HIGH_TRUST = 5.5
"""Where a mood gets another word; below and above these the trainee would notice in a real conversation."""


class Best(NamedTuple):
    """The trainee's best result with a persona, out of 100, and how that conversation ended."""

    session: str
    score: float
    outcome: Outcome


class Card(NamedTuple):
    """A persona in the gallery; `effort` is 1 to 3, `trains` holds the names of techniques, `best` is None before the first."""

    id: str
    title: str
    name: str
    trade: str
    blurb: str
    channel: str
    difficulty: str
    effort: int
    kinds: tuple[str, ...]
    trains: tuple[str, ...]
    content_note: str | None
    best: Best | None = None


class BriefView(NamedTuple):
    """What the trainee may read before the conversation: the persona's brief and what its card says."""

    card: Card
    brief: Brief
    mood_is_hidden: bool


class Message(NamedTuple):
    """One thing that was said; `subject` only in an email, `language` as `spoken_in` gives it."""

    by_customer: bool
    author: str
    addressee: str
    text: str
    subject: str | None
    is_first: bool
    language: str


class Heading(NamedTuple):
    """The head of a conversation; `temper`, `leaning` and `anger` (0-10) are None where the mood is not shown.

    `again_from` is the reply that a rewound session tries again. `since` is when a call began, None elsewhere.
    """

    name: str
    title: str
    company: str
    channel: str
    replies: int
    temper: str | None
    leaning: str | None
    anger: float | None
    outcome: Outcome | None
    again_from: int | None
    since: datetime | None
    coached: bool


def card(persona: Persona, techniques: Mapping[str, str], result: Attempt | None = None) -> Card:
    """The card of a persona; `techniques` has their names by id, `result` is the trainee's best."""
    return Card(
        id=persona.id,
        title=persona.title,
        name=persona.name,
        trade=persona.trade,
        blurb=persona.blurb,
        channel=persona.channel.value,
        difficulty=persona.difficulty,
        effort=DIFFICULTIES.index(persona.difficulty) + 1,
        kinds=tuple(kind.value for kind in persona.kinds),
        trains=tuple(techniques.get(technique, technique.replace("_", " ")) for technique in persona.trains),
        content_note=persona.content_note,
        best=_best(result) if result else None,
    )


def _best(result: Attempt) -> Best | None:
    score = result.scorecard.overall
    return None if score is None else Best(result.session, score, result.outcome)


def gallery(
    personas: Iterable[Persona], rubric: Rubric, results: Mapping[str, Attempt] | None = None
) -> tuple[Card, ...]:
    """The cards of all personas, easy ones first; `results` are the trainee's best by persona."""
    names, found = technique_names(rubric), results or {}
    return tuple(
        sorted((card(persona, names, found.get(persona.id)) for persona in personas), key=lambda c: (c.effort, c.title))
    )


def brief(persona: Persona, rubric: Rubric) -> BriefView:
    """The brief of a persona; nothing that the trainee has to find out is in it."""
    return BriefView(card(persona, technique_names(rubric)), persona.brief, mood_is_hidden=not shows_mood(persona))


def technique_names(rubric: Rubric) -> dict[str, str]:
    """Technique names by id."""
    return {technique.id: technique.name for technique in rubric.techniques}


def heading(session: Session) -> Heading:
    """Who the trainee talks to, and how that customer seems to feel."""
    persona, shown = session.persona, shows_mood(session.persona)
    return Heading(
        name=persona.name,
        title=persona.title,
        company=persona.brief.company,
        channel=persona.channel.value,
        replies=len(session.exchanges),
        temper=session.mood.temper.value if shown else None,
        leaning=leaning(session.mood) if shown else None,
        anger=session.mood.anger if shown else None,
        outcome=session.outcome,
        again_from=session.origin.reply if session.origin else None,
        since=session.started_at if persona.channel is Channel.PHONE and session.outcome is None else None,
        coached=session.coached,
    )


def shows_mood(persona: Persona) -> bool:
    """Hard customers have to be read from their words alone."""
    return persona.difficulty != "hard"


def leaning(mood: Mood) -> str:
    """Beside the temper, the one other thing about a mood that matters most."""
    if mood.patience <= LOW_PATIENCE:
        return "losing_patience"
    if mood.trust >= HIGH_TRUST:
        return "warming"
    return "distrustful" if mood.trust < LOW_TRUST else "listening"


def conversation(session: Session) -> tuple[Message, ...]:
    """All messages of the answered exchanges, the opening first."""
    messages = [said(session, session.opening, is_first=True)]
    for exchange in session.exchanges:
        messages.append(replied(session, exchange.reply))
        if exchange.answer:
            messages.append(said(session, exchange.answer))
    return tuple(messages)


def said(session: Session, text: str, *, is_first: bool = False) -> Message:
    """A message of the customer."""
    persona = session.persona
    return Message(
        by_customer=True,
        author=persona.name,
        addressee=persona.brief.company,
        text=text,
        subject=_subject(persona),
        is_first=is_first,
        language=spoken_in(session),
    )


def replied(session: Session, text: str) -> Message:
    """A message of the trainee."""
    persona = session.persona
    return Message(
        by_customer=False,
        author=persona.brief.company,
        addressee=persona.name,
        text=text,
        subject=_subject(persona),
        is_first=False,
        language=spoken_in(session),
    )


def spoken_in(session: Session) -> str:
    """The tag of the language of a conversation; empty, which says in HTML that it is not known, where a model plays.

    The embedded customer speaks and reads English only. A model speaks whatever its persona is written in, and a
    persona does not say what that is; the language of the page around it would be a guess.
    """
    return "en" if session.provenance.customer.startswith("embedded") else ""


def _subject(persona: Persona) -> str | None:
    return persona.title if persona.channel is Channel.EMAIL else None
