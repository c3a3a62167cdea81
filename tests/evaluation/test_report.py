from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.measure import Measurement, measure_labels
from simcustomer.evaluation.report import report_page
from simcustomer.evaluation.results import Results
from tests.evaluation.conftest import digits, line

EVIL = '<script>alert("1")</script>'


@pytest.fixture
def found(tmp_path: Path, rubric: Rubric) -> Results:
    path = tmp_path / "labels.jsonl"
    lines = [line(f"c{n}", f"reply {n % 4}", [{"empathy": n % 4}, {"empathy": 3}]) for n in range(6)]
    lines.append(line(f"{EVIL} evil", f"{EVIL} 0", [{"empathy": 3}]))
    lines.append(line("over", "far too good 3", [{"empathy": 0}]))
    path.write_text("\n".join(lines), encoding="utf-8")
    return asyncio.run(measure_labels(Measurement("embedded", digits, rubric, tmp_path), path))


def test_text_of_others_cannot_become_markup(found: Results) -> None:
    page = report_page(found)
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_page_asks_for_nothing_from_elsewhere(found: Results) -> None:
    page = report_page(found)
    assert re.findall(r"""(?:src|href)=["'](?!#)""", page) == []
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_each_disagreement_leads_to_its_reply_with_the_quotes_marked(found: Results) -> None:
    page = report_page(found)
    targets = re.findall(r'href="#([^"]+)"', page)
    assert len(targets) == len(found.disagreements) == 2
    for target in targets:
        assert f'id="{target}" class="turn trainee disputed"' in page
    assert "<mark>far too good 3</mark>" in page


def test_figures_and_words_are_shown(found: Results) -> None:
    page = report_page(found)
    figure = found.figure("agreement", "qwk.empathy")
    assert figure is not None
    assert figure.value is not None
    assert f'<td class="number">{figure.value:.2f}</td>' in page
    assert "own labels" in page
    assert "made by language models" not in page
