"""What each person has had of a day's practice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "spent",
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("person", "period", name="pk_spent"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("spent")
