"""The tables of accounts: who may sign in, who is signed in, who tried, and what was done."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from simcustomer.store.tables import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("name_key", String(240), nullable=False),
    Column("email", String(254)),
    Column("team", String(60)),
    Column("roles", String(120), nullable=False),
    Column("password", String(255)),
    Column("issuer", String(255)),
    Column("subject", String(255)),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("name_key"),
    UniqueConstraint("issuer", "subject"),
)

logins = Table(
    "logins",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("account_id", String(64), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("seen", Float, nullable=False),
    Column("until", Float, nullable=False),
    Index("ix_logins_account_id", "account_id"),
)

tries = Table(
    "sign_in_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_sign_in_tries_key", "key", "at"),
)

errands = Table(
    "sign_in_errands",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("nonce", String(120), nullable=False),
    Column("verifier", String(120), nullable=False),
    Column("back_to", Text, nullable=False),
    Column("until", Float, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(60), nullable=False),
    Column("about", String(160), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_at", "at"),
)
