"""Checks of a persona that need no play; what they find names file, line, field and remedy."""

from simcustomer.evaluation.lint.checking import lint_file, lint_text
from simcustomer.evaluation.lint.finding import Finding

__all__ = ["Finding", "lint_file", "lint_text"]
