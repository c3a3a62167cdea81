"""The process of a run: `python -m simcustomer.lab.worker FOLDER RUN`, started by the server and ended with it.

It stands behind every other process of the machine, so that a measurement costs no trainee their answer.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

LOWEST = 19
"""The priority that yields to all others, where the system knows it."""


def main(folder: str, run_id: str) -> None:
    """Work on a run until it has ended, or until whoever holds the other end of standard input lets go of it."""
    threading.Thread(target=_end_with_server, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(LOWEST)
    # Loading takes seconds, which must already pass at the lowest priority.
    from simcustomer.lab.runs import RunFolder  # noqa: PLC0415
    from simcustomer.lab.work import fulfil  # noqa: PLC0415
    from simcustomer.settings import load_settings  # noqa: PLC0415

    fulfil(RunFolder(Path(folder)), run_id, load_settings())


def _end_with_server() -> None:
    sys.stdin.buffer.read()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)  # whoever works for this process too; it was made the head of a group
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
