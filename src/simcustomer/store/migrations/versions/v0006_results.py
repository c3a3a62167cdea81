"""Scorecards of finished sessions, hints, and whether a session was coached.

Results of sessions that ended before are not made here: a migration must not depend on the arithmetic of the day. They
are made when they are first asked for (store.results).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("sessions", sa.Column("coached", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "hints",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("exchange", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("technique", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "exchange", name="pk_hints"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_hints_session_id", ondelete="CASCADE"),
    )
    op.create_table(
        "results",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("own", sa.Text()),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_results"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_results_session_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("results")
    op.drop_table("hints")
    op.drop_column("sessions", "coached")
