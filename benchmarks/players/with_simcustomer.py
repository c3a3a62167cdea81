"""Practices through the use cases of the web app: streamed, each reply graded, all of it stored, debriefed at the end."""

from __future__ import annotations

import asyncio
import os
import tempfile
from itertools import count
from pathlib import Path

from uvicorn.loops.auto import auto_loop_factory

from benchmarks.players.clock import scenario, timed
from simcustomer import wiring
from simcustomer.domain.assessment import Assessment
from simcustomer.domain.persona import Outcome
from simcustomer.settings import Settings
from simcustomer.store import open_store


def main() -> None:
    """Play what the command line says."""
    told = scenario()
    os.environ |= {"SIMCUSTOMER_OPENAI_BASE_URL": told["url"], "SIMCUSTOMER_OPENAI_MODEL": told["model"]}
    settings = Settings()
    library = wiring.library(settings)
    persona, rubric = library.persona(told["persona"]), library.rubric()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'practices.db'}")
        cast = wiring.cast("openai", "openai", "openai", models=wiring.Models(settings))
        practice = wiring.practice(store, cast, longest_reply=5_000)
        numbers = count()

        async def one(number: int) -> None:
            owner = f"trainee-{number}"
            begun = await asyncio.to_thread(practice.start, persona, rubric, owner=owner, seed=1)
            for reply in told["replies"]:
                async for _ in practice.respond(begun.id, reply, owner=owner):
                    pass
            ended = await practice.finish(begun.id, owner=owner)
            graded = [exchange for exchange in ended.exchanges if isinstance(exchange.grade, Assessment)]
            if len(graded) != len(told["replies"]) or ended.debrief is None:
                raise SystemExit(f"{len(graded)} replies of {len(told['replies'])} are graded, debrief {ended.debrief}")
            if ended.outcome is not Outcome.ENDED_BY_TRAINEE:
                raise SystemExit(f"the practice ended early: {ended.outcome}")

        async def all_of(many: int) -> None:
            await asyncio.gather(*(one(next(numbers)) for _ in range(many)))

        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # the loop of the web app
            timed(lambda many: runner.run(all_of(many)), "every turn stored in SQLite")
        store.close()


if __name__ == "__main__":
    main()
