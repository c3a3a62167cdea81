from __future__ import annotations

import asyncio

import pytest

from simcustomer.domain.persona import Outcome
from simcustomer.domain.session import Origin, Session
from simcustomer.practice import Practice
from simcustomer.ui import debrief_views, fork_views
from simcustomer.ui.rendering import Renderer
from tests.ui.conftest import EVIL


@pytest.fixture
def branch(practice: Practice, ended: Session) -> Session:
    """The second reply of three tried again, and the conversation ended after it."""

    async def talk() -> Session:
        begun = await practice.rewind(ended.id, 2, owner="local")
        async for _ in practice.respond(begun.id, "Sorry. <b>Really</b>.", owner="local"):
            pass
        return await practice.finish(begun.id, owner="local")

    return asyncio.run(talk())


def compared(renderer: Renderer, session: Session, view: fork_views.Comparison) -> str:
    page = renderer.html("debrief", view=debrief_views.debrief(session), compared=view, again=())
    return page[page.index('class="comparison"') :].partition("</section>")[0]


def test_a_fork_shows_the_way_there_and_what_was_said_then(ended: Session, renderer: Renderer) -> None:
    view = fork_views.fork(ended, 2)
    assert [m.text for m in view.earlier] == [ended.opening, EVIL]
    assert (view.latest.text, view.mood) == (ended.exchanges[0].answer, ended.exchanges[0].stance.mood)
    assert (view.taken.reply.text, view.taken.overall) == ("This is ungradable.", None)
    page = renderer.html("fork", view=view)
    assert "Not graded" in page
    assert page.count("<h1") == 1
    assert "<script" not in page
    assert f'href="?session={ended.id}"' in page


def test_before_the_first_reply_there_is_the_opening_alone(ended: Session) -> None:
    view = fork_views.fork(ended, 1)
    assert (view.earlier, view.latest.text, view.mood) == ((), ended.opening, ended.persona.mood)


@pytest.mark.parametrize("number", [0, 4])
def test_there_is_no_fork_at_a_reply_that_was_not_given(ended: Session, number: int) -> None:
    with pytest.raises(ValueError, match=f"no reply {number}"):
        fork_views.fork(ended, number)


def test_every_reply_of_a_debrief_leads_to_its_fork(ended: Session, renderer: Renderer) -> None:
    page = renderer.html("debrief", view=debrief_views.debrief(ended), compared=None, again=())
    for number in (1, 2, 3):
        assert f'href="?session={ended.id}&amp;reply={number}"' in page


def test_an_experts_way_is_shown_while_it_is_played_and_scored_when_it_ended(
    ended: Session, branch: Session, renderer: Renderer
) -> None:
    begun = fork_views.played(ended, None, 2)
    assert (begun.replies, begun.outcome, begun.score) == ((), None, None)
    assert "are talking" in renderer.html("expert", view=begun, is_playing=True)
    done = fork_views.played(ended, branch, 2)
    assert [side.reply.text for side in done.replies] == ["Sorry. <b>Really</b>."]
    assert (done.score, done.score_then) == (
        branch.scorecard_from(2).overall,
        ended.scorecard_from(2).overall,
    )
    page = renderer.html("expert", view=done, is_playing=False)
    assert f"The expert scored {done.score:g} of 100" in page
    assert "<b>" not in page


def test_two_tries_are_compared_from_where_they_part(ended: Session, branch: Session, renderer: Renderer) -> None:
    view = fork_views.comparison(ended, branch)
    assert (view.number, view.alike) == (2, True)
    assert [step.number for step in view.steps] == [2, 3]
    assert view.steps[1].second is None
    assert (view.first.outcome, view.second.outcome) == (Outcome.ESCALATED, Outcome.ENDED_BY_TRAINEE)
    assert (view.first.score, view.second.score) == (ended.scorecard_from(2).overall, branch.scorecard_from(2).overall)
    recovery = next(c for c in view.changes if c.technique == branch.rubric.technique("recovery").name)
    was, now = ended.scorecard_from(2).levels["recovery"], branch.scorecard_from(2).levels["recovery"]
    assert was is not None
    assert now is not None
    assert (recovery.first.value, recovery.second.value, recovery.by) == (was, now, round(now - was, 2))
    page = compared(renderer, branch, view)
    assert "The conversation had ended." in page
    assert "alert(" not in page
    assert "Sorry. &lt;b&gt;Really&lt;/b&gt;." in page


def test_a_technique_without_occasion_in_one_try_has_no_change(ended: Session, branch: Session) -> None:
    changes = {c.technique: c for c in fork_views.comparison(ended, branch).changes}
    lone = [c for c in changes.values() if (c.first.value is None) != (c.second.value is None)]
    assert all(c.by is None for c in lone)
    assert all(c.first.value is not None or c.second.value is not None for c in changes.values())


def test_scores_of_two_graders_are_not_set_against_each_other(
    ended: Session, branch: Session, renderer: Renderer
) -> None:
    other = branch.model_copy(update={"provenance": branch.provenance.model_copy(update={"grader": "another"})})
    view = fork_views.comparison(ended, other)
    assert not view.alike
    page = compared(renderer, other, view)
    assert "Two different graders" in page
    assert "▲" not in page
    assert "▼" not in page


def test_strangers_and_unfinished_tries_are_not_compared(ended: Session, branch: Session) -> None:
    stranger = branch.model_copy(update={"origin": Origin(session="elsewhere", reply=2)})
    for other in (ended, stranger, branch.model_copy(update={"outcome": None})):
        with pytest.raises(ValueError, match=r"no branch|not ended"):
            fork_views.comparison(ended, other)


def test_the_first_debrief_leads_to_where_it_was_tried_again(
    practice: Practice, ended: Session, branch: Session, renderer: Renderer
) -> None:
    finished = practice.finished(owner="local")
    (found,) = fork_views.again(finished, ended.id)
    assert found == (branch.id, 2, Outcome.ENDED_BY_TRAINEE, branch.scorecard_from(2).overall)
    assert fork_views.again(finished, branch.id) == ()
    page = renderer.html("debrief", view=debrief_views.debrief(ended), compared=None, again=(found,))
    assert f'<a href="?session={branch.id}">From reply 2:</a>' in page
