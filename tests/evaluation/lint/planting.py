"""Plants a fault in a copy of a shipped persona and gives what lint finds there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.lint import Finding, lint_file
from tests.conftest import ROOT

DEAN = "no-heat-third-visit"

Plant = Callable[..., list[Finding]]


def planted(folder: Path, rubric: Rubric, *changes: tuple[str, str], persona: str = DEAN) -> list[Finding]:
    """The findings in a copy of `persona` in which each (old, new) was replaced once, where it first stands."""
    text = (ROOT / "personas" / f"{persona}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        if old not in text:
            pytest.fail(f"the fault cannot be planted: {old!r} is not in {persona}")
        text = text.replace(old, new, 1)
    path = folder / f"{persona}.yaml"
    path.write_text(text, encoding="utf-8")
    return lint_file(path, rubric)


def line_of(folder: Path, words: str, persona: str = DEAN) -> int:
    """The line (from 1) of the copy in which `words` first stand."""
    text = (folder / f"{persona}.yaml").read_text(encoding="utf-8")
    return 1 + text[: text.index(words)].count("\n")


def only(findings: list[Finding]) -> Finding:
    """The one finding."""
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]
