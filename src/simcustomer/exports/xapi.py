"""xAPI 1.0.3 statements about finished sessions, as small models of what the specification asks.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from simcustomer import __version__
from simcustomer.domain.model import Frozen
from simcustomer.domain.session import Session
from simcustomer.exports.records import ScoreRecord, score

VERBS = "http://adlnet.gov/expapi/verbs/"
TYPES = "http://adlnet.gov/expapi/activities/"
EXTENSIONS = "urn:simcustomer:xapi:"
"""Ahead of the names of our extensions."""

_LANGUAGE = "en"


def _iri(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    if not (colon and rest and scheme[:1].isalpha() and scheme.replace("+", "").replace("-", "").isalnum()):
        raise ValueError(f"{value!r} is no IRI: it needs a scheme, as in https://example.org/x")
    if any(character.isspace() for character in value):
        raise ValueError(f"{value!r} is no IRI: it has a blank in it")
    return value


Iri = Annotated[str, AfterValidator(_iri)]
LanguageMap = Annotated[dict[str, str], Field(min_length=1)]
Extensions = dict[Iri, object]


class _Part(Frozen):
    """A part of a statement; its names are written as the specification has them."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class AgentAccount(_Part):
    """An account on a system; `home_page` names the system."""

    home_page: Iri
    name: str = Field(min_length=1)


class Agent(_Part):
    """Who did it, by an account: no address of a person is needed."""

    object_type: Literal["Agent"] = "Agent"
    name: str | None = None
    account: AgentAccount


class Verb(_Part):
    """What was done."""

    id: Iri
    display: LanguageMap


class Definition(_Part):
    """What an activity is."""

    name: LanguageMap
    type: Iri


class Activity(_Part):
    """What it was done with."""

    object_type: Literal["Activity"] = "Activity"
    id: Iri
    definition: Definition | None = None


class Score(_Part):
    """A score: `scaled` from -1 to 1, `raw` between `min` and `max`."""

    scaled: Annotated[float, Field(ge=-1, le=1)]
    raw: float
    min: float
    max: float

    @model_validator(mode="after")
    def _raw_is_within(self) -> Self:
        if not self.min < self.max or not self.min <= self.raw <= self.max:
            raise ValueError("raw lies between min and max, and min below max")
        return self


class StatementResult(_Part):
    """What came of it; `duration` as ISO 8601 has it."""

    score: Score | None = None
    success: bool | None = None
    completion: bool | None = None
    duration: Annotated[str, Field(pattern=r"^PT\d+(\.\d{1,2})?S$")] | None = None
    extensions: Extensions | None = None


class ContextActivities(_Part):
    """Activities around the one that the statement is about."""

    parent: tuple[Activity, ...] | None = None
    grouping: tuple[Activity, ...] | None = None


class Context(_Part):
    """What the statement belongs to; all statements of a session have its `registration`."""

    registration: UUID
    context_activities: ContextActivities
    revision: str
    platform: str
    language: str
    extensions: Extensions


class Statement(_Part):
    """One statement. Its id follows from what it says, so that the same export twice gives no duplicates."""

    id: UUID
    actor: Agent
    verb: Verb
    object: Activity
    result: StatementResult
    context: Context
    timestamp: AwareDatetime

    def written(self) -> str:
        """The statement as JSON, without what it leaves open: the specification allows no null."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


def statements(session: Session, *, home: str, names: Mapping[str, str]) -> Iterator[Statement]:
    """What a finished session says: how it ended, and the mean level of each technique that had occasion.

    `home` is the address of the system, under which people and activities are named. Nothing for an unfinished one.
    """
    if session.outcome is None:
        return
    home = home.rstrip("/")
    ended = session.ended_at or session.started_at
    card = score(session)
    context = _context(session, home)
    persona = _persona(session, home)
    actor = Agent(name=names.get(session.owner), account=AgentAccount(home_page=home, name=session.owner))
    done = StatementResult(
        score=None if card.overall is None else _score(card.overall, 100),
        success=card.passed,
        completion=True,
        duration=_duration(session.started_at, ended),
        extensions=_of_session(session, card),
    )
    verb = "completed" if card.passed is None else "passed" if card.passed else "failed"
    yield _statement(
        actor, verb, persona, done, context.model_copy(update={"context_activities": _around(session, home)}), ended
    )
    for technique in session.rubric.techniques:
        level = card.levels[technique.id]
        if level is None:
            continue
        about = Activity(
            id=f"{home}/rubrics/{quote(session.rubric.id)}/techniques/{quote(technique.id)}",
            definition=Definition(name={_LANGUAGE: technique.name}, type=f"{TYPES}objective"),
        )
        yield _statement(actor, "scored", about, _of_technique(card, technique.id, level), context, ended)


def _of_session(session: Session, card: ScoreRecord) -> Extensions:
    held: Extensions = {f"{EXTENSIONS}outcome": session.outcome, f"{EXTENSIONS}ungraded": card.ungraded}
    if card.overridden:
        held |= {f"{EXTENSIONS}overridden": card.overridden, f"{EXTENSIONS}grader-score": card.grader_overall}
    return held


def _of_technique(card: ScoreRecord, technique: str, level: float) -> StatementResult:
    overridden = technique in card.overridden
    extensions: Extensions = {f"{EXTENSIONS}grader-level": card.grader_levels[technique]} if overridden else {}
    return StatementResult(score=_score(level, 3), extensions=extensions or None)


def _score(raw: float, most: float) -> Score:
    return Score(scaled=round(raw / most, 4), raw=raw, min=0, max=most)


def _duration(began: datetime, ended: datetime) -> str:
    return f"PT{max(0.0, (ended - began).total_seconds()):.2f}S"


def _persona(session: Session, home: str) -> Activity:
    name = f"{session.persona.name}: {session.persona.title}"
    return Activity(
        id=f"{home}/personas/{quote(session.persona.id)}",
        definition=Definition(name={_LANGUAGE: name}, type=f"{TYPES}simulation"),
    )


def _around(session: Session, home: str) -> ContextActivities:
    rubric = Definition(name={_LANGUAGE: session.rubric.title}, type=f"{TYPES}assessment")
    return ContextActivities(grouping=(Activity(id=f"{home}/rubrics/{quote(session.rubric.id)}", definition=rubric),))


def _context(session: Session, home: str) -> Context:
    made = session.provenance
    return Context(
        registration=uuid5(NAMESPACE_URL, f"{home}/sessions/{session.id}"),
        context_activities=_around(session, home).model_copy(update={"parent": (_persona(session, home),)}),
        revision=f"{session.rubric.version}",
        platform=f"simcustomer {__version__}",
        language=_LANGUAGE,
        extensions={
            f"{EXTENSIONS}session": session.id,
            f"{EXTENSIONS}grader": made.grader,
            f"{EXTENSIONS}customer": made.customer,
            f"{EXTENSIONS}persona-hash": made.persona,
            f"{EXTENSIONS}rubric-hash": made.rubric,
        },
    )


def _statement(
    actor: Agent, verb: str, about: Activity, result: StatementResult, context: Context, at: datetime
) -> Statement:
    says = f"{context.registration}|{verb}|{about.id}|{result.model_dump_json()}|{actor.account.name}"
    return Statement(
        id=uuid5(NAMESPACE_URL, hashlib.sha256(says.encode()).hexdigest()),
        actor=actor,
        verb=Verb(id=f"{VERBS}{verb}", display={"en-US": verb}),
        object=about,
        result=result,
        context=context,
        timestamp=at,
    )
