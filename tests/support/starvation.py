"""How long this process was ready to run while the machine had no CPU for it."""

from __future__ import annotations

from pathlib import Path

_TASKS = Path("/proc/self/task")


def starved() -> float:
    """Seconds since the start that its threads waited for a CPU together, as Linux counts them; 0 where nobody counts."""
    waited = 0
    for task in _TASKS.glob("*/schedstat"):
        try:
            waited += int(task.read_text(encoding="ascii").split()[1])
        except OSError:  # the thread has ended meanwhile
            continue
    return waited / 1e9
