"""Blocks that do work for what a handler changes, not for all that it could have changed, and are described when they are whole."""

from __future__ import annotations

import copy
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio import blocks as gradio_blocks
from gradio.block_function import BlockFunction
from gradio.blocks import Block, BlocksConfig
from gradio.state_holder import SessionState

_NOTHING: dict[str, Any] = {}


class _OfSession(BlocksConfig):
    """What one browser's session holds of the app: its components are not described."""

    @staticmethod
    def config_for_block(*_: object, **__: object) -> dict[str, Any]:
        """Nothing, and the same nothing for every component of every session."""
        return _NOTHING


class _OfApp(BlocksConfig):
    """What all sessions begin with."""

    def __copy__(self) -> BlocksConfig:
        copied = _OfSession(self.root_block)
        copied.__dict__.update(super().__copy__().__dict__)
        return copied


_NAMES = gradio_blocks.__dict__
"""Where Gradio's Blocks look up of what class the application is that they make."""


class _NoApp:
    @staticmethod
    def create_app(*_: object, **__: object) -> None:
        """None: there is something to serve when all is laid out."""


@contextmanager
def laying_out() -> Generator[None]:
    """Within it, sparing Blocks are neither described nor made an application of.

    Gradio 6.31 does both when Blocks begin, after each of their pages and when they get a queue, and then once more for the server in
    which they are mounted, which is the only one that answers.
    """
    made, _NAMES["App"] = _NAMES["App"], _NoApp
    try:
        yield
    finally:
        _NAMES["App"] = made


class SparingBlocks(gr.Blocks):
    """Gradio 6.31 makes every output component of a handler anew at each of its updates, those that stay as they are too.

    A page here has some thirty, and an answer that is shown as it comes has a dozen updates: that was most of what an exchange cost.
    It also describes every component of the app for each session that begins, and nothing reads these descriptions; all who were
    being answered had to wait meanwhile.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default_config = _OfApp(self)

    def get_config_file(self) -> Any:
        """Gradio's description of all pages; empty while they are laid out."""
        return {} if _NAMES["App"] is _NoApp else super().get_config_file()

    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: list[Any] | dict[Any, Any], state: SessionState | None
    ) -> list[Any]:
        """What goes to the browser for each output: for those that a handler did not name, that they stay."""
        if not isinstance(predictions, dict) or not all(isinstance(key, Block) for key in predictions):
            return await super().postprocess_data(block_fn, predictions, state)
        given = {block._id: value for block, value in predictions.items()}
        changed = copy.copy(block_fn)
        changed.outputs = [block for block in block_fn.outputs if block._id in given]
        if len(changed.outputs) != len(given) or not given:
            return await super().postprocess_data(block_fn, predictions, state)  # which says what is wrong
        values = [given[block._id] for block in changed.outputs]
        made = iter(await super().postprocess_data(changed, values if len(values) > 1 else values[0], state))
        return [next(made) if block._id in given else gr.skip() for block in block_fn.outputs]
