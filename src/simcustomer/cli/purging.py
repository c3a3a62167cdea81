"""`simcustomer purge`: what has been kept long enough goes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from simcustomer.errors import InvalidInput

_AGE = re.compile(r"(\d{1,5})d")


def purge(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="DAYS", help="How long sessions are kept, in days, like 180d.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would go.")] = False,
) -> None:
    """Erase sessions that ended longer ago, and conversations given to the lab; this cannot be undone."""
    from simcustomer.lab.runs import RunFolder
    from simcustomer.retention import Retention
    from simcustomer.settings import load_settings
    from simcustomer.store import Erasure, open_store

    before = datetime.now(UTC) - _age(older_than)
    settings = load_settings()
    folder = RunFolder(settings.lab_dir)
    runs = folder.given_before(before)
    store = open_store(settings.database_url)
    try:
        for run_id in () if dry_run else runs:
            folder.remove(run_id)
        taken = Retention(Erasure(store.engine)).purge(before, dry_run=dry_run)
    finally:
        store.close()
    what = f"{taken.sessions} sessions with {taken.replies} replies, and {len(runs)} gradings in the lab"
    typer.echo(f"{'Would erase' if dry_run else 'Erased'} {what}, from before {before.astimezone():%Y-%m-%d %H:%M}.")


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(f"--older-than {text[:20]!r} is no number of days. Write it like 180d.")
    return timedelta(days=int(found[1]))
