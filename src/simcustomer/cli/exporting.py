"""`simcustomer export`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simcustomer.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from simcustomer.exports import Format

_DAY = ["%Y-%m-%d"]


def export(
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="jsonl (all there is), csv (one session a row), xapi (statements), or labels (overridden levels).",
        ),
    ] = "jsonl",
    owner: Annotated[str | None, typer.Option(help="Only the sessions of this owner, by id.")] = None,
    team: Annotated[str | None, typer.Option(help="Only the sessions of the people in this team.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Only sessions begun on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Only sessions begun on this day or earlier.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write, readable by you alone; default: standard output."),
    ] = None,
    home: Annotated[
        str,
        typer.Option("--home-page", help="Address of your simcustomer, under which xAPI names people and activities."),
    ] = "http://localhost/simcustomer",
) -> None:
    """Write sessions for other programs: everyone's, or those of one owner or team. docs/exports.md says what is in them."""
    from simcustomer import wiring
    from simcustomer.exports import exported
    from simcustomer.settings import load_settings
    from simcustomer.store import Archive, Selection, open_store

    chosen = _format(form)
    if owner is not None and team is not None:
        raise InvalidInput("Give --owner or --team, not both.")
    _checked_home(home)
    store = open_store(load_settings().database_url)
    try:
        accounts = wiring.accounts(store).all()
        names = {account.id: account.name for account in accounts}
        owners = None if owner is None else (owner,)
        if team is not None:
            owners = tuple(account.id for account in accounts if account.team == team)
            if not owners:
                raise NotFound(f"There is nobody in a team {team!r}. `simcustomer users list` shows who is in which.")
        selection = Selection(
            owners=owners,
            since=since.astimezone() if since else None,
            until=(until + timedelta(days=1)).astimezone() if until else None,
        )
        with _output(out) as write:
            _each(write, exported(Archive(store.engine), selection, chosen, home=home, names=names))
    finally:
        store.close()


def _format(form: str) -> Format:
    from simcustomer.exports import FORMATS

    for each in FORMATS:
        if each == form:
            return each
    raise InvalidInput(f"There is no format {form!r}. Choose one of: {', '.join(FORMATS)}.")


def _each(write: Callable[[str], object], pieces: Iterable[str]) -> None:
    for piece in pieces:
        write(piece)


@contextmanager
def _output(path: Path | None) -> Generator[Callable[[str], object]]:
    """Standard output, or a file that is there only once it is whole. Raises InvalidInput."""
    if path is None:
        yield lambda piece: sys.stdout.buffer.write(piece.encode())
        sys.stdout.flush()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  # a private file from the start
            yield file.write
        part.replace(path)
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be written ({error.strerror}). Check the folder and its permissions."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _checked_home(home: str) -> None:
    if not home.startswith(("http://", "https://")) or any(character.isspace() for character in home):
        raise InvalidInput(f"--home-page {home!r} is no address. Write it as https://practice.example.org.")
