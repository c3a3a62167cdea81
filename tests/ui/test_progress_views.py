from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from simcustomer.domain.persona import Persona
from simcustomer.domain.progress import Attempt, best
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.practice import Practice
from simcustomer.ui import progress_views, views
from simcustomer.ui.progress_views import Asked
from simcustomer.ui.rendering import Renderer

ALL = Asked(None, None, None)

NONE_OPEN = {"unfinished": (), "more_unfinished": 0}


@pytest.fixture
def attempts(practice: Practice, ended: Session) -> tuple[Attempt, ...]:
    """Three: one that ended, its rewinding from the second reply, and one that was ended at once."""

    async def talk() -> None:
        again = await practice.rewind(ended.id, 2, owner="local")
        async for _ in practice.respond(again.id, "Never said anything else.", owner="local"):
            pass
        await practice.finish(again.id, owner="local")
        silent = practice.start(ended.persona, ended.rubric, owner="local", seed=2)
        await practice.finish(silent.id, owner="local")
        practice.start(ended.persona, ended.rubric, owner="local", seed=3)
        other = practice.start(ended.persona, ended.rubric, owner="other", seed=2)
        await practice.finish(other.id, owner="other")

    asyncio.run(talk())
    return practice.finished(owner="local")


def shown(
    attempts: tuple[Attempt, ...], dean: Persona, rubric: Rubric, renderer: Renderer, asked: Asked = ALL
) -> tuple[progress_views.ProgressView, str]:
    view = progress_views.progress_view(attempts, [dean], rubric, asked)
    return view, renderer.html("progress", view=view)


def test_finished_sessions_are_listed_newest_first(
    attempts: tuple[Attempt, ...], ended: Session, dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    view, page = shown(attempts, dean, rubric, renderer)
    assert [row.session for row in view.rows] == [a.session for a in reversed(attempts)]
    assert len(view.rows) == view.total == 3
    assert view.rows[-1].session == ended.id
    assert [row.again_from for row in view.rows] == [None, 2, None]
    assert [row.score for row in view.rows][::2] == [None, ended.scorecard.overall]
    assert "No score" in page
    assert "again from reply 2" in page
    assert f'href="?session={ended.id}"' in page


def test_a_rewound_session_counts_only_what_was_said_in_it(attempts: tuple[Attempt, ...], ended: Session) -> None:
    first, again, _ = attempts
    assert first.own == first.scorecard == ended.scorecard
    assert (again.scorecard.graded, again.own.graded) == (2, 1)
    assert again.own.levels["recovery"] != again.scorecard.levels["recovery"]


def test_filters_narrow_the_sessions(
    attempts: tuple[Attempt, ...], dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    view, page = shown(attempts, dean, rubric, renderer, Asked(dean.id, "escalated", None))
    assert [row.outcome.value for row in view.rows] == ["escalated"]
    assert [choice.chosen for choice in view.personas] == [True]
    assert '<option value="escalated" selected>Handed over</option>' in page
    assert "Show all" in page
    view, page = shown(attempts, dean, rubric, renderer, Asked("somebody-else", None, None))
    assert view.rows == ()
    assert view.trend is None
    assert "No finished session is like this" in page


def test_an_address_is_read_with_care(attempts: tuple[Attempt, ...], rubric: Rubric, dean: Persona) -> None:
    asked = progress_views.asked_of({"customer": "<b>", "outcome": "", "technique": "nothing"}, attempts, rubric)
    assert asked == ALL
    named = {"customer": dean.id, "outcome": "escalated", "technique": "empathy"}
    assert progress_views.asked_of(named, attempts, rubric) == Asked(dean.id, "escalated", "empathy")


def test_a_trend_stands_beside_its_table(
    attempts: tuple[Attempt, ...], dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    view, page = shown(attempts, dean, rubric, renderer, Asked(None, None, "recovery"))
    assert view.trend is not None
    assert [mark.level.value for mark in view.trend.marks] == [a.own.levels["recovery"] for a in attempts[:2]]
    table = page[page.index('class="trend"') :].partition("</table>")[0]
    for mark in view.trend.marks:
        assert f"{mark.level.value:g} of 3" in table
    assert re.search(r'role="img" aria-labelledby="trend-title trend-text"', page)
    assert "break" not in table
    assert [item.id for item in view.techniques if item.chosen] == ["recovery"]


def test_a_break_is_shown_and_named(
    attempts: tuple[Attempt, ...], dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    first, again, silent = attempts
    changed = again.model_copy(update={"provenance": again.provenance.model_copy(update={"grader": "another"})})
    view, page = shown((first, changed, silent), dean, rubric, renderer, Asked(None, None, "recovery"))
    assert view.trend is not None
    assert len(view.trend.chart.breaks) == 1
    assert [mark.changed for mark in view.trend.marks] == [(), ("grader",)]
    assert view.trend.by is None
    assert "Break: another grader." in page
    assert "There is a break in this trend" in page


def test_what_to_practise_next(
    attempts: tuple[Attempt, ...], dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    view, page = shown(attempts, dean, rubric, renderer)
    assert view.advice is not None
    assert [card.id for card in view.advice.cards] == [dean.id]
    assert view.advice.level.technique in [rubric.technique(t).name for t in dean.trains]
    assert f"{view.advice.level.technique} is your weakest technique lately" in page


def test_who_has_finished_nothing_is_told_what_to_do_first(
    practice: Practice, begun: Session, dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    view, page = shown(practice.finished(owner="local"), dean, rubric, renderer)
    assert (view.total, view.trend, view.advice) == (0, None, None)
    assert "Nothing finished yet. Choose a customer" in page
    assert f'href="?persona={dean.id}"' in page
    assert "<table" not in page


def test_the_gallery_shows_the_best_result(
    attempts: tuple[Attempt, ...], ended: Session, dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    (card,) = views.gallery([dean], rubric, best(attempts))
    assert card.best is not None
    assert (card.best.session, card.best.score) == (ended.id, ended.scorecard.overall)
    page = renderer.html("gallery", cards=[card], unusable=(), folder="", **NONE_OPEN)
    assert f"<strong>{card.best.score:g} of 100</strong> · Handed over" in page
    assert "Your best" not in renderer.html(
        "gallery", cards=views.gallery([dean], rubric), unusable=(), folder="", unfinished=(), more_unfinished=0
    )


def test_nothing_in_it_is_markup(
    attempts: tuple[Attempt, ...], dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    evil = tuple(a.model_copy(update={"title": "<script>", "name": "<b>", "persona": '"><i>'}) for a in attempts)
    _, page = shown(evil, dean, rubric, renderer)
    assert "<script" not in page
    assert "<b>" not in page
    assert "<i>" not in page


def test_the_technique_of_another_rubric_leaves_the_page_whole(
    attempts: tuple[Attempt, ...], practice: Practice, dean: Persona, rubric: Rubric, renderer: Renderer
) -> None:
    odd = attempts[0].own.model_copy(update={"levels": {"juggling": 2.0}})
    view, _ = shown((attempts[0].model_copy(update={"own": odd}),), dean, rubric, renderer)
    assert view.trend is None
    assert replace(practice).finished(owner="nobody") == ()
