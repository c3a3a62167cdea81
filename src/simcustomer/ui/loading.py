"""Loads Gradio in half its time."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def unstubbed() -> Generator[None]:
    """Within it, Gradio writes no type stubs.

    Gradio 6.31 parses the source of every component's class where one is made, its own sixty whenever it is imported, and compares the
    stub beside it with what it would write there: a second of the two and a half that importing it took. It leaves that out
    for a class that has no file.
    """
    find = inspect.getfile

    def found(of: object) -> str:
        if type(of).__name__ == "ComponentMeta":
            raise OSError("no stub is wanted")
        return find(of)  # pyright: ignore[reportArgumentType]  # it says itself what it cannot take

    inspect.getfile = found
    try:
        yield
    finally:
        inspect.getfile = find


def load_gradio() -> None:
    """Import it, if it is not yet."""
    with unstubbed():
        importlib.import_module("gradio")
