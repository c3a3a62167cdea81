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
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import ReaderError

from simcustomer.errors import ContentError, Problem

MOST_DEPTH = 20
MOST_VALUES = 5_000
"""Values and ends of lists and mappings: three times as many as the largest shipped file has, and read in half a second."""

LONGEST_NUMBER = 40
"""Characters of a number, true or null: Python refuses to write out one of thousands of digits."""

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
    yaml.Parser = _BoundedParser
    yaml.composer.warn_double_anchors = False
    try:
        root = yaml.compose(io.StringIO(text))
    except _Unbounded as error:
        raise ContentError([Problem(name, error.what, line=error.line)]) from error
    except MarkedYAMLError as error:
        raise ContentError([_syntax_problem(name, error)]) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError(
            [Problem(name, "holds a character that YAML does not allow; remove it", line=line)]
        ) from error
    except YAMLError as error:
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


class _Unbounded(Exception):
    """What a text may not hold, and on which line it does."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


class _BoundedParser(Parser):
    """Refuses aliases, depth and bulk as the events come, before a tree is built of them."""

    def __init__(self, loader: YAML) -> None:
        super().__init__(loader)
        self._depth = self._count = 0

    def get_event(self) -> Event:
        """The next event. Raises _Unbounded."""
        event: Event = super().get_event()
        line: int = event.start_mark.line + 1
        self._count += 1
        if isinstance(event, AliasEvent):
            raise _Unbounded(f"aliases (*{event.anchor[:60]}) are not allowed; write the value out", line)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._depth -= 1
        if self._depth > MOST_DEPTH:
            raise _Unbounded(f"nested more than {MOST_DEPTH} deep; flatten it", line)
        if self._count > MOST_VALUES:
            raise _Unbounded(f"more than {MOST_VALUES:,} values; shorten the file", line)
        return event


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
    value: Scalar = None
    is_broken = kind != "str" and len(text) > LONGEST_NUMBER
    try:
        value = None if is_broken else yaml.constructor.construct_object(node)
    except (ValueError, ArithmeticError, LookupError):  # `!!bool maybe` is looked up, `!!int ''` has no first digit
        is_broken = True
    if is_broken:
        what = f"{text[:60]!r} is not a valid {kind}; put it in quotes to make it text"
        problems.append(Problem(name, what, line=line))
    return value


def _syntax_problem(name: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = (error.problem or error.context or "the YAML cannot be read").strip()
    remedy = "check the indentation, and put text that holds a colon, # or quotes between quotes"
    return Problem(name, f"{what}; {remedy}", line=mark.line + 1 if mark else None)
