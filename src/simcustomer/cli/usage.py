"""What calls to models came to: in a line after a command, and `simcustomer usage`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from simcustomer.cli.options import AsJson
from simcustomer.errors import SettingsError

if TYPE_CHECKING:
    from simcustomer.engines.openai.usage import Totals


def say_usage(totals: Totals | None) -> None:
    """One line on standard error; nothing where no model was called."""
    if totals is not None:
        typer.echo(f"models: {summary(totals)}", err=True)


def summary(totals: Totals) -> str:
    """Calls, tokens, time and cost in one line."""
    parts = [
        f"{totals.calls} calls" + (f" ({totals.failed} failed)" if totals.failed else ""),
        f"{totals.prompt:,} tokens in ({totals.cached:,} cached), {totals.completion:,} out"
        + (f" (unknown for {totals.unknown} of the calls)" if totals.unknown else ""),
        f"{totals.seconds:.1f} s",
    ]
    if totals.cost is not None:
        parts.append(f"cost {totals.cost:.4f}" + (f" ({totals.unpriced} calls unpriced)" if totals.unpriced else ""))
    if totals.guards:
        parts.append("guards: " + ", ".join(f"{name} {count}" for name, count in sorted(totals.guards.items())))
    return "; ".join(parts)


def usage(
    session: Annotated[str | None, typer.Option("--session", help="Only the calls of this session.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add up the calls in SIMCUSTOMER_USAGE_LOG, role by role."""
    from simcustomer.engines.openai.usage import Totals, read_records
    from simcustomer.settings import MODEL_ROLES, load_settings

    path = load_settings().usage_log
    if path is None:
        raise SettingsError("No account is kept. Set SIMCUSTOMER_USAGE_LOG to a file that calls are entered into.")
    records = [record for record in read_records(path) if session in (None, record.session)]
    totals = {role: Totals.of(kept) for role in MODEL_ROLES if (kept := [r for r in records if r.role == role])}
    if as_json:
        json.dump({role: found.model_dump() for role, found in totals.items()}, sys.stdout)
        typer.echo()
    else:
        for role, found in totals.items():
            typer.echo(f"{role}: {summary(found)}")
        typer.echo(f"all: {summary(Totals.of(records))}")
