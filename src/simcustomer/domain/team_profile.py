"""How well a team does each technique: means over its people, kept apart wherever levels cannot be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import fmean

from simcustomer.domain.model import Frozen
from simcustomer.domain.progress import Attempt, Change, changes
from simcustomer.domain.session import Provenance


class TeamLevel(Frozen):
    """A technique over a team: the mean of its people's mean levels (0-3), how many people and how many replies."""

    technique: str
    level: float
    people: int
    replies: int


class Profile(Frozen):
    """The sessions of a team whose levels were made alike; `changed` is what parts it from the profile that is next newer."""

    provenance: Provenance
    changed: tuple[Change, ...]
    since: datetime
    until: datetime
    people: int
    sessions: int
    overridden: int
    levels: dict[str, TeamLevel]


def profiles(attempts: Mapping[str, Sequence[Attempt]]) -> tuple[Profile, ...]:
    """The profiles of a team from each person's finished sessions, the one with the newest session first.

    Each person counts once, however much they practised; within a person each reply counts once. Replies that a
    rewound session took over are left out, as in progress.
    """
    groups: list[dict[str, list[Attempt]]] = []
    everything = sorted(
        ((person, attempt) for person, found in attempts.items() for attempt in found),
        key=lambda pair: pair[1].started_at,
        reverse=True,
    )
    for person, attempt in everything:
        for group in groups:
            if not changes(_any(group).provenance, attempt.provenance):
                group.setdefault(person, []).append(attempt)
                break
        else:
            groups.append({person: [attempt]})
    newer = [None, *(_any(group).provenance for group in groups)]
    return tuple(_profile(group, before) for group, before in zip(groups, newer, strict=False))


def _any(group: Mapping[str, Sequence[Attempt]]) -> Attempt:
    return next(iter(group.values()))[0]


def _profile(group: Mapping[str, Sequence[Attempt]], newer: Provenance | None) -> Profile:
    found = [attempt for attempts in group.values() for attempt in attempts]
    techniques = dict.fromkeys(name for attempt in found for name in attempt.own.levels)
    levels = (_level(name, group.values()) for name in techniques)
    own = _any(group).provenance
    return Profile(
        provenance=own,
        changed=changes(own, newer) if newer else (),
        since=min(a.started_at for a in found),
        until=max(a.started_at for a in found),
        people=len(group),
        sessions=len(found),
        overridden=sum(bool(a.own.overridden) for a in found),
        levels={level.technique: level for level in levels if level},
    )


def _level(technique: str, people: Iterable[Sequence[Attempt]]) -> TeamLevel | None:
    means: list[float] = []
    replies = 0
    for attempts in people:
        weighed = [
            (level, a.own.occasions.get(technique, 1))
            for a in attempts
            if (level := a.own.levels[technique]) is not None
        ]
        if weighed:
            count = sum(n for _, n in weighed)
            means.append(sum(level * n for level, n in weighed) / count)
            replies += count
    if not means:
        return None
    return TeamLevel(technique=technique, level=round(fmean(means), 2), people=len(means), replies=replies)
