"""The same scenario with deepeval: its simulator plays the customer, its conversational metric grades at the end."""

from __future__ import annotations

import asyncio
import os
import tempfile

from benchmarks.players.clock import scenario, timed


def main() -> None:
    """Play what the command line says."""
    told = scenario()
    os.environ |= {
        "OPENAI_API_KEY": "none",
        "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
        "DEEPEVAL_FILE_SYSTEM": "READ_ONLY",
        "DEEPEVAL_UPDATE_WARNING_OPT_IN": "0",
        "DEEPEVAL_DISABLE_TIMEOUTS": "1",
        "ERROR_REPORTING": "0",
    }
    os.chdir(tempfile.mkdtemp())
    # The settings must stand before the package reads them.
    from deepeval.dataset import ConversationalGolden  # noqa: PLC0415
    from deepeval.metrics import ConversationalGEval  # noqa: PLC0415
    from deepeval.models import OpenAIModel  # noqa: PLC0415
    from deepeval.simulator import ConversationSimulator  # noqa: PLC0415
    from deepeval.test_case import ConversationalTestCase, MultiTurnParams, Turn  # noqa: PLC0415

    model = OpenAIModel(model=told["model"], base_url=told["url"], api_key="none")
    replies = told["replies"]

    async def trainee(input: str, turns: list[Turn]) -> Turn:  # noqa: A002, ARG001  # the name is deepeval's
        return Turn(role="assistant", content=replies[min(len(turns) // 2, len(replies) - 1)])

    async def grade(cases: list[ConversationalTestCase]) -> None:
        metrics = [
            (
                ConversationalGEval(
                    name=each["name"],
                    evaluation_params=[MultiTurnParams.ROLE, MultiTurnParams.CONTENT],
                    evaluation_steps=each["steps"],
                    model=model,
                ),
                case,
            )
            for case in cases
            for each in told["criteria"]
        ]
        await asyncio.gather(*(metric.a_measure(case, _show_indicator=False) for metric, case in metrics))
        if any(metric.score is None for metric, _ in metrics):
            raise SystemExit("a metric has no score")

    def play(many: int) -> None:
        simulator = ConversationSimulator(model_callback=trainee, simulator_model=model, max_concurrent=many)
        goldens = [ConversationalGolden(scenario=told["customer"]) for _ in range(many)]
        cases = simulator.simulate(goldens, max_user_simulations=len(replies))
        if [len(case.turns) for case in cases] != [2 * len(replies)] * many:
            raise SystemExit(f"deepeval played {[len(case.turns) for case in cases][:5]} turns")
        asyncio.get_event_loop().run_until_complete(grade(cases))

    asyncio.set_event_loop(asyncio.new_event_loop())
    timed(play, "nothing stored")


if __name__ == "__main__":
    main()
