from __future__ import annotations

from pathlib import Path

from simcustomer.domain.rubric import Rubric
from tests.evaluation.lint.planting import line_of, only, planted

ACCOUNT = (
    "topics: [account, reference, customer number, plan number, policy number, postcode, address, full name, your name]"
)


def test_a_fact_whose_topics_another_answers(tmp_path: Path, rubric: Rubric) -> None:
    found = only(planted(tmp_path, rubric, (ACCOUNT, "topics: [boiler, display]")))
    assert (found.field, found.line) == ("facts.7.reveal.topics", line_of(tmp_path, "topics: [boiler, display]"))
    assert "'account'" in found.what
    assert "'fault' answers them all" in found.what


def test_a_topic_of_its_own_is_enough(tmp_path: Path, rubric: Rubric) -> None:
    assert planted(tmp_path, rubric, (ACCOUNT, "topics: [boiler, display, postcode]")) == []


def test_a_topic_without_a_word(tmp_path: Path, rubric: Rubric) -> None:
    assert (
        only(planted(tmp_path, rubric, ("topics: [account,", "topics: ['??', account,"))).field
        == "facts.7.reveal.topics.0"
    )
