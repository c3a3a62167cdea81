"""`simcustomer doctor`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import typer

from simcustomer.cli.options import AsJson
from simcustomer.errors import SimcustomerError

if TYPE_CHECKING:
    from simcustomer.settings import ModelRole, Settings


class Check(NamedTuple):
    """One thing looked at: what is used, or what is wrong."""

    name: str
    ok: bool
    found: str


def doctor(as_json: AsJson = False) -> None:
    """Say which engines, folders and database would be used, and whether they answer; exit code 1 where one does not."""
    from simcustomer import __version__
    from simcustomer.settings import load_settings

    settings = load_settings()
    checks = [
        Check("version", True, __version__),
        _checked("personas", lambda: _personas(settings)),
        _checked("rubric", lambda: _rubric(settings)),
        _checked("database", lambda: _database(settings.database_url)),
        _checked("engines", _engines),
        *_models(settings),
    ]
    if as_json:
        typer.echo(json.dumps({"checks": [check._asdict() for check in checks]}, ensure_ascii=False))
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.found}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except SimcustomerError as error:
        return Check(name, False, str(error))


def _personas(settings: Settings) -> str:
    from simcustomer.library import Library, content_folder

    folder = content_folder("personas", settings.personas_dir)
    return f"{len(Library(personas_folder=folder, rubrics_folder=folder).personas())} in {folder}"


def _rubric(settings: Settings) -> str:
    from simcustomer.library import Library, content_folder

    # Each folder is looked for on its own, so that what is wrong with one is not said of the other.
    folder = content_folder("rubrics", settings.rubrics_dir)
    rubric = Library(personas_folder=folder, rubrics_folder=folder).rubric(settings.rubric)
    return f"{rubric.id} version {rubric.version} in {folder}"


def _database(url: str) -> str:
    from simcustomer.store import open_store

    store = open_store(url)
    try:
        return store.check()
    finally:
        store.close()


def _models(settings: Settings) -> list[Check]:
    """Each role's model, asked once where several roles share it."""
    from simcustomer.settings import MODEL_ROLES

    chosen: tuple[ModelRole, ...] = tuple(role for role in MODEL_ROLES if settings.choice(role).model)
    if not chosen:
        return [Check("models", True, "none set; `--engine openai` needs SIMCUSTOMER_OPENAI_MODEL (docs/models.md)")]
    import asyncio

    from simcustomer.engines.openai.endpoint import endpoint
    from simcustomer.engines.openai.probe import probe

    found: dict[tuple[str, str], Check] = {}
    checks: list[Check] = []
    for role in chosen:
        try:
            place = endpoint(settings, role)
        except SimcustomerError as error:
            checks.append(Check(f"{role} model", False, str(error)))
            continue
        where = (place.base_url, place.model)
        if where not in found:
            found[where] = _checked("", lambda place=place: asyncio.run(probe(place)))
        checks.append(found[where]._replace(name=f"{role} model"))
    return checks


def _engines() -> str:
    from simcustomer import wiring

    players = wiring.cast()
    return f"{players.customer.name}, {players.grader.name}, {players.coach.name}; no network, no key (default)"
