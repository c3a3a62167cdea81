"""Leaves nothing of deleted rows in the files of a database."""

from __future__ import annotations

from sqlalchemy import Engine

from simcustomer.errors import StoreError
from simcustomer.store.tables import metadata


def wipe(engine: Engine) -> None:
    """Write the tables anew without what was deleted. Raises StoreError where another program keeps an old state open.

    SQLite: the file is rebuilt and its write-ahead log emptied. PostgreSQL: the tables' files are rewritten and what the
    planner remembers of their values with them; its own write-ahead log, replicas and backups are its administrator's.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table.name}")
            return
        connection.exec_driver_sql("VACUUM")
        if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
            raise StoreError(
                f"What was deleted is in no table any more, but another program reads {engine.url.database} and keeps the old "
                "state in its write-ahead log. Stop that program, then run `simcustomer purge` again."
            )
