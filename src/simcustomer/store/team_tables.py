"""The tables of a team's work: what is assigned, what is disputed, and levels that were set by hand."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from simcustomer.store.tables import metadata

assignments = Table(
    "assignments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("persona_id", String(60), nullable=False),
    Column("title", String(200), nullable=False),
    Column("person", String(120)),
    Column("team", String(120)),
    Column("due", Date, nullable=False),
    Column("pass_mark", Integer, nullable=False),
    Column("assigned_by", String(120), nullable=False),
    Column("assigned_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(person IS NULL) <> (team IS NULL)", name="ck_assignments_target"),
    Index("ix_assignments_person", "person"),
    Index("ix_assignments_team", "team"),
)

overrides = Table(
    "overrides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("technique", String(60), nullable=False),
    Column("level", Integer),
    Column("reason", Text, nullable=False),
    Column("set_by", String(120), nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("session_id", "number", "technique"),
)

disputes = Table(
    "disputes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("technique", String(60), nullable=False),
    Column("reason", Text, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("accepted", Boolean),
    Column("answer", Text),
    Column("answered_by", String(120)),
    Column("answered_at", DateTime(timezone=True)),
    UniqueConstraint("session_id", "number", "technique"),
)
