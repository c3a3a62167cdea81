"""Accounts, who is signed in, tries to sign in, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", sa.String(240), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("team", sa.String(60)),
        sa.Column("roles", sa.String(120), nullable=False),
        sa.Column("password", sa.String(255)),
        sa.Column("issuer", sa.String(255)),
        sa.Column("subject", sa.String(255)),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name_key", name="uq_accounts_name_key"),
        sa.UniqueConstraint("issuer", "subject", name="uq_accounts_issuer"),
    )
    op.create_table(
        "logins",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_logins"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_logins_account_id", ondelete="CASCADE"),
    )
    op.create_index("ix_logins_account_id", "logins", ["account_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_key", "sign_in_tries", ["key", "at"])
    op.create_table(
        "sign_in_errands",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(120), nullable=False),
        sa.Column("verifier", sa.String(120), nullable=False),
        sa.Column("back_to", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_sign_in_errands"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("about", sa.String(160), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    """Take back."""
    for table in ("audit", "sign_in_errands", "sign_in_tries", "logins", "accounts"):
        op.drop_table(table)
