"""Personas and rubrics as their authors publish them: drafts, and editions that never change."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

from simcustomer.domain.model import Frozen


class ContentKind(StrEnum):
    """What an author writes."""

    PERSONA = "persona"
    RUBRIC = "rubric"


class Step(StrEnum):
    """What was done to a content at one point of its history."""

    PUBLISHED = "published"
    ARCHIVED = "archived"
    RESTORED = "restored"


class Edition(Frozen):
    """One step of a content's history, `number` counting from 1; `text` is None where nothing new was published.

    `version` is that of the content which is current from then on. `author` is "" for what came as a file.
    """

    kind: ContentKind
    content_id: str
    number: int
    step: Step
    version: int
    author: str
    at: datetime | None
    note: str = ""
    text: str | None = None


class Standing(Frozen):
    """Where a content stands after the last step of its history."""

    content_id: str
    number: int
    version: int
    archived: bool


class Draft(Frozen):
    """One author's text of a content that is not published yet.

    `content_id` is the content that it will replace, "" for a new one; `base` is the `text_mark` of the published text
    that it began from, "" where there was none. `revision` counts its savings.
    """

    id: str
    kind: ContentKind
    content_id: str
    base: str
    title: str
    text: str
    revision: int
    author_id: str
    author: str
    saved_at: datetime


def text_mark(text: str) -> str:
    """A digest that is equal for texts that differ only in line ends and blank lines around them; "" for an empty text."""
    return hashlib.sha256(even_lines(text).encode()).hexdigest() if text.strip() else ""


def even_lines(text: str) -> str:
    """The text with line feeds for line ends, one of them at its end, and no blank lines around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
