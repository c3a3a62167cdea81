"""The templates of the reports: HTML pages, in which all text is escaped, and Markdown documents."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

_LOADER = PackageLoader("simcustomer.evaluation")


@cache
def templates() -> Environment:
    """The report templates; all text is escaped."""
    return Environment(loader=_LOADER, autoescape=True, undefined=StrictUndefined)


@cache
def texts() -> Environment:
    """The templates of Markdown documents, filled with figures and names of our own, which need no escaping."""
    return Environment(loader=_LOADER, autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
