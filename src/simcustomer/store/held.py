"""What a database or a backup holds, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

REVISIONS = "alembic_version"
"""The table that says which version the tables have."""


class Held(NamedTuple):
    """The version of the tables (None: these are not ours) and how many rows each has, by name."""

    revision: str | None
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())

    @property
    def said(self) -> str:
        """The counts in words, for messages."""
        sessions = self.rows.get("sessions", 0)
        return f"{sessions:,} sessions and {self.total - sessions:,} other rows"
