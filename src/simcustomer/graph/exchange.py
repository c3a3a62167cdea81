"""The exchange: one run takes one stored reply to the customer's answer and its grade.

Customer and grader run side by side; `settle` joins them, and `debrief` follows where the conversation has ended. There
is no checkpointer: what must outlive a run is in the store (docs/decisions/0002-one-run-is-one-exchange.md).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from simcustomer.domain import conduct
from simcustomer.domain.assessment import Grade, Ungraded
from simcustomer.domain.session import Appraisal, Debrief, Exchange, Session, Stance
from simcustomer.errors import EngineError, SimcustomerError
from simcustomer.observing import NOBODY, Observer, observed
from simcustomer.roles import Cast, GradingCase, Scene

# LangGraph takes as long to import as all else together: it is loaded with the first graph, when a server answers already.
if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    ExchangeGraph = CompiledStateGraph["ExchangeState", None, "ExchangeInput", "ExchangeState"]

_log = logging.getLogger(__name__)


class ExchangeInput(BaseModel):
    """What a run begins with: the session so far and the reply to answer."""

    model_config = ConfigDict(frozen=True)

    session: Session
    reply: str


class Taken(BaseModel):
    """What the customer made of the reply."""

    model_config = ConfigDict(frozen=True)

    appraisal: Appraisal
    stance: Stance
    answer: str


class ExchangeState(ExchangeInput):
    """The state of a run; each field is written by one node."""

    taken: Taken | None = None
    grade: Grade | None = None
    exchange: Exchange | None = None
    debrief: Debrief | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of the customer's answer, as soon as it is there."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """All that came of a reply; `debrief` where the conversation ended."""

    exchange: Exchange
    debrief: Debrief | None


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The nodes, bound to the engines that they call."""

    cast: Cast
    observer: Observer

    async def customer(self, state: ExchangeState) -> dict[str, Taken]:
        """Appraise, move the mood, speak; the pieces of the answer go out as they come."""
        from langgraph.config import get_stream_writer  # noqa: PLC0415

        write = get_stream_writer()
        reactions: list[tuple[Appraisal, Stance]] = []

        def react(appraisal: Appraisal) -> Stance:
            stance = conduct.stance_after(state.session, appraisal)
            reactions.append((appraisal, stance))
            return stance

        pieces: list[str] = []
        with observed(self.observer, "customer") as activity:
            async for piece in self.cast.customer.answer(Scene(state.session, state.reply), react):
                activity.spoke()
                pieces.append(piece)
                write(Spoken(piece))
        if len(reactions) != 1:
            times, name = len(reactions), self.cast.customer.name
            raise EngineError(
                f"{name} must appraise a reply once, not {times} times; your reply is kept, please report this"
            )
        appraisal, stance = reactions[0]
        return {"taken": Taken(appraisal=appraisal, stance=stance, answer="".join(pieces).strip())}

    async def grade(self, state: ExchangeState) -> dict[str, Grade]:
        """Grade the stored reply; a failure becomes Ungraded."""
        with observed(self.observer, "grade") as activity:
            grade = await self._graded(Scene(state.session, state.reply).case)
            activity.ending = "ungraded" if isinstance(grade, Ungraded) else "done"
        return {"grade": grade}

    async def _graded(self, case: GradingCase) -> Grade:
        try:
            return await self.cast.grader.grade(case)
        except SimcustomerError as error:
            return Ungraded(reason=str(error))
        except Exception as error:  # noqa: BLE001  # a failing grader must never cost the trainee the answer beside it
            _log.exception("the grader %s failed", self.cast.grader.name)
            reason = f"the grader failed ({type(error).__name__}); the reply can be graded later"
            return Ungraded(reason=reason)

    # The two below do not wait for anything, but LangGraph would run plain functions in threads of their own.
    async def settle(self, state: ExchangeState) -> dict[str, Exchange]:
        """Join what the customer made of the reply with its grade."""
        if state.taken is None or state.grade is None:
            raise EngineError("the exchange was settled before it was answered and graded; please report this")
        exchange = Exchange(
            number=len(state.session.exchanges) + 1,
            reply=state.reply,
            answer=state.taken.answer,
            appraisal=state.taken.appraisal,
            stance=state.taken.stance,
            grade=state.grade,
        )
        return {"exchange": exchange}

    async def ended(self, state: ExchangeState) -> Literal["debrief", "__end__"]:
        """Whether the conversation has come to an end."""
        return "debrief" if state.exchange and state.exchange.stance.outcome else "__end__"

    async def debrief(self, state: ExchangeState) -> dict[str, Debrief]:
        """Say what the session taught."""
        if state.exchange is None:
            raise EngineError("the debrief came before the exchange was settled; please report this")
        with observed(self.observer, "debrief"):
            return {"debrief": await self.cast.coach.debrief(state.session.with_exchange(state.exchange))}


def exchange_graph(cast: Cast, observer: Observer = NOBODY) -> ExchangeGraph:
    """The graph for these engines."""
    from langgraph.graph import END, START, StateGraph  # noqa: PLC0415

    nodes = _Nodes(cast, observer)
    graph = StateGraph(ExchangeState, input_schema=ExchangeInput)
    graph.add_node("customer", nodes.customer)
    graph.add_node("grade", nodes.grade)
    graph.add_node("settle", nodes.settle)
    graph.add_node("debrief", nodes.debrief)
    graph.add_edge(START, "customer")
    graph.add_edge(START, "grade")
    graph.add_edge(["customer", "grade"], "settle")
    graph.add_conditional_edges("settle", nodes.ended)
    graph.add_edge("debrief", END)
    return graph.compile(name="exchange")


async def run_exchange(graph: ExchangeGraph, session: Session, reply: str) -> AsyncIterator[Spoken | Finished]:
    """Run one exchange: pieces of the answer as they come, then what came of it. Raises EngineError."""
    exchange: Exchange | None = None
    debrief: Debrief | None = None
    stream = graph.astream(ExchangeInput(session=session, reply=reply), stream_mode=["custom", "updates"])
    streamed: Any
    async for _, streamed in stream:
        if isinstance(streamed, Spoken):
            yield streamed
            continue
        part: dict[str, dict[str, Any]] = streamed
        exchange = part.get("settle", {}).get("exchange", exchange)
        debrief = part.get("debrief", {}).get("debrief", debrief)
    if exchange is None:
        raise EngineError("the exchange ended without a result; try again")
    yield Finished(exchange, debrief)
