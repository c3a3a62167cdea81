"""Disputes, what managers decide, and what an override counts for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from simcustomer.domain.accounts import LOCAL
from simcustomer.domain.assessment import Assessment
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.errors import InvalidInput, NotAllowed, NotFound, TurnConflict
from simcustomer.reviews import Reviews
from simcustomer.team import Team
from tests.conftest import postgres_url
from tests.support.teams import ANN, BEN, EVE, MAX, Office, office_on

REASON = "The words “calm down” quote the customer."


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path, dean: Persona, rubric: Rubric) -> Iterator[Office]:
    url = postgres_url() if request.param == "postgres" else f"sqlite:///{tmp_path / 'reviews.db'}"
    with office_on(url, dean, rubric) as opened:
        yield opened


@pytest.fixture
def session(office: Office) -> Session:
    return office.talk("ann", "I am sorry.", "You had better calm down.")


def grader_levels(session: Session, number: int) -> dict[str, int | None]:
    grade = session.exchanges[number - 1].grade
    assert isinstance(grade, Assessment)
    return dict(grade.levels)


def test_a_dispute_waits_in_the_queue_until_it_is_declined(office: Office, session: Session) -> None:
    office.reviews.dispute(ANN, session.id, 2, "composure", f"  {REASON}\u202e ")
    (waiting,) = office.reviews.queue(MAX).disputes
    assert (waiting.member.id, waiting.dispute.number, waiting.dispute.reason) == ("ann", 2, REASON)
    assert office.reviews.waiting(MAX) == 1
    office.reviews.decline(MAX, session.id, 2, "composure", "It is an order, whoever says it.")
    (answered,) = office.reviews.of_session(session.id)
    assert answered.decision is not None
    assert (answered.decision.accepted, answered.decision.by) == (False, "Max")
    assert office.reviews.waiting(MAX) == 0
    assert office.practice.open(session.id, owner="ann").scorecard == session.scorecard
    assert ("max", "dispute_declined", session.id, "reply 2, composure") in office.noted.entries


def test_an_override_counts_and_the_graders_level_stays(office: Office, session: Session) -> None:
    office.reviews.dispute(ANN, session.id, 2, "composure", REASON)
    office.reviews.override(MAX, session.id, 2, ("composure", 3), "Indeed a quote.")
    after = office.practice.open(session.id, owner="ann")
    assert grader_levels(after, 2) == grader_levels(session, 2)
    counted = after.exchanges[1].counted(after.rubric)
    assert isinstance(counted, Assessment)
    assert (counted.levels["composure"], counted.overall) == (3, 3)
    assert after.scorecard.levels["composure"] == 3
    assert after.scorecard.overridden == ("composure",)
    assert (after.scorecard.overall or 0) > (session.scorecard.overall or 0)
    (attempt,) = office.practice.finished(owner="ann")
    assert attempt.scorecard == attempt.own == after.scorecard
    (answered,) = office.reviews.of_session(session.id)
    assert answered.decision is not None
    assert answered.decision.accepted
    assert ("max", "level_overridden", session.id, "reply 2, composure: 1 -> 3") in office.noted.entries


def test_no_occasion_takes_the_technique_out_of_the_score(office: Office, session: Session) -> None:
    office.reviews.override(MAX, session.id, 2, ("composure", None), "Nothing to keep calm about.")
    card = office.practice.open(session.id, owner="ann").scorecard
    assert card.levels["composure"] is None
    assert "composure" not in card.occasions
    assert card.overridden == ("composure",)


def test_the_last_override_stands(office: Office, session: Session) -> None:
    for level in (3, 1):
        office.reviews.override(MAX, session.id, 2, ("composure", level), f"It is a {level}.")
    (override,) = office.practice.open(session.id, owner="ann").exchanges[1].overrides
    assert (override.level, override.reason) == (1, "It is a 1.")


def test_a_branch_keeps_the_overrides_of_the_replies_it_keeps(office: Office, session: Session) -> None:
    office.reviews.override(MAX, session.id, 1, ("recovery", 3), "All that was due.")
    branch = asyncio.run(office.practice.rewind(session.id, 2, owner="ann"))
    assert office.practice.open(branch.id, owner="ann").exchanges[0].overrides[0].level == 3


def test_grading_again_keeps_what_a_manager_said(office: Office, session: Session) -> None:
    office.reviews.override(MAX, session.id, 2, ("composure", 3), "Indeed a quote.")
    office.grader = "newer"
    asyncio.run(office.practice.regrade(session.id, owner="ann", anew=True))
    assert office.practice.open(session.id, owner="ann").scorecard.levels["composure"] == 3


@pytest.mark.parametrize(
    ("number", "technique", "reason", "error"),
    [
        (2, "composure", " \n ", InvalidInput),
        (2, "composure", "long " * 300, InvalidInput),
        (9, "composure", REASON, NotFound),
        (0, "composure", REASON, NotFound),
        (2, "charm", REASON, NotFound),
    ],
)
def test_what_cannot_be_disputed_is_said(
    office: Office, session: Session, number: int, technique: str, reason: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        office.reviews.dispute(ANN, session.id, number, technique, reason)
    assert office.reviews.of_session(session.id) == ()


def test_a_level_is_disputed_once(office: Office, session: Session) -> None:
    office.reviews.dispute(ANN, session.id, 2, "composure", REASON)
    with pytest.raises(TurnConflict, match="disputed before"):
        office.reviews.dispute(ANN, session.id, 2, "composure", "Again!")


def test_an_answer_is_given_once(office: Office, session: Session) -> None:
    with pytest.raises(TurnConflict, match="no dispute here that waits"):
        office.reviews.decline(MAX, session.id, 2, "composure", "No.")


def test_nobody_disputes_or_decides_for_others(office: Office, session: Session) -> None:
    with pytest.raises(NotFound):
        office.reviews.dispute(BEN, session.id, 2, "composure", REASON)
    office.reviews.dispute(ANN, session.id, 2, "composure", REASON)
    for outsider, error in ((EVE, NotFound), (ANN, NotAllowed)):
        with pytest.raises(error):
            office.reviews.override(outsider, session.id, 2, ("composure", 3), REASON)
        with pytest.raises(error):
            office.reviews.decline(outsider, session.id, 2, "composure", REASON)
        with pytest.raises(error):
            asyncio.run(office.reviews.regrade(outsider, session.id))
    assert office.practice.open(session.id, owner="ann") == session


def test_a_manager_does_not_raise_their_own_levels(office: Office) -> None:
    own = office.talk("max", "You had better calm down.")
    with pytest.raises(NotAllowed, match="another manager"):
        office.reviews.override(MAX, own.id, 1, ("composure", 3), REASON)


def test_who_works_alone_decides_alone(office: Office) -> None:
    own = office.talk("local", "You had better calm down.")
    Reviews(office.practice, Team(office.store)).override(LOCAL, own.id, 1, ("composure", 3), REASON)
    assert office.practice.open(own.id, owner="local").scorecard.levels["composure"] == 3


def test_replies_without_grade_wait_until_they_are_graded_again(office: Office) -> None:
    session = office.talk("ann", "I am sorry.", "This is ungradable.")
    (left,) = office.reviews.queue(MAX).ungraded
    assert (left.member.id, left.number, left.session.id) == ("ann", 2, session.id)
    with pytest.raises(InvalidInput, match="no grade"):
        office.reviews.override(MAX, session.id, 2, ("composure", 3), REASON)
    done = asyncio.run(office.reviews.regrade(MAX, session.id))
    assert done.failed == {2: "the grader was <told> not to"}
    assert office.noted.entries[-1][:2] == ("max", "session_regraded")
