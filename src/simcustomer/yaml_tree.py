"""YAML text as a typed tree of plain values that know their line; bounded, and nothing in it can build an object.

ruamel.yaml has no types of its own, so that what it gives is unknown to the type checker; it is made ours here and
nowhere else.
"""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from simcustomer.errors import ContentError, Problem

MOST_DEPTH = 20
MOST_VALUES = 20_000

_PLAIN = frozenset({"str", "int", "float", "bool", "null"})

Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a mapping; `line` is that of its name."""

    name: str
    line: int
    tree: Tree


@dataclass(frozen=True, slots=True)
class Tree:
    """A value and where it stands (line from 1): a scalar, or a list of trees, or a tuple of a mapping's entries."""

    line: int
    value: Scalar | list[Tree] | tuple[Entry, ...]

    @property
    def plain(self) -> Plain:
        """The value without its lines."""
        if isinstance(self.value, list):
            return [item.plain for item in self.value]
        if isinstance(self.value, tuple):
            return {entry.name: entry.tree.plain for entry in self.value}
        return self.value

    def at(self, part: int | str) -> tuple[Tree, int] | None:
        """The part of that name or index and its line; None where there is none."""
        if isinstance(self.value, tuple):
            return next(((entry.tree, entry.line) for entry in self.value if entry.name == str(part)), None)
        if isinstance(self.value, list) and isinstance(part, int) and part < len(self.value):
            return self.value[part], self.value[part].line
        return None


def read_tree(text: str, *, name: str) -> Tree:
    """The tree of a YAML text; `name` stands for the file in messages.

    Raises ContentError for broken YAML, aliases, tags, repeated or odd field names, and for more than MOST_DEPTH levels
    or MOST_VALUES values.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        _check_bounds(yaml.parse(io.StringIO(text)), name)
        root = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as error:
        raise ContentError([_syntax_problem(name, error)]) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError(
            [Problem(name, "holds a character that YAML does not allow; remove it", line=line)]
        ) from error
    except (YAMLError, RecursionError) as error:
        raise ContentError([Problem(name, f"is not readable YAML ({error}); check quotes and indentation")]) from error
    if not isinstance(root, MappingNode):
        raise ContentError(
            [Problem(name, "the file must hold fields such as `id: ...`; see docs/authoring.md", line=1)]
        )
    problems: list[Problem] = []
    tree = _tree(root, yaml, name, problems)
    if problems:
        raise ContentError(problems)
    return tree


def _check_bounds(events: Iterator[Event], name: str) -> None:
    """Refuse aliases, depth and bulk from the event stream, before any tree is built."""
    depth = 0
    for count, event in enumerate(events, start=1):
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise ContentError(
                [Problem(name, f"aliases (*{event.anchor}) are not allowed; write the value out", line=line)]
            )
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise ContentError([Problem(name, f"nested more than {MOST_DEPTH} deep; flatten it", line=line)])
        if count > MOST_VALUES:
            raise ContentError([Problem(name, f"more than {MOST_VALUES:,} values; shorten the file", line=line)])


def _tree(node: Node, yaml: YAML, name: str, problems: list[Problem]) -> Tree:
    line: int = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        return Tree(line, tuple(_entries(node, yaml, name, problems)))
    if isinstance(node, SequenceNode):
        return Tree(line, [_tree(item, yaml, name, problems) for item in node.value])
    return Tree(line, _scalar(node, yaml, name, problems))


def _entries(node: MappingNode, yaml: YAML, name: str, problems: list[Problem]) -> Iterator[Entry]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        line: int = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            problems.append(Problem(name, "a field name must be plain text; put it in quotes", line=line))
            continue
        field = str(key.value)
        if field in seen:
            what = f"is already set on line {seen[field]}; remove one of the two"
            problems.append(Problem(name, what, line=line, field=field))
        seen[field] = line
        yield Entry(field, line, _tree(value, yaml, name, problems))


def _scalar(node: Node, yaml: YAML, name: str, problems: list[Problem]) -> Scalar:
    kind = str(node.tag).rsplit(":", 1)[-1]
    text = str(node.value)
    line: int = node.start_mark.line + 1
    if kind not in _PLAIN or not str(node.tag).startswith("tag:yaml.org,2002:"):
        problems.append(
            Problem(name, f"{text[:60]!r} is read as a {kind}; put it in quotes to make it text", line=line)
        )
        return None
    try:
        value: Scalar = yaml.constructor.construct_object(node)
    except ValueError:
        problems.append(
            Problem(name, f"{text[:60]!r} is not a valid {kind}; put it in quotes to make it text", line=line)
        )
        return None
    return value


def _syntax_problem(name: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = (error.problem or error.context or "the YAML cannot be read").strip()
    remedy = "check the indentation, and put text that holds a colon, # or quotes between quotes"
    return Problem(name, f"{what}; {remedy}", line=mark.line + 1 if mark else None)
