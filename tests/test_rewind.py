"""Going back to a reply: as a new session, and with a simulated trainee on a branch that is not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.domain.assessment import Ungraded
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Origin, Session
from simcustomer.errors import NotFound
from simcustomer.practice import Practice, Settled
from simcustomer.store import Store, open_store
from tests.fakes import FailingFor, ScriptedCustomer, scripted_cast

REPLIES = (
    "I'm sorry that nobody came three times and that you lost a day's pay for each. What does the boiler show?",
    "Calm down, it is only a boiler.",
    "There is nothing I can do.",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'rewind.db'}")
    yield opened
    opened.close()


@pytest.fixture
def practice(store: Store) -> Practice:
    return wiring.practice(store, wiring.cast(), longest_reply=5000)


@pytest.fixture
def parent(practice: Practice, dean: Persona, rubric: Rubric) -> Session:
    return asyncio.run(talked(practice, practice.start(dean, rubric, owner="ann", seed=1), *REPLIES, ends=True))


async def talked(practice: Practice, session: Session, *replies: str, ends: bool = False) -> Session:
    for reply in replies:
        async for event in practice.respond(session.id, reply, owner="ann"):
            if isinstance(event, Settled):
                session = event.session
    return await practice.finish(session.id, owner="ann") if ends else session


def rewound(practice: Practice, session: Session, number: int, owner: str = "ann") -> Session:
    return asyncio.run(practice.rewind(session.id, number, owner=owner))


def test_a_branch_keeps_what_was_before_and_goes_on_from_there(practice: Practice, parent: Session) -> None:
    branch = rewound(practice, parent, 2)
    assert branch.id != parent.id
    assert branch.origin == Origin(session=parent.id, reply=2)
    assert branch.exchanges == parent.exchanges[:1]
    assert (branch.outcome, branch.debrief, branch.pending, branch.ended_at) == (None, None, None, None)
    assert branch.mood == parent.exchanges[0].stance.mood
    assert practice.open(branch.id, owner="ann") == branch
    after = asyncio.run(talked(practice, branch, "I can book Sunita Rao for you, first job of the day tomorrow."))
    assert [e.number for e in after.exchanges] == [1, 2]
    assert after.exchanges[1].stance.mood != parent.exchanges[1].stance.mood
    assert practice.open(parent.id, owner="ann") == parent


def test_the_same_reply_gives_the_same_answer(practice: Practice, parent: Session) -> None:
    after = asyncio.run(talked(practice, rewound(practice, parent, 2), REPLIES[1]))
    assert after.exchanges == parent.exchanges[:2]


def test_from_the_first_reply_only_the_opening_is_kept(practice: Practice, parent: Session) -> None:
    branch = rewound(practice, parent, 1)
    assert (branch.opening, branch.exchanges, branch.mood) == (parent.opening, (), parent.persona.mood)


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_a_reply_that_is_not_there_cannot_be_gone_back_to(
    practice: Practice, store: Store, parent: Session, number: int
) -> None:
    with pytest.raises(NotFound, match="from 1 to 3"):
        rewound(practice, parent, number)
    assert len(store.list("ann")) == 1


def test_where_nothing_was_said_the_message_says_so(practice: Practice, dean: Persona, rubric: Rubric) -> None:
    with pytest.raises(NotFound, match="Nothing was said"):
        rewound(practice, practice.start(dean, rubric, owner="ann"), 1)


def test_nobody_elses_session_can_be_rewound(practice: Practice, store: Store, parent: Session) -> None:
    with pytest.raises(NotFound):
        rewound(practice, parent, 2, owner="ben")
    assert store.list("ben") == ()


def test_no_session_mixes_the_grades_of_two_graders(practice: Practice, store: Store, parent: Session) -> None:
    other = scripted_cast(ScriptedCustomer(), FailingFor("another-grader", "Calm down"))  # type: ignore[arg-type]
    branch = rewound(wiring.practice(store, other, longest_reply=5000), parent, 3)
    assert branch.provenance.grader == "another-grader"
    assert branch.provenance.customer == f"{parent.provenance.customer}, then scripted-customer"
    first, second = (e.grade for e in branch.exchanges)
    assert first != parent.exchanges[0].grade
    assert isinstance(second, Ungraded)
    assert [e.grade for e in practice.open(parent.id, owner="ann").exchanges] == [e.grade for e in parent.exchanges]


def test_an_expert_goes_on_and_nothing_of_it_is_kept(practice: Practice, store: Store, parent: Session) -> None:
    async def watched() -> list[Session]:
        return [s async for s in practice.rehearse(parent.id, 2, wiring.trainee("expert"), owner="ann")]

    played = asyncio.run(watched())
    assert [len(s.exchanges) for s in played] == list(range(2, len(played) + 2))
    assert all(s.exchanges[:1] == parent.exchanges[:1] for s in played)
    assert played[-1].outcome in {Outcome.RESOLVED, Outcome.COMPROMISE}
    assert played[-1].scorecard_from(2).overall > parent.scorecard_from(2).overall  # type: ignore[operator]
    assert [row.id for row in store.list("ann")] == [parent.id]
    assert practice.open(parent.id, owner="ann") == parent


def test_nobody_elses_session_can_be_rehearsed(practice: Practice, parent: Session) -> None:
    async def first() -> Session:
        return await anext(practice.rehearse(parent.id, 2, wiring.trainee("expert"), owner="ben"))

    with pytest.raises(NotFound):
        asyncio.run(first())


def test_two_rewinds_are_two_sessions(practice: Practice, store: Store, parent: Session) -> None:
    ids = iter(["one", "two"])
    numbered = replace(practice, new_id=lambda: next(ids))
    assert [rewound(numbered, parent, 2).id, rewound(numbered, parent, 2).id] == ["one", "two"]
    assert len(store.list("ann")) == 3
