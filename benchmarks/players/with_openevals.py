"""The same scenario with openevals: its simulated user plays the customer, its judge grades at the end."""

from __future__ import annotations

import asyncio
import os

from benchmarks.players.clock import scenario, timed


def main() -> None:
    """Play what the command line says."""
    told = scenario()
    os.environ |= {
        "OPENAI_BASE_URL": told["url"],
        "OPENAI_API_KEY": "none",
        "LANGSMITH_TRACING": "false",
        "LANGCHAIN_TRACING_V2": "false",
    }
    # The settings must stand before the packages read them.
    from langchain_openai import ChatOpenAI  # noqa: PLC0415
    from openevals.llm import create_async_llm_as_judge  # noqa: PLC0415
    from openevals.simulators import create_async_llm_simulated_user, run_multiturn_simulation_async  # noqa: PLC0415

    model = ChatOpenAI(model=told["model"], max_retries=0, timeout=300)
    judges = [
        create_async_llm_as_judge(
            prompt=criterion["text"] + "\n\nThe conversation:\n{outputs}", feedback_key=criterion["name"], judge=model
        )
        for criterion in told["criteria"]
    ]

    async def one() -> None:
        turn = iter(told["replies"])

        async def trainee(_: object, *, thread_id: str) -> dict[str, str]:
            return {"role": "assistant", "content": next(turn), "id": f"{thread_id}-{os.urandom(8).hex()}"}

        result = await run_multiturn_simulation_async(
            app=trainee,
            user=create_async_llm_simulated_user(system=told["customer"], client=model),
            max_turns=len(told["replies"]),
            trajectory_evaluators=judges,
        )
        if len(result["evaluator_results"]) != len(judges) or len(result["trajectory"]) != 2 * len(told["replies"]):
            raise SystemExit(f"openevals came to {len(result['evaluator_results'])} results")

    async def all_of(many: int) -> None:
        await asyncio.gather(*(one() for _ in range(many)))

    with asyncio.Runner() as runner:
        timed(lambda many: runner.run(all_of(many)), "nothing stored")


if __name__ == "__main__":
    main()
