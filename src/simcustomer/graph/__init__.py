"""What runs on LangGraph: the exchange of a reply for an answer and its grade, and the rehearsal made of exchanges."""

from typing import TYPE_CHECKING

from simcustomer.graph.exchange import Finished, Spoken, exchange_graph, run_exchange
from simcustomer.graph.rehearsal import rehearsal_graph, run_rehearsal, watch_rehearsal

if TYPE_CHECKING:
    from simcustomer.graph.exchange import ExchangeGraph
    from simcustomer.graph.rehearsal import RehearsalGraph

__all__ = [
    "ExchangeGraph",
    "Finished",
    "RehearsalGraph",
    "Spoken",
    "exchange_graph",
    "rehearsal_graph",
    "run_exchange",
    "run_rehearsal",
    "watch_rehearsal",
]
