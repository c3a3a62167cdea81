"""`simcustomer personas`: list, show, lint, schema, bench, coverage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcustomer.cli.benching import bench
from simcustomer.cli.options import AsJson, RubricId

if TYPE_CHECKING:
    from simcustomer.domain.rubric import Rubric
    from simcustomer.evaluation.lint import Finding
    from simcustomer.library import Library

_UNSEEN_WIDTH = 200
"""Columns of a table that no terminal shows: a file or another program needs whole lines."""

app = typer.Typer(help="Find, read and check personas.", no_args_is_help=True, rich_markup_mode=None)
app.command("bench")(bench)


@app.command("list")
def list_personas(as_json: AsJson = False) -> None:
    """List the personas that can be practised with."""
    from simcustomer import wiring
    from simcustomer.settings import load_settings

    personas, problems = wiring.published(load_settings()).usable()
    for problem in problems:
        typer.echo(f"simcustomer: {problem}", err=True)
    if as_json:
        keys = {
            "id",
            "version",
            "title",
            "name",
            "kinds",
            "trade",
            "channel",
            "difficulty",
            "trains",
            "blurb",
            "content_note",
        }
        typer.echo(
            json.dumps({"personas": [p.model_dump(mode="json", include=keys) for p in personas]}, ensure_ascii=False)
        )
        return
    from rich.table import Table

    from simcustomer.cli.display import console

    table = Table("id", "channel", "difficulty", "trade", box=None, padding=(0, 1, 0, 0))
    for column in table.columns:
        column.no_wrap = True
    for persona in personas:
        note = " !" if persona.content_note else ""
        table.add_row(persona.id, persona.channel.value, f"{persona.difficulty}{note}", persona.trade)
    screen = console()
    if not screen.is_terminal:
        screen.width = _UNSEEN_WIDTH
    screen.print(table, markup=False)
    if any(persona.content_note for persona in personas):
        screen.print("! has a content note: read it with `simcustomer personas show ID`", style="dim", markup=False)
    if problems:
        raise typer.Exit(1)


@app.command("show")
def show(
    persona_id: Annotated[str, typer.Argument(metavar="PERSONA", help="Id of the persona.")],
    author: Annotated[bool, typer.Option("--author", help="Show the hidden parts as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a trainee is told of a persona; `--author` and `--json` show the whole of it, hidden parts too."""
    from simcustomer import wiring
    from simcustomer.settings import load_settings

    persona = wiring.published(load_settings()).persona(persona_id)
    if as_json:
        typer.echo(persona.model_dump_json(indent=1))
        return
    from simcustomer.cli.briefing import briefing, hidden_part
    from simcustomer.cli.display import console

    console().print(briefing(persona))
    if author:
        console().print(hidden_part(persona))


@app.command("lint")
def lint(
    persona_ids: Annotated[list[str] | None, typer.Argument(metavar="[PERSONA]...", help="Ids; default: all.")] = None,
    rubric: RubricId = None,
    as_json: AsJson = False,
) -> None:
    """Check personas without playing them; exit code 1 where there is something to mend, 0 where there is only advice."""
    from simcustomer import wiring
    from simcustomer.settings import load_settings

    settings = load_settings()
    library = wiring.published(settings)
    chosen = library.rubric(rubric or settings.rubric)
    findings = {
        persona_id: _found_in(library, persona_id, chosen)
        for persona_id in dict.fromkeys(persona_ids or library.persona_ids)
    }
    _report(findings, as_json=as_json)
    if any(not finding.advice for found in findings.values() for finding in found):
        raise typer.Exit(1)


def _found_in(library: Library, persona_id: str, rubric: Rubric) -> list[Finding]:
    from simcustomer.domain.publishing import ContentKind
    from simcustomer.evaluation.lint import lint_file, lint_text

    text = library.published(ContentKind.PERSONA, persona_id)
    if text is not None:
        return lint_text(text, rubric, name=f"{persona_id} (as published)")
    return lint_file(library.persona_file(persona_id), rubric)


def _report(findings: dict[str, list[Finding]], *, as_json: bool) -> None:
    if as_json:
        report: list[dict[str, Any]] = [
            {"id": persona_id, "findings": [finding.model_dump() for finding in found]}
            for persona_id, found in findings.items()
        ]
        typer.echo(json.dumps({"personas": report}, ensure_ascii=False))
        return
    for persona_id, found in findings.items():
        advised = sum(finding.advice for finding in found)
        to_mend = f"{len(found) - advised or 'nothing'} to mend"
        typer.echo(f"{persona_id}: {to_mend}{f', {advised} to consider' if advised else ''}")
        for finding in sorted(found, key=lambda each: each.advice):
            typer.echo(f"  {'advice: ' if finding.advice else ''}{finding}")


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a persona file, for editors that complete and check."""
    from simcustomer.domain.persona import Persona

    typer.echo(json.dumps(Persona.model_json_schema(), indent=1, ensure_ascii=False))


@app.command("coverage")
def coverage(
    contrasts: Annotated[Path, typer.Option(help="Folder of contrast pairs.")] = Path("evals/contrasts"),
    rubric: RubricId = None,
) -> None:
    """Print which persona practises and which technique grades each point of the training material; 1 where a kind lacks one."""
    from simcustomer import wiring
    from simcustomer.evaluation.coverage import coverage as made
    from simcustomer.evaluation.coverage import gaps
    from simcustomer.settings import load_settings

    settings = load_settings()
    library = wiring.library(settings)
    personas = library.personas()
    typer.echo(made(personas, library.rubric(rubric or settings.rubric), contrasts), nl=False)
    for gap in (found := list(gaps(personas))):
        typer.echo(gap, err=True)
    if found:
        raise typer.Exit(1)
