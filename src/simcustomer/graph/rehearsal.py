"""The rehearsal: the exchange in a loop with a simulated trainee, until the conversation has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from simcustomer.domain.session import Session
from simcustomer.errors import EngineError
from simcustomer.graph.exchange import Finished, exchange_graph, run_exchange
from simcustomer.roles import Cast, Trainee, TraineeView

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    RehearsalGraph = CompiledStateGraph["RehearsalState", None, "RehearsalState", "RehearsalState"]


class RehearsalState(BaseModel):
    """A whole session in the making: what has been said so far and the trainee's next reply."""

    model_config = ConfigDict(frozen=True)

    session: Session
    reply: str = ""


_STEPS_AN_EXCHANGE = 2


def rehearsal_graph(cast: Cast, trainee: Trainee) -> RehearsalGraph:
    """The exchange graph in a loop with a simulated trainee, until the conversation has ended."""
    from langgraph.graph import START, StateGraph  # noqa: PLC0415

    exchange = exchange_graph(cast)

    async def reply(state: RehearsalState) -> dict[str, str]:
        persona = state.session.persona
        view = TraineeView(persona.brief, persona.name, persona.channel, state.session.transcript, state.session.seed)
        return {"reply": await trainee.reply(view)}

    async def answer(state: RehearsalState) -> dict[str, Session]:
        async for event in run_exchange(exchange, state.session, state.reply):
            if isinstance(event, Finished):
                return {"session": state.session.with_exchange(event.exchange)}
        raise EngineError("the exchange ended without a result; please report this")

    async def goes_on(state: RehearsalState) -> Literal["trainee", "__end__"]:
        return "trainee" if state.session.outcome is None else "__end__"

    graph = StateGraph(RehearsalState)
    graph.add_node("trainee", reply)
    graph.add_node("exchange", answer)
    graph.add_edge(START, "trainee")
    graph.add_edge("trainee", "exchange")
    graph.add_conditional_edges("exchange", goes_on)
    return graph.compile(name="rehearsal")


async def run_rehearsal(graph: RehearsalGraph, session: Session) -> Session:
    """The session after its last exchange. Raises EngineError."""
    async for played in watch_rehearsal(graph, session):
        session = played
    return session


async def watch_rehearsal(graph: RehearsalGraph, session: Session) -> AsyncIterator[Session]:
    """The session after each exchange that is added to it, until it has ended. Raises EngineError."""
    most = _STEPS_AN_EXCHANGE * (session.persona.endings.longest + 1)
    updates = graph.astream(RehearsalState(session=session), {"recursion_limit": most}, stream_mode="updates")
    step: Any
    async for step in updates:
        made: dict[str, dict[str, Session]] = step
        if "exchange" in made:
            yield made["exchange"]["session"]
