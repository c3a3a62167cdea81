"""Lets Gradio know the parameters of its components without working them out again for every update."""

from __future__ import annotations

import inspect

from gradio.blocks import Block


def remember(block: Block) -> None:
    """Keep the signatures of what makes components of this class, where `inspect` looks first (PEP 362).

    Gradio 6.31 asks for them at each update of each component; half of what an update costs was their making.
    """
    for kind in type(block).__mro__:
        make = kind.__dict__.get("__init__")
        if inspect.isfunction(make) and not hasattr(make, "__signature__"):
            make.__signature__ = inspect.signature(make)  # pyright: ignore[reportFunctionMemberAccess]
