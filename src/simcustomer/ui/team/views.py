"""What the managers' room shows of a team: who has done what, and how its techniques stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from simcustomer.domain.assignment import Standing
from simcustomer.domain.progress import Attempt, Change
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.team_profile import Profile, profiles
from simcustomer.team import Member, Row
from simcustomer.ui.levels import Level, level_of
from simcustomer.ui.views import technique_names

PERIODS = (30, 90, 0)
"""Days that a profile may look back over; 0: everything."""


class Filter(NamedTuple):
    """One choice of a filter: where it leads, how many entries it has, and whether it is the one in force."""

    label: str
    query: str
    found: int
    chosen: bool


class Board(NamedTuple):
    """Everything assigned, as the address asks for it; `total` is without the filters."""

    rows: tuple[Row, ...]
    total: int
    standings: tuple[Filter, ...]
    people: tuple[Filter, ...]
    personas: tuple[Filter, ...]


class ProfileRow(NamedTuple):
    """A technique of a team; people and replies are 0 where nobody had occasion."""

    level: Level
    people: int
    replies: int


class ProfileView(NamedTuple):
    """Sessions whose levels were made alike, technique by technique."""

    rows: tuple[ProfileRow, ...]
    people: int
    sessions: int
    overridden: int
    grader: str
    customer: str
    changed: tuple[Change, ...]
    since: datetime
    until: datetime


class TeamProfile(NamedTuple):
    """The profiles of a team, the newest way of grading first; `members` is the whole team's size."""

    profiles: tuple[ProfileView, ...]
    periods: tuple[Filter, ...]
    members: int


class PersonRow(NamedTuple):
    """A member in the list of people: sessions finished, and when last."""

    member: Member
    sessions: int
    last: datetime | None


def board(rows: Sequence[Row], query: Mapping[str, str]) -> Board:
    """The table of assignments with its filters; a filter that names nothing is left out."""
    people = {row.member.id: row.member.name for row in rows}
    titles = {row.assignment.persona: row.assignment.title for row in rows}
    known = {"standing": {each.value for each in Standing}, "person": set(people), "customer": set(titles)}
    asked = {name: value for name, allowed in known.items() if (value := query.get(name, "")) in allowed}

    def fits(row: Row, without: str = "") -> bool:
        facts = _facts(row)
        return all(facts[name] == value for name, value in asked.items() if name != without)

    def choices(name: str, labels: Mapping[str, str]) -> tuple[Filter, ...]:
        others = [_facts(row)[name] for row in rows if fits(row, without=name)]
        rest = {key: value for key, value in asked.items() if key != name}
        everything = Filter("", urlencode(rest), len(others), name not in asked)
        named = (
            Filter(labels[value], urlencode({**rest, name: value}), others.count(value), asked.get(name) == value)
            for value in labels
            if value in others or asked.get(name) == value
        )
        return (everything, *named)

    return Board(
        rows=tuple(row for row in rows if fits(row)),
        total=len(rows),
        standings=choices("standing", {each.value: f"standing.{each.value}" for each in Standing}),
        people=choices("person", people),
        personas=choices("customer", titles),
    )


def _facts(row: Row) -> dict[str, str]:
    return {
        "standing": row.result.standing.value,
        "person": row.member.id,
        "customer": row.assignment.persona,
    }


def team_profile(attempts: Mapping[str, Sequence[Attempt]], rubric: Rubric, days: int, now: datetime) -> TeamProfile:
    """The profile over the last `days` days (0: all), in the order of the rubric in force, then of older ones."""

    def within(period: int) -> dict[str, tuple[Attempt, ...]]:
        first = now - timedelta(days=period)
        return {who: tuple(a for a in found if not period or a.started_at >= first) for who, found in attempts.items()}

    periods = tuple(
        Filter(str(period), f"view=profile&days={period}", sum(map(len, within(period).values())), period == days)
        for period in PERIODS
    )
    names = technique_names(rubric)
    return TeamProfile(tuple(_profile(p, names) for p in profiles(within(days))), periods, len(attempts))


def _profile(profile: Profile, names: Mapping[str, str]) -> ProfileView:
    order = [*(name for name in names), *(name for name in profile.levels if name not in names)]
    return ProfileView(
        rows=tuple(_row(profile, technique, names.get(technique, technique.replace("_", " "))) for technique in order),
        people=profile.people,
        sessions=profile.sessions,
        overridden=profile.overridden,
        grader=profile.provenance.grader,
        customer=profile.provenance.customer,
        changed=profile.changed,
        since=profile.since,
        until=profile.until,
    )


def _row(profile: Profile, technique: str, name: str) -> ProfileRow:
    found = profile.levels.get(technique)
    if found is None:
        return ProfileRow(level_of(name, None), 0, 0)
    return ProfileRow(level_of(name, found.level), found.people, found.replies)


def people(members: Sequence[Member], attempts: Mapping[str, Sequence[Attempt]]) -> tuple[PersonRow, ...]:
    """The members with what they have finished."""
    return tuple(
        PersonRow(
            member,
            len(found := attempts.get(member.id, ())),
            max((a.started_at for a in found), default=None),
        )
        for member in members
    )
