"""`simcustomer serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from simcustomer.cli.options import CustomerEngine, Engine, GraderEngine, Record, Replay, RubricId


def serve(
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; other than this machine only where people sign in (docs/accounts.md)."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 7860,
    engine: Engine = "embedded",
    customer_engine: CustomerEngine = None,
    grader_engine: GraderEngine = None,
    rubric: RubricId = None,
    record: Record = None,
    replay: Replay = None,
) -> None:
    """Open the web app for practice."""
    from simcustomer import wiring
    from simcustomer.settings import load_settings
    from simcustomer.telemetry.metrics import Metrics
    from simcustomer.ui.server import serve as run

    settings = load_settings()
    if rubric is not None:
        settings = settings.model_copy(update={"rubric": rubric})
    metrics = Metrics()
    models = wiring.Models(settings, record=record, replay=replay, metrics=metrics)
    run(
        settings,
        wiring.cast(customer_engine or engine, grader_engine or engine, engine, models=models),
        host=host,
        port=port,
        metrics=metrics,
    )
