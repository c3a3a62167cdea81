"""Milestones: what a trainee has achieved for the first time, and how far away the next ones are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from simcustomer.domain.model import Frozen
from simcustomer.domain.persona import Persona
from simcustomer.domain.progress import RECENT, Attempt, changes
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Provenance

COMPETENT = 2.0
"""Mean level from which a technique is steady, when it holds over as many sessions in a row as "lately" reaches back."""

Goal = Literal["first_practice", "first_pass", "exam_pass", "kinds", "steady"]


class Milestone(Frozen):
    """A goal, when it was reached (None: not yet), and how much of it is done.

    `about` names what is done: kinds of customer (their values) for `kinds`, ids of techniques for `steady`.
    """

    goal: Goal
    reached: datetime | None
    done: int
    of: int
    about: tuple[str, ...] = ()


def milestones(attempts: Sequence[Attempt], personas: Iterable[Persona], rubric: Rubric) -> tuple[Milestone, ...]:
    """All milestones. Passes are those of whole conversations without hints; `kinds` are those of the personas at hand."""
    ordered = sorted(attempts, key=lambda a: a.started_at)
    passes = [a for a in ordered if a.is_whole and a.passed]
    return (
        _first("first_practice", [a for a in ordered if a.scorecard.graded]),
        _first("first_pass", passes),
        _first("exam_pass", [a for a in passes if not a.coached]),
        _kinds(passes, {p.id: frozenset(kind.value for kind in p.kinds) for p in personas}),
        _steady(ordered, rubric),
    )


def _first(goal: Goal, found: Sequence[Attempt]) -> Milestone:
    return Milestone(goal=goal, reached=found[0].started_at if found else None, done=min(1, len(found)), of=1)


def _kinds(passes: Sequence[Attempt], kinds: Mapping[str, frozenset[str]]) -> Milestone:
    every = frozenset[str]().union(*kinds.values())
    done: dict[str, datetime] = {}
    for attempt in passes:
        for kind in sorted(kinds.get(attempt.persona, frozenset())):
            done.setdefault(kind, attempt.started_at)
    complete = every and len(done) == len(every)
    return Milestone(
        goal="kinds", reached=max(done.values()) if complete else None, done=len(done), of=len(every), about=tuple(done)
    )


def _steady(ordered: Sequence[Attempt], rubric: Rubric) -> Milestone:
    """Reached with the first technique that is steady; `done` counts the techniques that have been at some time."""
    found = {technique: when for technique in rubric.ids if (when := _steady_since(ordered, technique))}
    about = tuple(sorted(found, key=lambda technique: found[technique]))
    return Milestone(
        goal="steady", reached=min(found.values(), default=None), done=len(found), of=len(rubric.ids), about=about
    )


def _steady_since(ordered: Sequence[Attempt], technique: str) -> datetime | None:
    window: deque[float] = deque(maxlen=RECENT)
    last: Provenance | None = None
    for attempt in ordered:
        level = attempt.own.levels.get(technique)
        if level is None:
            continue
        if last is not None and last is not attempt.provenance and changes(last, attempt.provenance):
            window.clear()
        window.append(level)
        last = attempt.provenance
        if len(window) == RECENT and sum(window) / RECENT >= COMPETENT:
            return attempt.started_at
    return None
