"""Changes one field of a YAML text and leaves every other character as its author typed it, comments and all.

The new value is put in at the place that the parser names; reading and writing the whole would keep the comments too, but
lay lines, lists and quotes out anew that nobody touched.
"""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from yaml import CSafeLoader, compose
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from simcustomer.errors import ContentError, Problem
from simcustomer.yaml_tree import Plain, read_tree

Value = str | float | list[str] | None
"""What a field can be set to; None takes it out."""

FOLD = 110
"""Characters from which on prose is written over several lines."""

_ODD = re.compile("[\x7f-\x9f\u2028\u2029]")
"""What YAML takes for the end of a line, or does not allow."""

_PLAIN = re.compile(r"[^\W\d_](?:[\w £€$%&/()'\u2019.;!?,\u2013-]*[\w)%.!?\u2019])?")


class _Place(NamedTuple):
    """Where a value stands: `start` to `end` in the text; `column` is that of the field's name."""

    start: int
    end: int
    column: int
    node: Node
    in_flow: bool


def with_value(text: str, path: Sequence[str], value: Value, *, before: Sequence[str] = ()) -> str:
    """The text with the field at `path` set to `value`.

    Where the field is not there yet, it goes behind the last of the fields `before` that is. Raises ContentError for a
    text that cannot be read, or whose field is written in a way that cannot be changed from outside.
    """
    expected = _changed(read_tree(text, name="text").plain, path, value)
    made = _Edit(text).with_value(path, value, before)
    try:
        good = read_tree(made, name="text").plain == expected
    except ContentError:
        good = False
    if not good:
        raise ContentError(
            [
                Problem(
                    "text",
                    "is written in a way that the form cannot change; change it in the text",
                    field=".".join(path),
                )
            ]
        )
    return made


def value_at(plain: Plain, path: Sequence[str]) -> Plain:
    """What stands at `path`; None where nothing does."""
    for part in path:
        if not isinstance(plain, dict):
            return None
        plain = plain.get(part)
    return plain


def _changed(plain: Plain, path: Sequence[str], value: Value) -> Plain:
    held = dict(plain) if isinstance(plain, dict) else {}
    if len(path) > 1:
        held[path[0]] = _changed(held.get(path[0]), path[1:], value)
    elif value is None:
        held.pop(path[0], None)
    else:
        held[path[0]] = list(value) if isinstance(value, list) else value
    return held


class _Change(NamedTuple):
    """What stands from `start` to `end` gives way to `written`."""

    start: int
    end: int
    written: str


class _Edit:
    def __init__(self, text: str) -> None:
        self._text = text
        self._root: MappingNode = compose(text, Loader=CSafeLoader)

    def with_value(self, path: Sequence[str], value: Value, before: Sequence[str]) -> str:
        text = self._text
        for change in sorted(self._changes(path, value, before), reverse=True):
            text = text[: change.start] + change.written + text[change.end :]
        return text

    def _changes(self, path: Sequence[str], value: Value, before: Sequence[str]) -> Iterator[_Change]:
        place = self._place(path)
        if value is None:
            if place is not None:
                yield _Change(self._line(place.start), self._next_line(place.end), "")
        elif place is None:
            yield self._added(path, value, before)
        elif isinstance(value, list) and value and _is_block_of_scalars(place.node):
            yield from self._item_changes(place.node.value, value)
        else:
            yield self._replaced(place, value)

    def _place(self, path: Sequence[str]) -> _Place | None:
        node: Node = self._root
        place, in_flow = None, False
        for part in path:
            pairs = node.value if isinstance(node, MappingNode) else []
            pair = next(((k, v) for k, v in pairs if isinstance(k, ScalarNode) and k.value == part), None)
            if pair is None:
                return None
            in_flow = in_flow or (isinstance(node, MappingNode) and bool(node.flow_style))
            key, node = pair
            start, end = node.start_mark.index, self._end(node)
            if end <= start:  # nothing is written: the value belongs behind the colon
                start = end = self._text.index(":", key.end_mark.index) + 1
            place = _Place(start, end, key.start_mark.column, node, in_flow)
        return place

    def _end(self, node: Node) -> int:
        """Where the value's last character is; a block ends for the parser only where the next thing begins."""
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        return start + len(self._text[start:end].rstrip())

    def _replaced(self, place: _Place, value: str | float | list[str]) -> _Change:
        written = _written(value, place.column, place.node, in_flow=place.in_flow)
        if written.startswith("\n"):
            return _Change(self._text.rindex(":", 0, place.start + 1) + 1, place.end, written)
        return _Change(place.start, place.end, written if place.end > place.start else f" {written}")

    def _item_changes(self, nodes: list[Node], items: list[str]) -> Iterator[_Change]:
        """Items that stay keep their lines and the comments among them."""
        column = nodes[0].start_mark.column
        start = self._line(nodes[0].start_mark.index)
        dash = " " * (self._text.index("-", start) - start)
        matcher = SequenceMatcher(None, [str(node.value) for node in nodes], items, autojunk=False)
        for tag, i, k, j, m in matcher.get_opcodes():
            if tag == "equal":
                continue
            for node, item in zip(nodes[i:k], items[j:m], strict=False):
                yield _Change(node.start_mark.index, self._end(node), _scalar(item, column))
            for node in nodes[i + (m - j) : k]:
                yield _Change(self._line(node.start_mark.index), self._next_line(self._end(node)), "")
            if more := [f"{dash}- {_scalar(item, column)}" for item in items[j + (k - i) : m]]:
                at = self._line_end(self._end(nodes[k - 1])) if k else start
                yield _Change(
                    at, at, "".join(f"\n{line}" for line in more) if k else "".join(f"{line}\n" for line in more)
                )

    def _added(self, path: Sequence[str], value: str | float | list[str], before: Sequence[str]) -> _Change:
        """The field behind those that come before it, with the fields around it that are not there either."""
        parent = self._place(path[:-1]) if len(path) > 1 else None
        if len(path) > 1 and parent is None:
            column = 0
            lines = f"{path[-2]}:\n  {path[-1]}:{_spaced(_written(value, 2, None))}"
            held, siblings = self._root, before
        elif parent is None:
            column, lines = 0, f"{path[-1]}:{_spaced(_written(value, 0, None))}"
            held, siblings = self._root, before
        elif not isinstance(parent.node, MappingNode):  # its name is there, and nothing else
            column = parent.column + 2
            written = f"\n{' ' * column}{path[-1]}:{_spaced(_written(value, column, None))}"
            return _Change(parent.start, parent.end, written)
        elif parent.in_flow or parent.node.flow_style:
            lead = ", " if parent.node.value else ""
            written = f"{lead}{path[-1]}: {_written(value, 0, None, in_flow=True)}"
            return _Change(parent.end - 1, parent.end - 1, written)
        else:
            column = parent.node.start_mark.column
            lines = f"{path[-1]}:{_spaced(_written(value, column, None))}"
            held, siblings = parent.node, ()
        pairs = [pair for pair in held.value if pair[0].value in siblings] or held.value
        key, last = pairs[-1]
        at = self._line_end(self._end(last) if self._end(last) > last.start_mark.index else key.end_mark.index)
        return _Change(at, at, f"\n{' ' * column}{lines}")

    def _line(self, index: int) -> int:
        return self._text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self._text.find("\n", index)
        return len(self._text) if found < 0 else found

    def _next_line(self, index: int) -> int:
        return min(self._line_end(index) + 1, len(self._text))


def _is_block_of_scalars(node: Node) -> bool:
    return (
        isinstance(node, SequenceNode)
        and not node.flow_style
        and bool(node.value)
        and all(isinstance(item, ScalarNode) for item in node.value)
    )


def _spaced(written: str) -> str:
    return written if written.startswith("\n") else f" {written}"


def _written(value: str | float | list[str], column: int, was: Node | None, *, in_flow: bool = False) -> str:
    """A value as YAML for a field whose name stands at `column`; it begins with a line end where it needs lines of its own."""
    if isinstance(value, list):
        flat = in_flow or not value or (isinstance(was, SequenceNode) and bool(was.flow_style))
        if flat or all(re.fullmatch(r"[a-z_]{1,40}", item) for item in value):
            return f"[{', '.join(_scalar(item, column, in_flow=True) for item in value)}]"
        return "".join(f"\n{' ' * (column + 2)}- {_scalar(item, column + 4)}" for item in value)
    if isinstance(value, str):
        return _scalar(value, column + 2, in_flow=in_flow)
    return f"{value:g}"


def _scalar(text: str, column: int, *, in_flow: bool = False) -> str:
    """Text as one YAML value: bare where nothing in it could be taken for something else, folded where it is long."""
    if not in_flow and len(text) > FOLD and _folds(text):
        indent = " " * column
        return f">-\n{indent}" + f"\n{indent}".join(_wrapped(text, FOLD))
    if len(text) <= FOLD and _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not (in_flow and "," in text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", quoted)


def _folds(text: str) -> bool:
    """Whether lines of it, joined by a space each, give it back."""
    return re.fullmatch(r"\S+( \S+)*", text) is not None and not text.startswith("#")


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
"""Words that one version of YAML or another takes for something else than text."""
