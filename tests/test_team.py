"""Assignments, how people stand, and what a manager may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from simcustomer.domain.accounts import LOCAL
from simcustomer.domain.assignment import Standing
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.team_profile import profiles
from simcustomer.errors import InvalidInput, NotAllowed, NotFound
from simcustomer.team import Team
from tests.conftest import postgres_url
from tests.support.teams import ANN, EVE, MAX, Office, office_on

TOMORROW = date.today() + timedelta(days=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path, dean: Persona, rubric: Rubric) -> Iterator[Office]:
    url = postgres_url() if request.param == "postgres" else f"sqlite:///{tmp_path / 'team.db'}"
    with office_on(url, dean, rubric) as opened:
        yield opened


def standing(office: Office, person: str) -> Standing:
    return next(row.result.standing for row in office.team.board(MAX) if row.member.id == person)


def test_standing_follows_what_was_done_since(office: Office) -> None:
    office.talk("ann", "I am sorry.")
    office.team.assign(MAX, [office.persona], people=["ann"], due=TOMORROW, pass_mark=45)
    assert standing(office, "ann") is Standing.NOT_BEGUN
    office.talk("ann", "I am sorry.", finish=False)
    assert standing(office, "ann") is Standing.BEGUN
    office.talk("ann", "You had better calm down.")
    assert standing(office, "ann") is Standing.DONE
    passed = office.talk("ann", "I am sorry.")
    (row,) = office.team.board(MAX)
    assert row.result.standing is Standing.PASSED
    assert (row.result.attempts, row.result.session, row.result.late) == (2, passed.id, False)
    assert row.result.best == row.result.latest == passed.scorecard.overall


def test_overdue_until_it_is_passed(office: Office) -> None:
    (made,) = office.team.assign(MAX, [office.persona], people=["ann"], due=TOMORROW, pass_mark=45)
    later = Team(office.store, office.team.people, office.noted, now=lambda: made.at + timedelta(days=3))
    (row,) = later.board(MAX)
    assert row.result.standing is Standing.OVERDUE
    office.talk("ann", "I am sorry.")
    (row,) = later.board(MAX)
    assert row.result.standing is Standing.PASSED


def test_a_whole_team_is_whoever_is_in_it(office: Office) -> None:
    office.team.assign(MAX, [office.persona], people=None, due=TOMORROW, pass_mark=45)
    assert [row.member.name for row in office.team.board(MAX)] == ["Ann", "Ben", "Max"]
    (mine,) = office.team.assigned_to("ben", ())
    assert mine.assignment.persona == office.persona.id
    assert office.team.assigned_to("eve", ()) == ()


@pytest.mark.parametrize(
    ("people", "due", "mark", "words"),
    [
        ([], TOMORROW, 60, "choose at least one person"),
        (["ann"], TOMORROW - timedelta(days=5), 60, "is past"),
        (["ann"], TOMORROW, 101, "from 0 to 100"),
    ],
)
def test_what_cannot_be_assigned_is_said(office: Office, people: list[str], due: date, mark: int, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        office.team.assign(MAX, [office.persona], people=people, due=due, pass_mark=mark)
    with pytest.raises(InvalidInput, match="at least one customer"):
        office.team.assign(MAX, [], people=None, due=TOMORROW, pass_mark=60)
    assert office.team.board(MAX) == ()


def test_a_manager_reaches_their_own_team_alone(office: Office) -> None:
    session = office.talk("ann", "I am sorry.")
    (made,) = office.team.assign(MAX, [office.persona], people=["ann"], due=TOMORROW, pass_mark=45)
    with pytest.raises(NotFound):
        office.team.read(EVE, session.id)
    with pytest.raises(NotFound):
        office.team.withdraw(EVE, made.id)
    with pytest.raises(NotFound):
        office.team.assign(EVE, [office.persona], people=["ann"], due=TOMORROW, pass_mark=45)
    for ask in (office.team.members, office.team.board, office.reviews.queue):
        with pytest.raises(NotAllowed):
            ask(ANN)
    with pytest.raises(NotAllowed):
        office.team.read(ANN, session.id)
    with pytest.raises(NotFound, match="in no team"):
        office.team.members(LOCAL)


def test_each_reading_of_a_session_is_written_down(office: Office) -> None:
    session = office.talk("ann", "I am sorry.")
    assert office.team.read(MAX, session.id) == session
    assert office.noted.entries == [("max", "session_read", session.id, "of ann")]


def test_withdrawn_is_gone_for_everyone(office: Office) -> None:
    (made,) = office.team.assign(MAX, [office.persona], people=["ann"], due=TOMORROW, pass_mark=45)
    office.team.withdraw(MAX, made.id)
    assert office.team.board(MAX) == office.team.assigned_to("ann", ()) == ()
    with pytest.raises(NotFound):
        office.team.withdraw(MAX, made.id)


def test_a_profile_is_a_mean_over_people_and_never_over_two_graders(office: Office) -> None:
    office.grader = "older"
    office.talk("ben", "I am sorry.")
    office.grader = "newer"
    office.talk("ann", "I am sorry.", "You had better calm down.", "I am sorry.")
    office.talk("ben", "You had better calm down.")
    newer, older = profiles(office.team.attempts(MAX))
    assert (newer.provenance.grader, older.provenance.grader) == ("newer", "older")
    assert (newer.changed, older.changed) == ((), ("grader",))
    assert (newer.people, newer.sessions) == (2, 2)
    recovery, composure = newer.levels["recovery"], newer.levels["composure"]
    assert (recovery.people, recovery.replies) == (1, 2)
    assert (composure.people, composure.replies) == (2, 2)
