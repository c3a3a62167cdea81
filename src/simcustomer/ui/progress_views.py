"""What the progress page shows: finished sessions, a technique's trend, and what to practise next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from simcustomer.domain import progress
from simcustomer.domain.milestones import Milestone, milestones
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.progress import Attempt, Change
from simcustomer.domain.rubric import Rubric
from simcustomer.ui.debrief_views import TONES, Level, level_of
from simcustomer.ui.trend_chart import TrendChart, trend_chart
from simcustomer.ui.views import Card, card, gallery, technique_names

MOST_SUGGESTED = 3

MOST_ROWS = 30
"""Sessions on one page of the list, and in a drawing of a trend: the newest ones."""


class Asked(NamedTuple):
    """What the page's address asks for; None: everything. `skip` is how many of the newest sessions the list leaves out."""

    persona: str | None
    outcome: str | None
    technique: str | None
    skip: int = 0


class Choice(NamedTuple):
    """An entry of a filter."""

    value: str
    label: str
    chosen: bool


class Row(NamedTuple):
    """A finished session in the list; `again_from` is the reply that a rewound one tried again.

    `overridden`: a manager set some of its levels.
    """

    session: str
    when: datetime
    title: str
    name: str
    outcome: Outcome
    tone: str
    score: float | None
    passed: bool | None
    overridden: bool
    again_from: int | None
    coached: bool
    hints: int


class Mark(NamedTuple):
    """A session in a technique's trend; `number` counts from 1, `changed` says what parts it from the one before."""

    number: int
    session: str
    when: datetime
    title: str
    level: Level
    changed: tuple[Change, ...]


class Trend(NamedTuple):
    """A technique over the newest of the chosen sessions, oldest first; `by` is how far it moved since the last break.

    `left_out` counts older sessions that are not drawn.
    """

    technique: str
    chart: TrendChart
    marks: tuple[Mark, ...]
    by: float | None
    left_out: int


class Overview(NamedTuple):
    """A technique in short: its level lately, and over how many sessions (0: no occasion yet)."""

    id: str
    level: Level
    sessions: int
    chosen: bool


class Next(NamedTuple):
    """The weakest technique lately, and customers who train it."""

    level: Level
    sessions: int
    cards: tuple[Card, ...]


class Goal(NamedTuple):
    """A milestone: when it was reached (None: not yet), how much is done, and the names of what is."""

    goal: str
    reached: datetime | None
    done: int
    of: int
    about: tuple[str, ...]


class ProgressView(NamedTuple):
    """The whole page; `total` counts all finished sessions, and `starters` are easy customers for who has none.

    `found` counts the sessions that the filters let through, of which `rows` shows one page; `newer` and `older` are how
    many to skip for the pages beside it.
    """

    total: int
    found: int
    rows: tuple[Row, ...]
    newer: int | None
    older: int | None
    goals: tuple[Goal, ...]
    personas: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]
    techniques: tuple[Overview, ...]
    trend: Trend | None
    advice: Next | None
    starters: tuple[Card, ...]
    asked: Asked


def asked_of(query: Mapping[str, str], attempts: Sequence[Attempt], rubric: Rubric) -> Asked:
    """The filters in an address; what names nothing is left out."""
    persona, outcome, technique = (query.get(name) for name in ("customer", "outcome", "technique"))
    skip = query.get("skip", "")
    return Asked(
        persona if persona in {a.persona for a in attempts} else None,
        outcome if outcome in {a.outcome.value for a in attempts} else None,
        technique if technique in rubric.ids else None,
        min(int(skip[:9]), len(attempts)) if skip.isascii() and skip.isdigit() else 0,
    )


def progress_view(
    attempts: Sequence[Attempt], personas: Iterable[Persona], rubric: Rubric, asked: Asked
) -> ProgressView:
    """The page of these attempts (oldest first) as the address asks for it."""
    offered = tuple(personas)
    chosen = [a for a in attempts if asked.persona in {None, a.persona} and asked.outcome in {None, a.outcome.value}]
    found = progress.lately(chosen, rubric)
    weakest = min(found.values(), key=lambda each: each.level, default=None)
    technique = asked.technique or (weakest.technique if weakest else None)
    names = technique_names(rubric)
    skip = asked.skip if asked.skip < len(chosen) else 0
    return ProgressView(
        total=len(attempts),
        found=len(chosen),
        rows=tuple(_row(a) for a in chosen[::-1][skip : skip + MOST_ROWS]),
        newer=max(0, skip - MOST_ROWS) if skip else None,
        older=skip + MOST_ROWS if skip + MOST_ROWS < len(chosen) else None,
        goals=tuple(_goal(m, names) for m in milestones(attempts, offered, rubric)) if attempts else (),
        personas=_personas(attempts, asked.persona),
        outcomes=_outcomes(attempts, asked.outcome),
        techniques=tuple(_overview(t, names[t], found.get(t), chosen=t == technique) for t in rubric.ids),
        trend=_trend(chosen, technique, names[technique]) if technique else None,
        advice=_next(attempts, offered, rubric),
        starters=() if attempts else gallery(offered, rubric)[:MOST_SUGGESTED],
        asked=asked,
    )


def _row(attempt: Attempt) -> Row:
    return Row(
        session=attempt.session,
        when=attempt.started_at.astimezone(),
        title=attempt.title,
        name=attempt.name,
        outcome=attempt.outcome,
        tone=TONES.get(attempt.outcome, "open"),
        score=attempt.scorecard.overall,
        passed=attempt.passed,
        overridden=bool(attempt.scorecard.overridden),
        again_from=attempt.origin.reply if attempt.origin else None,
        coached=attempt.coached,
        hints=attempt.hints,
    )


def _goal(milestone: Milestone, names: Mapping[str, str]) -> Goal:
    about = milestone.about
    if milestone.goal == "steady":
        about = tuple(names[technique] for technique in about)
    reached = milestone.reached.astimezone() if milestone.reached else None
    return Goal(milestone.goal, reached, milestone.done, milestone.of, about)


def _personas(attempts: Sequence[Attempt], chosen: str | None) -> tuple[Choice, ...]:
    titles = {a.persona: f"{a.name}: {a.title}" for a in attempts}
    return tuple(Choice(p, titles[p], p == chosen) for p in sorted(titles, key=lambda p: titles[p]))


def _outcomes(attempts: Sequence[Attempt], chosen: str | None) -> tuple[Choice, ...]:
    reached = {a.outcome for a in attempts}
    return tuple(Choice(o.value, f"outcome.{o.value}", o.value == chosen) for o in Outcome if o in reached)


def _overview(technique: str, name: str, found: progress.Lately | None, *, chosen: bool) -> Overview:
    return Overview(technique, level_of(name, found.level if found else None), found.sessions if found else 0, chosen)


def _trend(attempts: Sequence[Attempt], technique: str, name: str) -> Trend | None:
    having = [a for a in attempts if a.own.levels.get(technique) is not None]
    left_out = max(0, len(having) - MOST_ROWS)
    stretches = progress.trend(having[left_out:], technique)
    if not stretches:
        return None
    marks: list[Mark] = []
    for stretch in stretches:
        for point in stretch.points:
            marks.append(
                Mark(
                    number=len(marks) + 1,
                    session=point.attempt.session,
                    when=point.attempt.started_at.astimezone(),
                    title=point.attempt.title,
                    level=level_of(name, point.level),
                    changed=stretch.changed if point is stretch.points[0] else (),
                )
            )
    last = stretches[-1].points
    by = round(last[-1].level - last[0].level, 2) if len(last) > 1 else None
    return Trend(name, trend_chart([[p.level for p in s.points] for s in stretches]), tuple(marks), by, left_out)


def _next(attempts: Sequence[Attempt], personas: Sequence[Persona], rubric: Rubric) -> Next | None:
    given = progress.advice(attempts, personas, rubric)
    if given is None:
        return None
    names, by_id, results = technique_names(rubric), {p.id: p for p in personas}, progress.best(attempts)
    cards = tuple(card(by_id[p], names, results.get(p)) for p in given.personas[:MOST_SUGGESTED])
    return Next(level_of(names[given.weakest.technique], given.weakest.level), given.weakest.sessions, cards)
