"""Rich output for people; plain and silent where nobody watches a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console


def console() -> Console:
    """A console on standard output; colour and width as the terminal allows."""
    return Console(highlight=False)


@contextmanager
def progress(what: str) -> Generator[Callable[[str], None]]:
    """A status line on standard error while the block runs; nothing where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(f"{what} …") as status:
        yield lambda done: status.update(f"{what}: {done}")
