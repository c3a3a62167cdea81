"""Work spread over a Ray cluster by Ray Data: streamed out to its nodes and back, in order, and done again where a node is lost."""

# ray is an extra, and types its own API in part.
# pyright: basic, reportMissingImports=false

from __future__ import annotations

import logging
import os
import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

# Set before ray is imported, which reads it then: nothing is reported to its makers.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import pyarrow as pa
import ray
from ray.data import Datasource, ReadTask, TaskPoolStrategy
from ray.data.block import BlockMetadata
from ray.exceptions import RayError

from simcustomer.errors import EngineError, SettingsError

T = TypeVar("T")
R = TypeVar("R")

_LIGHT = 0.01
"""The share of a core that a worker is counted as which waits for a model most of the time."""

_SECONDS_TO_REACH = 10.0


@dataclass(frozen=True)
class RaySpread:
    """Implements `grading.Spread` on the cluster that this process is connected to.

    `workers` bounds how many parts are worked on side by side; None: as many as the cluster has cores. `waits` says
    that work is waiting for a model, and takes no core of its own.
    """

    workers: int | None
    waits: bool

    def __call__(self, loads: Sequence[Callable[[], T]], work: Callable[[T], R]) -> Iterator[R]:
        """What comes out of each load, in the order of the loads."""

        def worked(batch: dict[str, Any]) -> dict[str, list[bytes]]:
            return {"data": [pickle.dumps(work(pickle.loads(data))) for data in batch["data"]]}  # noqa: S301  # our own

        # Fetching takes no core, and one after another is fast enough.
        read = ray.data.read_datasource(
            _Loads(loads), override_num_blocks=len(loads), num_cpus=0, compute=TaskPoolStrategy(1)
        )
        dataset = read.map_batches(
            worked,
            batch_size=None,
            compute=TaskPoolStrategy(self.workers and min(self.workers, len(loads))),
            num_cpus=_LIGHT if self.waits else 1,
        )
        dataset.context.execution_options.preserve_order = True
        try:
            for row in dataset.iter_rows():
                yield pickle.loads(row["data"])  # noqa: S301  # our own
        except RayError as error:
            raise EngineError(
                f"The Ray cluster could not finish the work ({type(error).__name__}). What was done is kept: mend the "
                "cluster and run the same command again."
            ) from error


class _Loads(Datasource):
    """Loads as a source of Ray Data: each is a block of its own, fetched when there is room for it."""

    def __init__(self, loads: Sequence[Callable[[], Any]]) -> None:
        super().__init__()
        self._loads = loads

    @property
    def supports_distributed_reads(self) -> bool:
        """What is read is on this machine; nodes need not share a disk with it."""
        return False

    def estimate_inmemory_data_size(self) -> int | None:
        return None

    def get_read_tasks(self, *_: Any, **__: Any) -> list[ReadTask]:
        known = BlockMetadata(num_rows=1, size_bytes=None, exec_stats=None)
        return [ReadTask(_Block(load), known) for load in self._loads]


@dataclass(frozen=True)
class _Block:
    load: Callable[[], Any]

    def __call__(self) -> list[pa.Table]:
        return [pa.table({"data": [pickle.dumps(self.load())]})]


@contextmanager
def connected(address: str) -> Iterator[None]:
    """A connection to a cluster: `local` starts one on this machine. Raises SettingsError where none answers."""
    logging.getLogger("ray").setLevel(logging.ERROR)
    # Ray itself tries for minutes, and ends the process then.
    _reached(address)
    try:
        if address == "local":
            ray.init(address="local", include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        else:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _no_cluster(address, error) from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    for name in ("ray.data", "ray"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        ray.shutdown()


def _reached(address: str) -> None:
    """Whether something listens at an address that names a port. Raises SettingsError."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_SECONDS_TO_REACH).close()
    except OSError as error:
        raise _no_cluster(address, error) from error


def _no_cluster(address: str, error: Exception) -> SettingsError:
    return SettingsError(
        f"No Ray cluster answers at {address!r} ({type(error).__name__}). Start one with `ray start --head`, check the "
        "address, or give --ray local for this machine's cores."
    )
