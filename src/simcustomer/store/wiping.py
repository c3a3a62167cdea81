"""Removes what is left of deleted rows in the files of a database."""

from __future__ import annotations

import time

from sqlalchemy import Connection, Engine, text

from simcustomer.errors import StoreError
from simcustomer.store.tables import metadata

SECONDS_WAITED = 60
"""How long a wipe waits for transactions that still see the deleted rows."""

_OLDER = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(:now AS xid))
""")


def wipe(engine: Engine) -> None:
    """Write the tables anew without what was deleted. Raises StoreError where another program keeps an old state open.

    SQLite: the file is rebuilt and its write-ahead log emptied. PostgreSQL: the tables' files are rewritten and what the
    planner remembers of their values with them; its own write-ahead log, replicas and backups are its administrator's.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            _wait_for_readers(connection)
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table.name}")
            return
        connection.exec_driver_sql("VACUUM")
        if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
            raise StoreError(
                f"What was deleted is in no table any more, but another program reads {engine.url.database} and keeps the old "
                "state in its write-ahead log. Stop that program, then run `simcustomer purge` again."
            )


def _wait_for_readers(connection: Connection) -> None:
    """Wait until no session sees the deleted rows: as long as one does, the server keeps them, even when it rewrites the table.

    The server's own autovacuum is such a session now and then.
    """
    now = connection.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)")).scalar_one()
    until = time.monotonic() + SECONDS_WAITED
    while connection.execute(_OLDER, {"now": now}).scalar_one():
        if time.monotonic() > until:
            raise StoreError(
                "What was deleted is in no table any more, but another session has a transaction from before open, and the server keeps "
                "the old rows for it. End that session, then run `simcustomer purge` again."
            )
        time.sleep(0.2)
