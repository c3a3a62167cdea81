"""YAML text as a typed tree of plain values that know their line; bounded, and nothing in it can build an object.

The tree is made of the events of libyaml's parser: what they mean is decided here, and by nothing that PyYAML would make of
them (its types are those of YAML 1.1, and some of its tags build objects).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn, cast

from yaml import CSafeLoader, MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from simcustomer.errors import ContentError, Problem
from simcustomer.yaml_scalars import NotAScalar, Scalar, kind_of, scalar

MOST_DEPTH = 20
MOST_VALUES = 5_000
"""Values and ends of lists and mappings: three times as many as the largest shipped file has, and read in a hundredth of a second."""

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
    try:
        reading = _Reading(name, text)
        tree = reading.document()
    except MarkedYAMLError as error:
        raise ContentError([_syntax_problem(name, error)]) from error
    except ReaderError as error:
        raise ContentError([_odd_character(name, text.encode()[: error.position].count(b"\n"))]) from error
    except UnicodeEncodeError as error:  # half of a character, which UTF-8 has no bytes for
        raise ContentError([_odd_character(name, text.count("\n", 0, error.start))]) from error
    if reading.problems:
        raise ContentError(reading.problems)
    return tree


class _Reading:
    """A text on its way into a tree; refuses aliases, depth and bulk as the events come, before a tree is built of them."""

    def __init__(self, name: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._parser = CSafeLoader(text)
        self._depth = self._count = 0

    def document(self) -> Tree:
        """The mapping of fields that the text holds. Raises ContentError, and what the parser raises."""
        self._next()
        tree = self._tree(self._next()) if isinstance(self._next(), DocumentStartEvent) else None
        if tree is None or not isinstance(tree.value, tuple):
            what = "the file must hold fields such as `id: ...`; see docs/authoring.md"
            raise ContentError([Problem(self._name, what, line=1)])
        self._next()
        if not isinstance(after := self._next(), StreamEndEvent):
            self._refuse("a second document begins; leave one, and no line of three dashes below it", after)
        return tree

    def _next(self) -> Event:
        event = cast(
            Event, self._parser.get_event()
        )  # None comes after the end of the stream, behind which nothing is read
        self._count += 1
        if isinstance(event, AliasEvent):
            self._refuse(f"aliases (*{event.anchor[:60]}) are not allowed; write the value out", event)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._depth -= 1
        if self._depth > MOST_DEPTH:
            self._refuse(f"nested more than {MOST_DEPTH} deep; flatten it", event)
        if self._count > MOST_VALUES:
            self._refuse(f"more than {MOST_VALUES:,} values; shorten the file", event)
        return event

    def _tree(self, event: Event) -> Tree:
        """The value that begins with this event."""
        line = _line(event)
        if isinstance(event, MappingStartEvent):
            self._check_tag(event.tag, "map", line)
            return Tree(line, tuple(self._entries()))
        if isinstance(event, SequenceStartEvent):
            self._check_tag(event.tag, "seq", line)
            items: list[Tree] = []
            while not isinstance(item := self._next(), SequenceEndEvent):
                items.append(self._tree(item))
            return Tree(line, items)
        assert isinstance(event, ScalarEvent)  # noqa: S101  # nothing else begins a value
        try:
            value = scalar(event.value, kind_of(event.value, event.tag, is_plain=event.implicit[0]))
        except NotAScalar as error:
            self.problems.append(Problem(self._name, str(error), line=line))
            value = None
        return Tree(line, value)

    def _entries(self) -> Iterator[Entry]:
        seen: dict[str, int] = {}
        while not isinstance(key := self._next(), MappingEndEvent):
            line = _line(key)
            if not isinstance(key, ScalarEvent):
                what = "a field name must be plain text; put it in quotes"
                self.problems.append(Problem(self._name, what, line=line))
                self._tree(key)
                self._tree(self._next())
                continue
            field: str = key.value
            if field in seen:
                what = f"is already set on line {seen[field]}; remove one of the two"
                self.problems.append(Problem(self._name, what, line=line, field=field))
            seen[field] = line
            yield Entry(field, line, self._tree(self._next()))

    def _check_tag(self, tag: str | None, own: str, line: int) -> None:
        if tag not in (None, "!", f"tag:yaml.org,2002:{own}"):
            what = f"the tag of {tag[:60]!r} is not allowed; take it away"
            self.problems.append(Problem(self._name, what, line=line))

    def _refuse(self, what: str, event: Event) -> NoReturn:
        raise ContentError([Problem(self._name, what, line=_line(event))])


def _line(event: Event) -> int:
    return event.start_mark.line + 1


def _odd_character(name: str, lines_before: int) -> Problem:
    return Problem(name, "holds a character that YAML does not allow; remove it", line=lines_before + 1)


def _syntax_problem(name: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = (error.problem or error.context or "the YAML cannot be read").strip()
    remedy = "check the indentation, and put text that holds a colon, # or quotes between quotes"
    return Problem(name, f"{what}; {remedy}", line=mark.line + 1 if mark else None)
