"""Drafts of personas and rubrics, and the editions that their authors publish."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("content_id", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(120), nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.UniqueConstraint("kind", "content_id", "number", name="uq_editions_kind"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("content_id", sa.String(60), nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("tab", sa.String(64), nullable=False),
        sa.Column("stamp", sa.String(20), nullable=False),
        sa.Column("author_id", sa.String(120), nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_author_id", "drafts", ["author_id", "kind"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_drafts_author_id", table_name="drafts")
    op.drop_table("drafts")
    op.drop_table("editions")
