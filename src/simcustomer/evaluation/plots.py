"""What the reports draw, as numbers for their templates; and the templates themselves."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def templates() -> Environment:
    """The report templates; all text is escaped."""
    return Environment(loader=PackageLoader("simcustomer.evaluation"), autoescape=True, undefined=StrictUndefined)
