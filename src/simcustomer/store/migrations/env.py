"""Runs the migrations on the connection that `store.database` hands over."""

from __future__ import annotations

from alembic import context

from simcustomer.store.account_tables import accounts

# Every module of tables is imported here or by one that is, so that all of them are in what the migrations must give.
metadata = accounts.metadata
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
