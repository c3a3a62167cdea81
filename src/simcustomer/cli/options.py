"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Engine = Annotated[str, typer.Option("--engine", help="Engine for every role.", show_default=True)]
CustomerEngine = Annotated[str | None, typer.Option("--customer-engine", help="Engine for the customer alone.")]
GraderEngine = Annotated[str | None, typer.Option("--grader-engine", help="Engine for the grader alone.")]
RubricId = Annotated[str | None, typer.Option("--rubric", help="Rubric to grade by; default: the one in the settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
