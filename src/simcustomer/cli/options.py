"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Engine = Annotated[str, typer.Option("--engine", help="Engine for every role: embedded or openai.", show_default=True)]
CustomerEngine = Annotated[str | None, typer.Option("--customer-engine", help="Engine for the customer alone.")]
GraderEngine = Annotated[str | None, typer.Option("--grader-engine", help="Engine for the grader alone.")]
TraineeEngine = Annotated[str, typer.Option("--trainee-engine", help="Engine for the simulated trainee.")]
Record = Annotated[Path | None, typer.Option("--record", help="Keep the calls of model-backed engines in this folder.")]
Replay = Annotated[
    Path | None,
    typer.Option("--replay", help="Answer the calls of model-backed engines from this folder, with no server."),
]
RubricId = Annotated[str | None, typer.Option("--rubric", help="Rubric to grade by; default: the one in the settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
