"""Which session and reply a rewound session branched off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # No foreign key: SQLite could add one only by copying the table, and dropping the old one would take its exchanges along.
    op.add_column("sessions", sa.Column("origin_id", sa.String(64)))
    op.add_column("sessions", sa.Column("origin_reply", sa.Integer()))


def downgrade() -> None:
    """Take back."""
    op.drop_column("sessions", "origin_reply")
    op.drop_column("sessions", "origin_id")
