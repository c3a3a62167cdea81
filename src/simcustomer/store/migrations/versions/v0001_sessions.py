"""Sessions, their exchanges, and the content that they were played with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "contents",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_contents"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("persona_id", sa.String(60), nullable=False),
        sa.Column("persona_hash", sa.String(64), nullable=False),
        sa.Column("rubric_hash", sa.String(64), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(30)),
        sa.Column("debrief", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["persona_hash"], ["contents.hash"], name="fk_sessions_persona_hash"),
        sa.ForeignKeyConstraint(["rubric_hash"], ["contents.hash"], name="fk_sessions_rubric_hash"),
    )
    op.create_index("ix_sessions_owner", "sessions", ["owner", "started_at"])
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(40)),
        sa.Column("claimed_until", sa.Float()),
        sa.Column("answer", sa.Text()),
        sa.Column("appraisal", sa.Text()),
        sa.Column("stance", sa.Text()),
        sa.Column("grade", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_exchanges_session_id", ondelete="CASCADE"),
        sa.UniqueConstraint("session_id", "number", name="uq_exchanges_session_id"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("exchanges")
    op.drop_index("ix_sessions_owner", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("contents")
