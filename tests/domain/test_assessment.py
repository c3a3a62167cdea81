from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simcustomer.domain.assessment import Assessment, Evidence, Finding, Ungraded
from simcustomer.domain.session import Scorecard
from tests.domain.test_rubric import rubric, technique

REPLY = "I can see that three missed visits have cost you."


def shown(indicator: str, quote: str) -> Evidence:
    return Evidence(technique="empathy", indicator=indicator, quote=quote)


def test_a_quote_that_is_not_in_the_reply_earns_nothing() -> None:
    finding = Finding(
        technique="empathy",
        occasion=True,
        evidence=(shown("names", "I feel for you"), shown("ties", "three missed visits")),
    )
    assessment = Assessment.of(rubric(), REPLY, [finding])
    assert assessment.levels == {"empathy": 1}
    assert [e.quote for e in assessment.evidence] == ["three missed visits"]
    assert [e.quote for e in assessment.unverified] == ["I feel for you"]


def test_a_technique_without_a_finding_has_no_level() -> None:
    two = rubric(technique("empathy"), technique("closing"))
    assert Assessment.of(two, REPLY, []).levels == {"empathy": None, "closing": None}
    assert Assessment.of(two, REPLY, []).overall is None


def test_a_missing_act_counts_without_a_quote() -> None:
    finding = Finding(
        technique="empathy", occasion=True, evidence=(shown("names", "cost you"),), missing=("dismisses",)
    )
    assert Assessment.of(rubric(), REPLY, [finding]).levels == {"empathy": 0}


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_evidence_is_always_verbatim(reply: str, quote: str) -> None:
    assessment = Assessment.of(
        rubric(), reply, [Finding(technique="empathy", occasion=True, evidence=(shown("names", quote),))]
    )
    assert all(evidence.quote in reply for evidence in assessment.evidence)
    assert (assessment.levels["empathy"] == 1) == (quote in reply)


def graded(level: int | None) -> Assessment:
    evidence = {0: (), 1: ("names",), 2: ("names", "ties"), 3: ("names", "ties", "first")}
    finding = Finding(
        technique="empathy",
        occasion=level is not None,
        evidence=tuple(shown(name, "cost") for name in evidence.get(level or 0, ())),
    )
    return Assessment.of(rubric(), REPLY, [finding])


def test_scorecard_leaves_ungraded_and_null_out() -> None:
    card = Scorecard.of(rubric(), [graded(3), graded(None), Ungraded(reason="no answer")])
    assert card.levels == {"empathy": 3}
    assert (card.overall, card.passed, card.graded, card.ungraded) == (100.0, True, 2, 1)


def test_scorecard_counts_a_zero() -> None:
    card = Scorecard.of(rubric(), [graded(3), graded(0)])
    assert card.levels == {"empathy": 1.5}
    assert (card.overall, card.passed) == (50.0, False)


def test_a_session_of_ungraded_replies_has_no_score() -> None:
    card = Scorecard.of(rubric(), [Ungraded(reason="no answer")])
    assert card.levels == {"empathy": None}
    assert (card.overall, card.passed, card.ungraded) == (None, None, 1)


def test_an_empty_session_has_no_score() -> None:
    assert Scorecard.of(rubric(), []).overall is None
