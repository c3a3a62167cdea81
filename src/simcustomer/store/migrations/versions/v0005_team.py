"""Assignments, disputes, and levels that a manager set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("persona_id", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("person", sa.String(120)),
        sa.Column("team", sa.String(120)),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("assigned_by", sa.String(120), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.CheckConstraint("(person IS NULL) <> (team IS NULL)", name="ck_assignments_target"),
    )
    op.create_index("ix_assignments_person", "assignments", ["person"])
    op.create_index("ix_assignments_team", "assignments", ["team"])
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("technique", sa.String(60), nullable=False),
        sa.Column("level", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(120), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_overrides_session_id", ondelete="CASCADE"),
        sa.UniqueConstraint("session_id", "number", "technique", name="uq_overrides_session_id"),
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("technique", sa.String(60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean()),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.String(120)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_disputes"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_disputes_session_id", ondelete="CASCADE"),
        sa.UniqueConstraint("session_id", "number", "technique", name="uq_disputes_session_id"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("disputes")
    op.drop_table("overrides")
    op.drop_index("ix_assignments_team", table_name="assignments")
    op.drop_index("ix_assignments_person", table_name="assignments")
    op.drop_table("assignments")
