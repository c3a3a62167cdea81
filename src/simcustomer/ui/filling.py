"""A page as it is sent: filled in as its load event would do it, and without what no control in sight can lead to.

Otherwise a browser would set up every page of the app, and then ask for the one that it is to show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from typing import Any, cast

import gradio as gr
from gradio.state_holder import SessionState
from starlette.requests import Request

from simcustomer.ui.desk import Part

LOAD = "load"

Config = dict[str, Any]
"""Gradio's description of a page: its components, the tree of their ids, and the dependencies, which say what follows an event."""

Changes = dict[int, dict[str, Any]]
"""New properties by a component's id."""

SECONDS = 5.0
"""How long a page may wait to be filled in; one that takes longer is sent as it is, and asks by its load event."""


class Filling:
    """Fills in the pages of these Blocks, whose load events give their updates by component."""

    def __init__(self, blocks: gr.Blocks, seconds: float | None = None) -> None:
        self.blocks = blocks
        self.seconds = SECONDS if seconds is None else seconds

    async def fill(self, config: Config, request: Request) -> None:
        """Change the description of the page that this request asks for. The visitor has been let into that page."""
        loads = [each for each in config["dependencies"] if _is_load(each)]
        # What was begun is done to its end, whether or not it is waited for.
        done = asyncio.shield(asyncio.gather(*(self._done(each, request) for each in loads)))
        with suppress(TimeoutError):
            changed = await asyncio.wait_for(done, self.seconds)
            if any("choices" in props for changes in changed for props in changes.values()):
                return  # Gradio lets be chosen only what a load event offered to this session of the browser's
            for dependency, changes in zip(loads, changed, strict=True):
                _apply(changes, dependency, config)
            _prune(config)

    async def _done(self, dependency: Config, request: Request) -> Changes:
        """What the handler of a load event changes, by component; of one that goes on giving, all until its end."""
        function, state = copy(self.blocks.fns[dependency["id"]]), SessionState(self.blocks)
        numbers = dict(zip(cast("list[Part]", function.outputs), dependency["outputs"], strict=True))
        changes: dict[int, dict[str, Any]] = {}
        called: Mapping[str, Any] = {"iterator": None, "is_generating": True}
        while called["is_generating"]:
            called = cast(
                "Mapping[str, Any]",
                await self.blocks.call_function(
                    function, [], called["iterator"], gr.Request(request), in_event_listener=True, state=state
                ),
            )
            if isinstance(given := called["prediction"], dict):  # else it is the sign that there is no more
                # Only what was given: Gradio makes each output anew, those too that stay as they are.
                parts = list(cast("dict[Part, Any]", given))
                function.outputs = parts
                for part, data in zip(parts, await self.blocks.postprocess_data(function, given, state), strict=True):
                    changes.setdefault(numbers[part], {}).update(_changed(data))
        return changes


def _apply(changes: Changes, dependency: Config, config: Config) -> None:
    """Put into a description what a load event changed; what follows that event is left to the browser, as one itself."""
    props = {component["id"]: component["props"] for component in config["components"]}
    for number, changed in changes.items():
        props[number].update(changed)
    config["dependencies"].remove(dependency)
    for after in [each for each in config["dependencies"] if each["trigger_after"] == dependency["id"]]:
        # A handler that would be given nothing has nothing to go on with.
        if any(props[number].get("value") for number in after["inputs"]):
            after |= {"targets": dependency["targets"], "trigger_after": None}
        else:
            config["dependencies"].remove(after)


def _is_load(dependency: Config) -> bool:
    return any(event == LOAD for _, event in dependency["targets"])


def _changed(data: object) -> Mapping[str, Any]:
    if isinstance(data, dict) and "__type__" in data:
        return {name: value for name, value in cast("Config", data).items() if name != "__type__"}
    return {"value": data}


def _prune(config: Config) -> None:
    """Leave out the components and dependencies that cannot come into sight, and all other pages."""
    page = config["page"][config["current_page"]]
    hidden = {each["id"] for each in config["components"] if each["props"].get("visible") is False}
    in_sight = set(_below(page["layout"], hidden))
    needed, kept = _within_reach(config["dependencies"], page["layout"], in_sight)
    config["components"] = [each for each in config["components"] if each["id"] in needed]
    config["dependencies"] = [each for each in config["dependencies"] if each["id"] in kept]
    _thin(page["layout"], needed)
    page["components"] = [number for number in page["components"] if number in needed]
    page["dependencies"] = [number for number in page["dependencies"] if number in kept]
    config["layout"] = page["layout"]
    config["page"] = {config["current_page"]: page}
    config["pages"] = [each for each in config["pages"] if each[0] == config["current_page"]]


def _within_reach(dependencies: list[Config], layout: Config, in_sight: set[int]) -> tuple[set[int], set[int]]:
    """Ids of the components that are in sight, or can become so by an event, or are read by one; and of those events."""
    under = {node["id"]: set(_below(node, set())) for node in _nodes(layout)}
    needed, kept = set(in_sight), set[int]()
    while True:
        reached = [each for each in dependencies if each["id"] not in kept and _can_happen(each, needed, kept)]
        if not reached:
            return needed | {number for number, below in under.items() if below & needed}, kept
        for each in reached:
            kept.add(each["id"])
            for number in (*each["inputs"], *each["outputs"]):
                needed |= under.get(number, {number})


def _can_happen(dependency: Config, needed: set[int], kept: set[int]) -> bool:
    return dependency["trigger_after"] in kept or any(
        event == LOAD or number in needed for number, event in dependency["targets"]
    )


def _below(node: Config, hidden: set[int]) -> Iterator[int]:
    """Ids of a node and of all under it, but for those that are hidden and what is under them."""
    if node["id"] not in hidden:
        yield node["id"]
        for child in node.get("children", ()):
            yield from _below(child, hidden)


def _nodes(node: Config) -> Iterator[Config]:
    yield node
    for child in cast("Iterable[Config]", node.get("children", ())):
        yield from _nodes(child)


def _thin(node: Config, needed: set[int]) -> None:
    if "children" in node:
        node["children"] = [child for child in node["children"] if child["id"] in needed]
        for child in node["children"]:
            _thin(child, needed)
