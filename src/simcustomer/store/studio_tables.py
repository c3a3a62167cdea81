"""The tables of the studio: what authors are writing, and every step of what they have published."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Integer, String, Table, Text, UniqueConstraint

from simcustomer.store.tables import metadata

editions = Table(
    "editions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("content_id", String(60), nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("author_id", String(120), nullable=False),
    Column("author", String(120), nullable=False),
    Column("at", DateTime(timezone=True)),
    Column("note", Text, nullable=False),
    Column("text", Text),
    UniqueConstraint("kind", "content_id", "number"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("content_id", String(60), nullable=False),
    Column("base", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("tab", String(64), nullable=False),
    Column("stamp", String(20), nullable=False),
    Column("author_id", String(120), nullable=False),
    Column("author", String(120), nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Index("ix_drafts_author_id", "author_id", "kind"),
)
