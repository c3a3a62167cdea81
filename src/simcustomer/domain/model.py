"""The base of every domain model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, and strict about fields it does not know: a misspelt key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
