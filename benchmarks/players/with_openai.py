"""The bare openai client, making the calls that another player made: as many, as large, in the same order, nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

from openai import AsyncOpenAI

from benchmarks.players.clock import scenario, timed


def main() -> None:
    """Play what the command line says."""
    told = scenario()
    rounds: list[list[dict[str, Any]]] = told["rounds"]

    async def call(client: AsyncOpenAI, body: dict[str, Any]) -> None:
        answer = await client.chat.completions.create(**body)
        if body.get("stream"):
            heard = [part.choices[0].delta.content or "" async for part in answer if part.choices]
            said = "".join(heard)
        else:
            said = answer.choices[0].message.content or answer.choices[0].message.tool_calls[0].function.arguments
        if not said:
            raise SystemExit("an answer is empty")

    async def one(client: AsyncOpenAI) -> None:
        for together in rounds:
            await asyncio.gather(*(call(client, body) for body in together))

    with asyncio.Runner() as runner:
        client = AsyncOpenAI(base_url=told["url"], api_key="none", max_retries=0, timeout=300)

        async def all_of(many: int) -> None:
            await asyncio.gather(*(one(client) for _ in range(many)))

        timed(lambda many: runner.run(all_of(many)), "nothing stored, nothing read")


if __name__ == "__main__":
    main()
