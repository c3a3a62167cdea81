from __future__ import annotations

import re

import pytest
from markupsafe import escape

from simcustomer.domain.assessment import Assessment, Evidence, Grade
from simcustomer.domain.persona import Outcome
from simcustomer.domain.session import Debrief, Hint, Note, Session
from simcustomer.ui import debrief_views
from simcustomer.ui.rendering import Renderer
from tests.ui.conftest import EVIL


@pytest.fixture
def page(ended: Session, renderer: Renderer) -> str:
    return renderer.html("debrief", view=debrief_views.debrief(ended), compared=None, again=())


def test_a_session_that_goes_on_has_none(begun: Session) -> None:
    with pytest.raises(ValueError, match="not ended"):
        debrief_views.debrief(begun)


def test_outcome_and_score(ended: Session, page: str) -> None:
    view = debrief_views.debrief(ended)
    assert (view.outcome, view.tone, view.passed) == ("escalated", "open", ended.scorecard.passed)
    assert view.score == ended.scorecard.overall
    assert f"{view.score:g} of 100" in page
    assert "Pass mark 60" in page
    assert "1 reply could not be graded" in page


def test_each_technique_has_a_number_a_word_and_a_bar(ended: Session, page: str) -> None:
    levels = {level.technique: level for level in debrief_views.debrief(ended).techniques}
    assert len(levels) == len(ended.rubric.techniques)
    assert (levels["Closing"].value, levels["Closing"].word) == (None, None)
    shown = [level for level in levels.values() if level.value is not None]
    assert shown
    assert page.count("no occasion") >= len(levels) - len(shown)
    for level in shown:
        assert f"{level.value:g} of 3" in page
        assert f"width: {level.share}%" in page


def test_how_far_several_gradings_agreed_stands_beside_the_level(ended: Session, page: str, renderer: Renderer) -> None:
    def sampled(grade: Grade) -> Grade:
        if not isinstance(grade, Assessment):
            return grade
        verdicts = tuple(verdict.model_copy(update={"agreement": 0.8}) for verdict in grade.verdicts)
        return grade.model_copy(update={"verdicts": verdicts})

    exchanges = tuple(e.model_copy(update={"grade": sampled(e.grade)}) for e in ended.exchanges)
    view = debrief_views.debrief(ended.model_copy(update={"exchanges": exchanges}))
    shown = renderer.html("debrief", view=view, compared=None, again=())
    graded = [level for level in view.techniques if level.value is not None]
    assert shown.count("several gradings agreed to 80 %") == len(graded) > 0
    assert "several gradings" not in page


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0, "missing"),
        (0.49, "missing"),
        (0.5, "attempted"),
        (1.49, "attempted"),
        (1.5, "competent"),
        (2.5, "exemplary"),
        (3, "exemplary"),
    ],
)
def test_a_mean_takes_the_word_of_the_nearest_level(value: float, word: str) -> None:
    level = debrief_views.level_of("Empathy", value)
    assert (level.word, level.share) == (word, round(value / 3 * 100, 1))


def test_evidence_is_marked_and_noted(ended: Session, page: str) -> None:
    reply = debrief_views.debrief(ended).replies[0]
    assert "".join(piece.text for piece in reply.pieces) == EVIL
    assert [(p.text, p.good, p.bad) for p in reply.pieces if p.good or p.bad] == [
        ("Sorry", True, False),
        ("calm down", False, True),
    ]
    assert [(n.number, n.good, n.quote) for n in reply.notes] == [(1, True, "Sorry"), (2, False, "calm down")]
    for sign, words, mark in (("good", "Sorry", "✓1"), ("bad", "calm down", "✗2")):
        link = rf'<a id="mark-1-{mark[1]}" href="#note-1-{mark[1]}" [^>]*>{mark}</a>'
        assert re.search(rf'<mark class="{sign}">{words}</mark><sup class="ref {sign}">{link}</sup>', page)
        assert f'<li id="note-1-{mark[1]}"' in page
    recovery = ended.rubric.technique("recovery")
    assert str(escape(recovery.indicators["apologises"])) in page
    assert reply.missing == ((recovery.name, recovery.missteps["no_apology"]),)
    assert re.search(r"Left out\. No apology", page)


def test_an_ungraded_reply_says_why(ended: Session, page: str) -> None:
    reply = debrief_views.debrief(ended).replies[1]
    assert (reply.ungraded, reply.levels, reply.notes) == ("the grader was <told> not to", (), ())
    assert "Not graded: the grader was &lt;told&gt; not to" in page


def test_quotes_that_did_not_count_are_reported(ended: Session, renderer: Renderer) -> None:
    first = ended.exchanges[0]
    assert isinstance(first.grade, Assessment)
    invented = Evidence(technique="empathy", indicator="names_feeling", quote="I feel with you")
    grade = first.grade.model_copy(update={"unverified": (invented,)})
    session = ended.model_copy(update={"exchanges": (first.model_copy(update={"grade": grade}), *ended.exchanges[1:])})
    page = renderer.html("debrief", view=debrief_views.debrief(session), compared=None, again=())
    assert "1 quote of the grader was not in your reply and did not count." in page
    assert "I feel with you" not in page


def test_the_mood_is_told_with_its_reasons(ended: Session, page: str) -> None:
    rows = debrief_views.debrief(ended).moods
    assert [row.number for row in rows] == [0, 1, 2, 3]
    assert rows[0].mood == ended.persona.mood
    for exchange, row in zip(ended.exchanges, rows[1:], strict=True):
        assert row.mood == exchange.stance.mood
        assert row.why == tuple(shift.summary for shift in exchange.stance.shifts)
        assert all(reason in page for reason in row.why)
    assert page.count("<polyline") == 3


def test_a_rewrite_stands_beside_the_reply(ended: Session, page: str) -> None:
    rewrite = debrief_views.debrief(ended).rewrites[0]
    assert (rewrite.instead_of, rewrite.suggestion) == ("My supervisor will take over.", "I am sorry that nobody came.")
    assert rewrite.suggestion in page


def test_nothing_in_it_is_markup_of_a_user(ended: Session, page: str) -> None:
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 2
    assert page.count("<h1") == 1


def test_a_session_without_a_reply(begun: Session, renderer: Renderer) -> None:
    session = begun.model_copy(update={"outcome": Outcome.ENDED_BY_TRAINEE})
    page = renderer.html("debrief", view=debrief_views.debrief(session), compared=None, again=())
    assert "there is nothing to debrief" in page
    assert "No score" in page
    assert "<svg" not in page


def test_beside_each_level_stands_how_well_the_grader_agrees_with_raters(
    ended: Session, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def words(grader: str, rubric: str) -> dict[str, str]:
        asked.append((grader, rubric))
        return {"recovery": "good", "composure": "weak"}

    monkeypatch.setattr(debrief_views, "pinned_words", words)
    view = debrief_views.debrief(ended)
    assert asked == [(ended.provenance.grader, ended.provenance.rubric)]
    by_name = {level.technique: level.agreement for level in view.techniques}
    names = {technique.id: technique.name for technique in ended.rubric.techniques}
    assert (by_name[names["recovery"]], by_name[names["composure"]]) == ("good", "weak")
    page = renderer.html("debrief", view=view, compared=None, again=())
    shown = [level for level in view.techniques if level.value is not None]
    table = page[page.index('class="techniques ') :].partition("</table>")[0]
    assert [table.count(f"</span> {word}</td>") for word in ("good", "weak", "not measured")] == [
        sum(level.agreement == word for level in shown) for word in ("good", "weak", "not measured")
    ]


def test_a_grader_that_was_never_measured_is_said_to_be_so(ended: Session) -> None:
    assert {level.agreement for level in debrief_views.debrief(ended).techniques} == {"not measured"}


def test_ones_own_average_stands_beside_each_level(ended: Session, renderer: Renderer) -> None:
    view = debrief_views.debrief(ended, usual={"empathy": 1.5})
    level = next(level for level in view.techniques if level.technique == "Empathy")
    assert (level.usual, level.usual_share) == (1.5, 50.0)
    page = renderer.html("debrief", view=view, compared=None, again=())
    assert "Your average" in page
    assert page.count('class="own" style="left: 50.0%"') == 1
    assert "Your average" not in renderer.html("debrief", view=debrief_views.debrief(ended), compared=None, again=())


def test_hints_and_coaching_are_said_beside_the_score(ended: Session, renderer: Renderer) -> None:
    hint = Hint(exchange=2, technique="empathy", text="Say <b>it</b>.")
    helped = ended.model_copy(update={"hints": (hint,), "coached": True})
    page = renderer.html("debrief", view=debrief_views.debrief(helped), compared=None, again=())
    for text in (
        "with 1 hint",
        "with coaching",
        "Hints that you asked for",
        "before reply 2",
        "Say &lt;b&gt;it&lt;/b&gt;.",
    ):
        assert text in page


def test_words_that_showed_several_things_are_quoted_once(ended: Session, renderer: Renderer) -> None:
    first, second, third, fourth = ended.rubric.ids[:4]
    reply = "I am sorry that nobody came. I will ring you by five."
    notes = [
        Note(technique=first, exchange=1, quote="sorry that nobody came", text="A."),
        Note(technique=second, exchange=1, quote=reply, text="B."),
        Note(technique=third, exchange=2, quote="sorry that nobody came", text="C."),
        Note(technique=fourth, exchange=1, quote="", text="D."),
    ]
    words = Debrief(summary="So.", strengths=tuple(notes), improvements=(), rewrites=())
    view = debrief_views.debrief(ended.model_copy(update={"debrief": words}))
    assert [([p.text for p in r.points], r.number, r.quote) for r in view.strengths] == [
        (["A.", "B."], 1, reply),
        (["C."], 2, "sorry that nobody came"),
        (["D."], 1, ""),
    ]
    assert renderer.html("debrief", view=view, compared=None, again=()).count(f">{reply}</blockquote>") == 1


@pytest.mark.parametrize(("customer", "language"), [("embedded-customer/3", "en"), ("openai:qwen3:14b", "")])
def test_words_of_the_conversation_have_its_language(
    ended: Session, renderer: Renderer, customer: str, language: str
) -> None:
    played = ended.provenance.model_copy(update={"customer": customer})
    view = debrief_views.debrief(ended.model_copy(update={"provenance": played}))
    page = renderer.html("debrief", view=view, compared=None, again=())
    assert set(re.findall(r'lang="(.*?)"', page)) == {language}
