from __future__ import annotations

from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from tests.evaluation.lint.planting import only, planted

SOFTENER = "words: [three times, three visits"
TRIGGER = "words: [nobody was home, nobody was in"
OFFER = "words: [heater, heaters"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("'third (time|visit)'", "regular expression"),
        (r"'third\s+time'", "regular expression"),
        ("'no.*engineer'", "regular expression"),
        ("'colou?r chart'", "regular expression"),
        ("'you\u2019re right'", "evens out"),
        ("'third\u200b time'", "evens out"),
        ("'third  time'", "evens out"),
        ("'you'", "nearly every reply"),
    ],
)
def test_words_that_no_reply_can_match(words: str, says: str, tmp_path: Path, rubric: Rubric) -> None:
    places = {
        "softeners.0": SOFTENER,
        "triggers.7": TRIGGER,
        "offers.3": OFFER,
        "deal_breakers.0": "words: [you were out,",
    }
    findings = planted(tmp_path, rubric, *((old, old.replace("[", f"[{words}, ")) for old in places.values()))
    unmatched = {finding.field: finding.what for finding in findings if finding.what.count(says)}
    assert set(unmatched) == {f"{place}.words.0" for place in places}


def test_words_that_are_never_taken_as_meant(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, (SOFTENER, "words: ['\"three times\"', three visits")))
    assert found.field == "softeners.0.words.0"
    found = only(planted(tmp_path, rubric, (OFFER, "words: [we might see about heaters, heaters")))
    assert found.field == "offers.3.words.0"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("technique: recovery", "technique: recovry", "softeners.2.technique"),
        ("misstep: empathy.hollow", "misstep: empathy.hollow_words", "triggers.0.misstep"),
        ("trains: [active_listening", "trains: [listening", "trains.0"),
    ],
)
def test_signs_that_the_rubric_lacks(old: str, new: str, field: str, tmp_path: Path, rubric: Rubric) -> None:
    assert only(planted(tmp_path, rubric, (old, new))).field == field


def test_a_deal_breaker_by_an_offer_that_is_none(tmp_path: Path, rubric: Rubric) -> None:
    breaker = (
        "deal_breakers:\n  - {id: sold_to, because: was sold something, offer: renewal_discont, ending: no_agreement}\n"
    )
    found = only(planted(tmp_path, rubric, ("deal_breakers:\n", breaker)))
    assert found.field == "deal_breakers.0.offer"
    assert "renewal_discount" in found.remedy
