"""The use cases of a team's manager: assigning practice, seeing how people stand, and reading a session."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple, Protocol

from simcustomer.domain.accounts import LOCAL, Role, Visitor
from simcustomer.domain.assignment import Assignment, Result, Standing, result
from simcustomer.domain.audit import Audited, AuditEntry
from simcustomer.domain.persona import Persona
from simcustomer.domain.progress import Attempt
from simcustomer.domain.session import Session
from simcustomer.errors import InvalidInput, NotAllowed, NotFound
from simcustomer.store import AccountStore, AuditLog, Begun, Store, TeamStore

_log = logging.getLogger(__name__)


class Member(NamedTuple):
    """Someone in a team; `id` owns their sessions."""

    id: str
    name: str


class People(Protocol):
    """Who is in which team."""

    def team_of(self, person: str) -> str | None:
        """The team of a person, by id; None where they are in none."""
        ...

    def members(self, team: str) -> tuple[Member, ...]:
        """The people of a team, by name; none where there is no such team."""
        ...


class Log(Protocol):
    """Where entries about who did what are written; `who` and `about` are ids, and `detail` holds no text of a reply."""

    def __call__(self, who: str, what: Audited, about: str, detail: str) -> None:
        """Write one entry."""
        ...


class Alone:
    """The one user of the single-user mode, who is a team of one."""

    team = "local"

    def team_of(self, person: str) -> str | None:
        """The team of one, for its one user."""
        return self.team if person == LOCAL.id else None

    def members(self, team: str) -> tuple[Member, ...]:
        """Its one user."""
        return (Member(LOCAL.id, LOCAL.name),) if team == self.team else ()


@dataclass(frozen=True)
class Directory:
    """The teams of a store's accounts."""

    accounts: AccountStore

    def team_of(self, person: str) -> str | None:
        """The team of an account, by id."""
        return self.accounts.team_of(person)

    def members(self, team: str) -> tuple[Member, ...]:
        """The accounts of a team, by name; disabled ones are still in it, with what their owners have done."""
        return tuple(Member(account.id, account.name) for account in self.accounts.in_team(team))


@dataclass(frozen=True)
class Audit:
    """Writes into the audit log."""

    log: AuditLog

    def __call__(self, who: str, what: Audited, about: str, detail: str) -> None:
        """Write one entry."""
        self.log.add(AuditEntry(at=datetime.now(UTC), who=who, what=what, about=about, detail=detail))


def to_log(who: str, what: Audited, about: str, detail: str) -> None:
    """Write an entry to the server's log."""
    _log.info("%s: %s %s %s", what.value, who, about, detail)


class Asked(NamedTuple):
    """What is assigned to someone, and how they stand with it."""

    assignment: Assignment
    result: Result


class Row(NamedTuple):
    """How one person stands with one assignment."""

    member: Member
    assignment: Assignment
    result: Result


@dataclass(frozen=True)
class Team:
    """Teams over one store. What only managers may do raises NotAllowed for anyone else, and NotFound outside their own team."""

    store: Store
    people: People = field(default_factory=Alone)
    log: Log = to_log
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def name(self, manager: Visitor) -> str:
        """The manager's team. Raises NotFound where they are in none."""
        if Role.MANAGER not in manager.roles:
            raise NotAllowed("This is for managers of a team. Nothing was done.")
        team = self.people.team_of(manager.id)
        if team is None:
            raise NotFound(
                "Your account is in no team yet. Ask whoever runs simcustomer to put you into one: simcustomer users --help."
            )
        return team

    def members(self, manager: Visitor) -> tuple[Member, ...]:
        """The people of the manager's team, by name."""
        return self.people.members(self.name(manager))

    def member(self, manager: Visitor, person: str) -> Member:
        """The person of this id."""
        for member in self.members(manager):
            if member.id == person:
                return member
        raise NotFound("There is no such person in your team. Choose one from the list.")

    def attempts(self, manager: Visitor) -> dict[str, tuple[Attempt, ...]]:
        """The finished sessions of each member, oldest first."""
        return {member.id: self.store.finished(member.id) for member in self.members(manager)}

    def owner_of(self, manager: Visitor, session_id: str) -> Member:
        """The member whose session it is; NotFound does not tell a session of another team from none."""
        owner = TeamStore(self.store.engine).owner_of(session_id)
        for member in self.members(manager):
            if member.id == owner:
                return member
        raise NotFound("There is no such session in your team. Choose one from the list.")

    def read(self, manager: Visitor, session_id: str) -> Session:
        """A member's session, read only. The reading is logged, unless the session is the manager's own."""
        owner = self.owner_of(manager, session_id)
        session = self.store.load(session_id, owner.id)
        if owner.id != manager.id:
            self.log(manager.id, Audited.SESSION_READ, session_id, f"of {owner.id}")
        return session

    def assign(
        self, manager: Visitor, personas: Sequence[Persona], *, people: Iterable[str] | None, due: date, pass_mark: int
    ) -> tuple[Assignment, ...]:
        """Ask people, by id, or the whole team (None) to practise with personas until a day. Raises InvalidInput."""
        team = self.name(manager)
        chosen = None if people is None else tuple(dict.fromkeys(people))
        if not personas:
            raise InvalidInput("Nothing was assigned: choose at least one customer.")
        if chosen is not None and not chosen:
            raise InvalidInput("Nothing was assigned: choose at least one person, or the whole team.")
        if due < self.today:
            raise InvalidInput(f"Nothing was assigned: {due.isoformat()} is past. Choose a day from today on.")
        if not 0 <= pass_mark <= 100:
            raise InvalidInput("Nothing was assigned: the pass mark is a number from 0 to 100.")
        targets = [{"team": team}] if chosen is None else [{"person": self.member(manager, p).id} for p in chosen]
        made = tuple(
            Assignment(
                id=secrets.token_hex(12),
                persona=persona.id,
                title=persona.title,
                **target,
                due=due,
                pass_mark=pass_mark,
                by=manager.name,
                at=self.now(),
            )
            for persona in personas
            for target in targets
        )
        TeamStore(self.store.engine).assign(made)
        for each in made:
            self.log(manager.id, Audited.PERSONA_ASSIGNED, each.person or f"team {team}", each.persona)
        return made

    def withdraw(self, manager: Visitor, assignment_id: str) -> Assignment:
        """Take back what was assigned in the team; what was practised stays."""
        for assignment in self._assigned(self.name(manager)):
            if assignment.id == assignment_id:
                TeamStore(self.store.engine).withdraw(assignment_id)
                self.log(manager.id, Audited.ASSIGNMENT_WITHDRAWN, assignment_id, assignment.persona)
                return assignment
        raise NotFound("There is no such assignment in your team. Choose one from the list.")

    def board(self, manager: Visitor) -> tuple[Row, ...]:
        """How everyone stands with everything assigned to them, the earliest due first."""
        team, members = self.name(manager), self.members(manager)
        assigned = self._assigned(team)
        begun = TeamStore(self.store.engine).begun(member.id for member in members) if assigned else ()
        # Without anything assigned nobody's sessions need be read.
        attempts = {member.id: self.store.finished(member.id) for member in members} if assigned else {}
        return tuple(
            Row(member, assignment, self._result(assignment, member.id, attempts[member.id], begun))
            for assignment in assigned
            for member in members
            if assignment.team == team or assignment.person == member.id
        )

    def assigned_to(self, person: str, attempts: Sequence[Attempt]) -> tuple[Asked, ...]:
        """What is assigned to someone, by id, what is not passed first; `attempts` are their finished sessions."""
        store, team = TeamStore(self.store.engine), self.people.team_of(person)
        assigned = store.assignments(people=(person,), teams=() if team is None else (team,))
        begun = store.begun((person,)) if assigned else ()
        asked = (Asked(each, self._result(each, person, attempts, begun)) for each in assigned)
        return tuple(sorted(asked, key=lambda a: (a.result.standing is Standing.PASSED, a.assignment.due)))

    @property
    def today(self) -> date:
        """Today in the server's time zone, which due days are reckoned by."""
        return self.now().astimezone().date()

    def _assigned(self, team: str) -> tuple[Assignment, ...]:
        people = (member.id for member in self.people.members(team))
        return TeamStore(self.store.engine).assignments(people=people, teams=(team,))

    def _result(
        self, assignment: Assignment, person: str, attempts: Sequence[Attempt], begun: Sequence[Begun]
    ) -> Result:
        has_begun = any(
            b.owner == person and b.persona == assignment.persona and b.started_at >= assignment.at for b in begun
        )
        return result(assignment, attempts, has_begun=has_begun, today=self.today)
