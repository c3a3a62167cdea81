"""Which grader `pytest evals` measures."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--grader-engine", default="embedded", help="engine of the grader that the evals measure")
