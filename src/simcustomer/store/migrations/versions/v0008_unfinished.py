"""What a person has not finished is found without looking through all that they have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WHERE = sa.text("outcome IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_sessions_unfinished", "sessions", ["owner", "started_at"], sqlite_where=_WHERE, postgresql_where=_WHERE
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_sessions_unfinished", "sessions")
