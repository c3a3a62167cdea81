"""A queue of runs, worked through one by one, each in a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from simcustomer.errors import SimcustomerError
from simcustomer.lab.runs import LOG, RunFolder

_log = logging.getLogger(__name__)

NOT_STARTED = -1
"""What stands for the exit code of a process that could not be started."""

SECONDS_TO_END = 3.0
"""How long a process may take to end when it is told to."""

_SECONDS_BETWEEN_LOOKS = 0.5

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Left alone, numerical libraries take every core."""


@dataclass
class _Working:
    run_id: str
    process: subprocess.Popen[bytes]
    cancelled: bool = False


class Lane:
    """A queue of runs, of which `at_once` are worked on at a time; `ended` is told of each with its exit code, None if cancelled.

    `alive` is called as long as there is anything to do, at least every second.
    """

    def __init__(
        self, folder: RunFolder, *, at_once: int, alive: Callable[[], None], ended: Callable[[str, int | None], None]
    ) -> None:
        self._folder = folder
        self._at_once = at_once
        self._alive = alive
        self._ended = ended
        self._lock = threading.Lock()
        self._waiting: list[str] = []
        self._working: dict[str, _Working] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, run_id: str) -> None:
        """Put a run at the end of the queue."""
        with self._lock:
            self._waiting.append(run_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="lab", daemon=True)
                self._thread.start()

    def ahead_of(self, run_id: str) -> int | None:
        """How many runs come before a waiting one; None where it does not wait."""
        with self._lock:
            if run_id not in self._waiting:
                return None
            return self._waiting.index(run_id) + len(self._working)

    def cancel(self, run_id: str) -> None:
        """Take a run off the queue, or end its process; nothing where it is neither."""
        with self._lock:
            waited = run_id in self._waiting
            if waited:
                self._waiting.remove(run_id)
            if working := self._working.get(run_id):
                working.cancelled = True
        if working is not None:
            _let_go(working.process)
        elif waited:
            self._ended(run_id, None)

    def close(self) -> None:
        """End the processes and forget who waits; they are found interrupted."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            working, thread = list(self._working.values()), self._thread
        for each in working:
            _let_go(each.process)
        if thread is not None:
            thread.join(timeout=2 * SECONDS_TO_END)

    def _work(self) -> None:
        while working := self._begun():
            self._alive()
            with suppress(subprocess.TimeoutExpired):
                working[0].process.wait(_SECONDS_BETWEEN_LOOKS)
            for each in working:
                if each.process.poll() is not None:
                    self._finish(each)

    def _begun(self) -> list[_Working]:
        """What is worked on, after those have begun for whom there is room; with nothing to do the thread is done."""
        failed: list[str] = []
        with self._lock:
            while self._waiting and len(self._working) < self._at_once and not self._closed:
                run_id = self._waiting.pop(0)
                try:
                    self._working[run_id] = _Working(run_id, self._started(run_id))
                except (OSError, SimcustomerError):
                    _log.exception("run %s could not be started", run_id)
                    failed.append(run_id)
            working = list(self._working.values())
            if not working:
                self._thread = None
        for run_id in failed:
            self._ended(run_id, NOT_STARTED)
        return working

    def _finish(self, working: _Working) -> None:
        _let_go(working.process)
        with self._lock:
            del self._working[working.run_id]
        if not self._closed:
            self._ended(working.run_id, None if working.cancelled else working.process.returncode)

    def _started(self, run_id: str) -> subprocess.Popen[bytes]:
        with (self._folder.place(run_id) / LOG).open("wb") as log:
            return _worker(self._folder.path, run_id, log)


def _worker(folder: Path, run_id: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own module, with a name that we made
        [sys.executable, "-m", "simcustomer.lab.worker", str(folder.resolve()), run_id],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        env={**os.environ, **ONE_THREAD},
        start_new_session=True,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Close its standard input, by which it ends itself and its own; kill it where it does not."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
