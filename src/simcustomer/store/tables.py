"""The tables. One row an exchange, unique by session and number; content is kept once by its hash."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

contents = Table(
    "contents",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("body", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("persona_id", String(60), nullable=False),
    Column("persona_hash", String(64), ForeignKey("contents.hash"), nullable=False),
    Column("rubric_hash", String(64), ForeignKey("contents.hash"), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("opening", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", String(30)),
    Column("debrief", Text),
    Column("origin_id", String(64)),
    Column("origin_reply", Integer),
    Column("coached", Boolean, nullable=False, server_default=false()),
    Index("ix_sessions_owner", "owner", "started_at"),
)

_UNFINISHED = sessions.c.outcome.is_(None)
Index(
    "ix_sessions_unfinished",
    sessions.c.owner,
    sessions.c.started_at,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("claimed_by", String(40)),
    Column("claimed_until", Float),
    Column("answer", Text),
    Column("appraisal", Text),
    Column("stance", Text),
    Column("grade", Text),
    UniqueConstraint("session_id", "number"),
)

hints = Table(
    "hints",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("exchange", Integer, primary_key=True, autoincrement=False),
    Column("technique", String(60), nullable=False),
    Column("text", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("session_id", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scorecard", Text, nullable=False),
    Column("own", Text),
    Column("hints", Integer, nullable=False),
)
