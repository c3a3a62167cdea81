"""A handler's updates cost what it changes, and come out as Gradio would have made them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from simcustomer.ui.sparing import SparingBlocks, laying_out

Changes = Callable[[list[gr.Textbox], gr.Button], Any]

CHANGES: dict[str, Changes] = {
    "one": lambda boxes, _: {boxes[3]: "new"},
    "several": lambda boxes, button: {button: gr.Button(visible=False), boxes[4]: gr.Textbox(value="x", lines=7)},
    "a list": lambda *_: ["a", gr.skip(), "c", "d", "e", gr.skip()],
    "nothing": lambda *_: gr.skip(),
}


async def _sent(kind: type[gr.Blocks], changes: Changes, made: list[str]) -> list[Any]:
    """What goes to the browser; `made` gets the labels of the boxes that are made meanwhile."""
    with kind() as blocks:
        boxes = [gr.Textbox(label=f"box {number}") for number in range(5)]
        button = gr.Button("go")
        button.click(lambda: None, None, [*boxes, button])
    given = changes(boxes, button)
    made.clear()
    return await blocks.postprocess_data(next(iter(blocks.fns.values())), given, None)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    labels: list[str] = []
    make = gr.Textbox.__init__

    def counted(self: gr.Textbox, *args: Any, **kwargs: Any) -> None:
        labels.append(str(kwargs.get("label")))
        make(self, *args, **kwargs)

    monkeypatch.setattr(gr.Textbox, "__init__", counted)
    return labels


@pytest.mark.parametrize("what", list(CHANGES))
def test_what_goes_out_is_what_gradio_would_send(what: str) -> None:
    ours, theirs = (asyncio.run(_sent(kind, CHANGES[what], [])) for kind in (SparingBlocks, gr.Blocks))
    assert ours == theirs
    assert len(ours) == 6


def test_what_stays_is_not_made_anew(made: list[str]) -> None:
    asyncio.run(_sent(SparingBlocks, CHANGES["several"], made))
    assert made == ["box 4"]
    asyncio.run(_sent(gr.Blocks, CHANGES["several"], made))
    assert len(made) == 5


def test_an_update_for_no_output_is_an_error() -> None:
    with pytest.raises(ValueError, match="output"):
        asyncio.run(_sent(SparingBlocks, lambda *_: {gr.Button(): "x"}, []))


def test_a_session_that_begins_describes_nothing_and_holds_its_own_values(monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[str] = []
    describe = gr.Textbox.get_config

    def counted(self: gr.Textbox) -> dict[str, Any]:
        described.append(str(self.label))
        return describe(self)

    async def begun() -> None:
        with SparingBlocks() as blocks:
            box, state = gr.Textbox(label="box"), gr.State([1])
        monkeypatch.setattr(gr.Textbox, "get_config", counted)
        mine, other = SessionState(blocks), SessionState(blocks)
        mine[state._id].append(2)
        mine[box._id] = gr.Textbox(label="mine", render=False)
        assert (mine[state._id], other[state._id]) == ([1, 2], [1])
        assert (mine[box._id].label, other[box._id].label) == ("mine", "box")
        assert not described
        assert any(each["props"].get("label") == "box" for each in blocks.get_config_file()["components"])

    asyncio.run(begun())


def test_blocks_are_described_once_they_are_laid_out() -> None:
    async def described() -> None:
        with laying_out(), SparingBlocks() as blocks:
            gr.Textbox(label="box")
        assert blocks.config == {}
        assert blocks.app is None
        labels = [each["props"].get("label") for each in blocks.get_config_file()["components"]]
        assert "box" in labels
        with SparingBlocks() as whole:
            gr.Textbox(label="box")
        assert whole.app is not None

    asyncio.run(described())
