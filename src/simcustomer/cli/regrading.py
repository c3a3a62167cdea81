"""`simcustomer regrade`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from simcustomer.cli.options import AsJson, Engine, GraderEngine, Record, Replay
from simcustomer.errors import TurnConflict

if TYPE_CHECKING:
    from simcustomer.practice import Practice, Regraded

OWNER = "local"


def regrade(
    sessions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SESSION]...", help="Ids; default: all with a reply that has no grade."),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Grade every reply again, with a grader other than the session's too.")
    ] = False,
    owner: Annotated[str, typer.Option(help="Whose sessions.")] = OWNER,
    engine: Engine = "embedded",
    grader_engine: GraderEngine = None,
    record: Record = None,
    replay: Replay = None,
    as_json: AsJson = False,
) -> None:
    """Grade replies that could not be graded when they were given; exit code 1 where some still cannot."""
    import asyncio

    from simcustomer import wiring
    from simcustomer.cli.usage import say_usage
    from simcustomer.settings import load_settings
    from simcustomer.store import open_store

    settings = load_settings()
    models = wiring.Models(settings, record=record, replay=replay)
    players = wiring.cast("embedded", grader_engine or engine, engine, models=models)
    store = open_store(settings.database_url)
    try:
        practice = wiring.practice(store, players, longest_reply=settings.longest_reply)
        chosen = sessions or list(store.ungraded(owner))
        results = asyncio.run(_all(practice, chosen, owner, anew=anew))
    finally:
        store.close()
        say_usage(models.totals())
    if as_json:
        typer.echo(json.dumps({"sessions": [_record(session_id, found) for session_id, found in results]}))
    else:
        for session_id, found in results:
            typer.echo(_sentence(session_id, found))
        if not results:
            typer.echo("Every reply has its grade.")
    if any(isinstance(found, str) or found.failed for _, found in results):
        raise typer.Exit(1)


async def _all(practice: Practice, chosen: list[str], owner: str, *, anew: bool) -> list[tuple[str, Regraded | str]]:
    """What came of each session, or why it was left alone; one must not keep the others from their grades."""
    results: list[tuple[str, Regraded | str]] = []
    for session_id in chosen:
        try:
            results.append((session_id, await practice.regrade(session_id, owner=owner, anew=anew)))
        except TurnConflict as error:
            hint = "" if anew else " With --anew every reply is graded again."
            results.append((session_id, f"{error}{hint}"))
    return results


def _record(session_id: str, found: Regraded | str) -> dict[str, object]:
    if isinstance(found, str):
        return {"session": session_id, "graded": [], "left": found}
    return {"session": session_id, "graded": list(found.graded), "failed": found.failed}


def _sentence(session_id: str, found: Regraded | str) -> str:
    if isinstance(found, str):
        return found
    parts = [f"{session_id}: {len(found.graded)} replies graded"]
    parts += [f"reply {number} still not: {reason}" for number, reason in found.failed.items()]
    return "; ".join(parts)
