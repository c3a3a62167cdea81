"""A team to test with: its people by id, and sessions that they finished with scripted players."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from simcustomer import wiring
from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.audit import Audited
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.practice import Practice
from simcustomer.reviews import Reviews
from simcustomer.store import Store, open_store
from simcustomer.store.tables import metadata
from simcustomer.team import Member, Team
from tests.fakes import ScriptedGrader, scripted_cast

SIGNS = (
    ("recovery.sincere_apology", "sorry"),
    ("recovery.no_excuse", "sorry"),
    ("!composure.defensive", "calm down"),
    ("empathy.names_feeling", "sorry"),
)

MAX = Visitor(id="max", name="Max", roles=frozenset({Role.MANAGER}))
ANN = Visitor(id="ann", name="Ann", roles=frozenset({Role.TRAINEE}))
BEN = Visitor(id="ben", name="Ben", roles=frozenset({Role.TRAINEE}))
EVE = Visitor(id="eve", name="Eve", roles=frozenset({Role.MANAGER, Role.TRAINEE}))
"""Max manages Ann and Ben; Eve manages a team of her own."""


class Directory:
    """Who is in which team."""

    teams: ClassVar = {"Billing": ("ann", "ben", "max"), "Sales": ("eve",)}
    names: ClassVar = {v.id: v.name for v in (MAX, ANN, BEN, EVE)}

    def team_of(self, person: str) -> str | None:
        return next((team for team, people in self.teams.items() if person in people), None)

    def members(self, team: str) -> tuple[Member, ...]:
        return tuple(Member(person, self.names[person]) for person in self.teams.get(team, ()))


@dataclass
class Noted:
    """Keeps what was written down."""

    entries: list[tuple[str, Audited, str, str]] = field(default_factory=list[tuple[str, Audited, str, str]])

    def __call__(self, who: str, what: Audited, about: str, detail: str) -> None:
        self.entries.append((who, what, about, detail))


@dataclass
class Office:
    """The use cases of a team over one store."""

    store: Store
    persona: Persona
    rubric: Rubric
    grader: str = "scripted-grader"
    noted: Noted = field(default_factory=Noted)

    @property
    def practice(self) -> Practice:
        cast = scripted_cast(grader=ScriptedGrader(SIGNS, self.grader))
        return wiring.practice(self.store, cast, longest_reply=500)

    @property
    def team(self) -> Team:
        return Team(self.store, Directory(), self.noted)

    @property
    def reviews(self) -> Reviews:
        return Reviews(self.practice, self.team)

    def talk(self, owner: str, *replies: str, finish: bool = True) -> Session:
        """A session of this owner with these replies."""
        return asyncio.run(self._talk(owner, replies, finish=finish))

    async def _talk(self, owner: str, replies: tuple[str, ...], *, finish: bool) -> Session:
        practice = self.practice
        begun = practice.start(self.persona, self.rubric, owner=owner, seed=1)
        for reply in replies:
            async for _ in practice.respond(begun.id, reply, owner=owner):
                pass
        return await practice.finish(begun.id, owner=owner) if finish else practice.open(begun.id, owner=owner)


@contextmanager
def office_on(url: str, persona: Persona, rubric: Rubric) -> Iterator[Office]:
    """An office on a database in which nobody has said anything yet."""
    store = open_store(url)
    with store.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "contents":
                connection.execute(table.delete())
    yield Office(store, persona, rubric)
    store.close()
