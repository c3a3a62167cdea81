"""The command line. What a command needs is imported when it runs, so that help and mistakes answer at once."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from simcustomer import __version__
from simcustomer.cli import (
    accounts,
    backing_up,
    chat,
    diagnose,
    evals,
    exporting,
    grading,
    personas,
    purging,
    regrading,
    rehearse,
    usage,
    web,
)
from simcustomer.errors import SimcustomerError

BAD_INPUT = 2
_INTERRUPTED = 130

app = typer.Typer(
    name="simcustomer",
    help="Practise hard customer conversations with a simulated customer, graded with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(web.serve)
app.command("chat")(chat.chat)
app.command("grade")(grading.grade)
app.command("simulate")(rehearse.simulate)
app.add_typer(personas.app, name="personas")
app.add_typer(evals.app, name="eval")
app.command("regrade")(regrading.regrade)
app.command("export")(exporting.export)
app.command("backup")(backing_up.backup)
app.command("restore")(backing_up.restore)
app.add_typer(accounts.app, name="users")
app.command("purge")(purging.purge)
app.command("usage")(usage.usage)
app.command("doctor")(diagnose.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"simcustomer {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Practise hard customer conversations with a simulated customer, graded with evidence."""


def main() -> None:
    """Run the command line; what a user can cause ends in one clear sentence and exit code 2."""
    try:
        app()
    except SimcustomerError as error:
        typer.echo(f"simcustomer: {error}", err=True)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
