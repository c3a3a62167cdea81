"""What a trainee's finished sessions add up to: trends, best scores, and what to practise next.

Sessions are "made alike" where rubric, grader and customer are the same; only then are their levels compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean
from typing import Literal

from simcustomer.domain.model import Frozen
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Origin, Provenance, Scorecard

RECENT = 5
"""Sessions with occasion for a technique that "lately" reaches back over; one alone says little, and many hide what has changed."""

Change = Literal["rubric", "grader", "customer"]
_CHANGES: tuple[Change, ...] = ("rubric", "grader", "customer")


class Attempt(Frozen):
    """A finished session.

    `scorecard` is the whole session's; `own` counts only the replies given in it, which in a rewound session are those
    from the fork on, so that no reply counts twice. `hints` is how many were asked for.
    """

    session: str
    persona: str
    title: str
    name: str
    started_at: datetime
    outcome: Outcome
    scorecard: Scorecard
    own: Scorecard
    provenance: Provenance
    origin: Origin | None
    coached: bool = False
    hints: int = 0

    @property
    def passed(self) -> bool | None:
        """Whether the session reached the pass mark by itself: not with hints. None where nothing was graded."""
        return None if self.scorecard.passed is None else self.scorecard.passed and not self.hints

    @property
    def is_whole(self) -> bool:
        """Whether every reply of the conversation was given in this session."""
        return self.origin is None or self.origin.reply == 1


class Point(Frozen):
    """A technique's mean level (0-3) in one attempt."""

    attempt: Attempt
    level: float


class Stretch(Frozen):
    """Points in a row whose levels were made alike; `changed` says what parts them from the stretch before."""

    points: tuple[Point, ...]
    changed: tuple[Change, ...] = ()


class Lately(Frozen):
    """A technique's mean level over the latest sessions that had occasion for it and were made alike."""

    technique: str
    level: float
    sessions: int


class Advice(Frozen):
    """What to practise next: the weakest technique lately, and ids of personas that train it, in the order to take them."""

    weakest: Lately
    personas: tuple[str, ...]


def changes(before: Provenance, after: Provenance) -> tuple[Change, ...]:
    """What changed between two sessions that keeps their levels from being compared; empty where nothing did."""
    return tuple(part for part in _CHANGES if getattr(before, part) != getattr(after, part))


def trend(attempts: Iterable[Attempt], technique: str) -> tuple[Stretch, ...]:
    """A technique's levels, oldest first, parted wherever they were made differently; attempts without occasion are left out."""
    parts: list[tuple[list[Point], tuple[Change, ...]]] = []
    last: Provenance | None = None
    for attempt in sorted(attempts, key=lambda a: a.started_at):
        level = attempt.own.levels.get(technique)
        if level is None:
            continue
        changed = changes(last, attempt.provenance) if last else ()
        if not parts or changed:
            parts.append(([], changed))
        parts[-1][0].append(Point(attempt=attempt, level=level))
        last = attempt.provenance
    return tuple(Stretch(points=tuple(points), changed=changed) for points, changed in parts)


def lately(attempts: Sequence[Attempt], rubric: Rubric) -> dict[str, Lately]:
    """Each technique that had occasion among the attempts made like the newest one."""
    if not attempts:
        return {}
    newest = max(attempts, key=lambda a: a.started_at).provenance
    alike = sorted((a for a in attempts if not changes(a.provenance, newest)), key=lambda a: a.started_at)
    found: dict[str, Lately] = {}
    for technique in rubric.ids:
        levels = [level for a in alike if (level := a.own.levels.get(technique)) is not None][-RECENT:]
        if levels:
            found[technique] = Lately(technique=technique, level=round(fmean(levels), 2), sessions=len(levels))
    return found


def usual(attempts: Iterable[Attempt], session: Attempt) -> dict[str, float]:
    """The mean level by technique over the sessions that came before this one and were made alike, the rewound ones too."""
    earlier = [
        a for a in attempts if a.started_at < session.started_at and not changes(a.provenance, session.provenance)
    ]
    found: dict[str, list[float]] = {}
    for attempt in earlier:
        for technique, level in attempt.own.levels.items():
            if level is not None:
                found.setdefault(technique, []).append(level)
    return {technique: round(fmean(levels), 2) for technique, levels in found.items()}


def best(attempts: Iterable[Attempt]) -> dict[str, Attempt]:
    """The highest score by persona, among whole conversations without hints made like the newest one with that persona."""
    by_persona: dict[str, list[Attempt]] = {}
    for attempt in sorted(attempts, key=lambda a: a.started_at):
        if attempt.is_whole and not attempt.hints and attempt.scorecard.overall is not None:
            by_persona.setdefault(attempt.persona, []).append(attempt)
    return {persona: _highest(found) for persona, found in by_persona.items()}


def advice(attempts: Sequence[Attempt], personas: Iterable[Persona], rubric: Rubric) -> Advice | None:
    """The weakest technique that any persona trains, and who trains it: those not met yet first, then the lowest best score."""
    offered, scores = tuple(personas), best(attempts)

    def order(persona: Persona) -> tuple[float, int]:
        met = scores.get(persona.id)
        score = -1.0 if met is None or met.scorecard.overall is None else met.scorecard.overall
        return score, ("easy", "medium", "hard").index(persona.difficulty)

    for weakest in sorted(lately(attempts, rubric).values(), key=lambda found: found.level):
        training = [persona for persona in offered if weakest.technique in persona.trains]
        if training:
            return Advice(weakest=weakest, personas=tuple(p.id for p in sorted(training, key=order)))
    return None


def _highest(found: Sequence[Attempt]) -> Attempt:
    newest = found[-1].provenance
    alike = [a for a in found if a.provenance.persona == newest.persona and not changes(a.provenance, newest)]
    return max(alike, key=lambda a: a.scorecard.overall or 0.0)
