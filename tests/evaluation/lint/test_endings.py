from __future__ import annotations

from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from tests.conftest import ROOT
from tests.evaluation.lint.planting import DEAN, line_of, only, planted

RESOLVED = "resolved: {anger_at_most: 4.2, trust_at_least: 5.8, from_exchange: 4}"
COMPROMISE = "compromise: {anger_at_most: 5.2, trust_at_least: 4.8, from_exchange: 6}"
COMPLAINT = "complaint: {anger_at_least: 9, patience_at_most: 1.5, from_exchange: 3}"
WALKED_OUT = "walked_out: {patience_at_most: 0.5, from_exchange: 3}"


@pytest.mark.parametrize(
    ("ending", "old", "new"),
    [
        ("resolved", RESOLVED, "resolved: {anger_at_most: 0, trust_at_least: 10, patience_at_most: 0}"),
        ("resolved", RESOLVED, "resolved: {anger_at_least: 8, trust_at_least: 9}"),
        ("compromise", COMPROMISE, "compromise: {anger_at_most: 5.2, trust_at_most: 1}"),
        ("complaint", COMPLAINT, "complaint: {anger_at_least: 10, trust_at_least: 9}"),
        ("walked_out", WALKED_OUT, "walked_out: {anger_at_least: 9.5, patience_at_most: 0, trust_at_least: 9}"),
    ],
)
def test_an_ending_that_the_numbers_never_reach(
    ending: str, old: str, new: str, tmp_path: Path, rubric: Rubric
) -> None:
    found = only(planted(tmp_path, rubric, (old, new)))
    assert (found.field, found.line) == (f"endings.{ending}", line_of(tmp_path, new))
    assert "never reached" in found.what


@pytest.mark.parametrize("ending", ["resolved", "compromise", "complaint", "walked_out"])
def test_an_ending_that_begins_after_the_time_is_up(ending: str, tmp_path: Path, rubric: Rubric) -> None:
    old = {"resolved": RESOLVED, "compromise": COMPROMISE, "complaint": COMPLAINT, "walked_out": WALKED_OUT}[ending]
    found = only(planted(tmp_path, rubric, (old, old.replace("from_exchange: ", "from_exchange: 2"))))
    assert found.field == f"endings.{ending}.from_exchange"
    assert "time is up after 12" in found.what


def test_weak_softeners_reach_no_resolution(tmp_path: Path, rubric: Rubric) -> None:
    """The amounts are made a tenth of what they were, all else is kept."""
    amounts = [
        ("    anger: -0.5\n    trust: 0.4\n", "    anger: -0.05\n    trust: 0.04\n"),
        ("    anger: -0.7\n    trust: 0.6\n", "    anger: -0.07\n    trust: 0.06\n"),
        ("technique: recovery, anger: -0.6, trust: 0.5", "technique: recovery, anger: -0.06, trust: 0.05"),
        ("technique: ownership, anger: -0.5, trust: 0.8", "technique: ownership, anger: -0.05, trust: 0.08"),
        ("technique: expectations, anger: -0.5, trust: 0.6", "technique: expectations, anger: -0.05, trust: 0.06"),
        (
            "technique: active_listening, anger: -0.5, trust: 0.5",
            "technique: active_listening, anger: -0.05, trust: 0.05",
        ),
        ("technique: discovery, anger: -0.2, trust: 0.6", "technique: discovery, anger: -0.02, trust: 0.06"),
        ("    anger: -0.7\n    trust: 0.8\n", "    anger: -0.07\n    trust: 0.08\n"),
    ]
    bound = ("anger_at_most: 4.2", "anger_at_most: 3")
    assert planted(tmp_path, rubric, bound) == []
    found = planted(tmp_path, rubric, bound, *amounts)
    assert "endings.resolved" in {finding.field for finding in found}


def test_a_full_offer_that_the_brief_does_not_allow(tmp_path: Path, rubric: Rubric) -> None:
    text = (ROOT / "personas" / f"{DEAN}.yaml").read_text(encoding="utf-8")
    may = text[text.index("  may:\n") : text.index("  must_not:\n")]
    heaters = '  may:\n    - "Have two electric heaters delivered tonight."\n'
    found = only(planted(tmp_path, rubric, (may, heaters)))
    assert (found.field, found.line) == ("brief.may", line_of(tmp_path, "  may:"))
    assert "worth 'full'" in found.what


def test_no_part_offer_leaves_no_compromise(tmp_path: Path, rubric: Rubric) -> None:
    changes = [("worth: part", "worth: insult")] * 5
    assert planted(tmp_path, rubric, *changes) == [], "dean's deal breaker turns a full offer into a compromise"
    found = only(planted(tmp_path, rubric, *changes, ("ending: compromise_at_best", "ending: no_agreement")))
    assert (found.field, found.line) == ("offers", line_of(tmp_path, "offers:"))


def test_trust_that_nothing_builds(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, ("trust: 5.0", "trust: 9.9")))
    assert (found.field, found.line) == ("facts.9.reveal.trust", line_of(tmp_path, "trust: 9.9"))
    assert "its softeners raise it to" in found.what
