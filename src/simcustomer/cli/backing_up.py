"""`simcustomer backup` and `simcustomer restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def backup(
    file: Annotated[Path, typer.Argument(help="File to write, readable by you alone; one that is there is replaced.")],
) -> None:
    """Write the whole database to a file, also while the server runs, and look the file over (docs/operations.md)."""
    from simcustomer.settings import load_settings
    from simcustomer.store import back_up

    held = back_up(load_settings().database_url, file)
    typer.echo(f"{file} holds {held.said} (tables {held.revision}); it was read back and is whole.")


def restore(
    file: Annotated[Path, typer.Argument(help="File that `simcustomer backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace all that the database holds now.")] = False,
) -> None:
    """Put a backup in place of the database, and look it over; stop every server that uses it first."""
    from simcustomer.settings import load_settings
    from simcustomer.store import restore as put_back

    held = put_back(load_settings().database_url, file, force=force)
    typer.echo(f"The database holds {held.said} again, as {file} does.")
