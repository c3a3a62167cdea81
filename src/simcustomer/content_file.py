"""Reads one YAML content file into a domain model, or says with file, line, field and remedy why it cannot be used."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, MappingStartEvent, SequenceStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from simcustomer.errors import ContentError

Model = TypeVar("Model", bound=BaseModel)

MOST_BYTES = 512 * 1024
MOST_DEPTH = 20
MOST_NODES = 20_000


def read_content(path: Path, model: type[Model]) -> Model:
    """The file as a `model`. Raises ContentError with one sentence a problem."""
    return parse_content(_text(path), model, name=str(path))


def parse_content(text: str, model: type[Model], *, name: str) -> Model:
    """The YAML `text` as a `model`; `name` stands for the file in messages. Raises ContentError."""
    yaml = YAML(typ="safe", pure=True)
    try:
        _check_bounds(text, name)
        root = yaml.compose(io.StringIO(text))
    except MarkedYAMLError as error:
        raise ContentError([_syntax_problem(name, error)]) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError([f"{name}, line {line}: holds a character that YAML does not allow; remove it"]) from error
    except (YAMLError, RecursionError) as error:
        raise ContentError([f"{name}: this is not readable YAML ({error}); check quotes and indentation"]) from error
    if not isinstance(root, MappingNode):
        raise ContentError([f"{name}, line 1: the file must hold fields such as `id: ...`; see docs/authoring.md"])
    problems = list(_repeated_keys(root, name))
    if problems:
        raise ContentError(problems)
    try:
        return model.model_validate(_plain(root, yaml, name))
    except ValidationError as error:
        raise ContentError([_field_problem(name, root, detail) for detail in error.errors()]) from error


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ContentError([f"{path}: {size:,} bytes, more than the {MOST_BYTES:,} that a content file may have; split or shorten it"])
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError([f"{path}: cannot be read ({error.strerror}); check the name and the permissions"]) from error
    except UnicodeDecodeError as error:
        raise ContentError([f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"]) from error


def _check_bounds(text: str, name: str) -> None:
    """Refuse aliases, depth and bulk from the event stream, before any tree is built."""
    depth = nodes = 0
    for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
        line = event.start_mark.line + 1
        nodes += 1
        if isinstance(event, AliasEvent):
            raise ContentError([f"{name}, line {line}: aliases (*{event.anchor}) are not allowed; write the value out"])
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                raise ContentError([f"{name}, line {line}: nested more than {MOST_DEPTH} deep; flatten it"])
        elif type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent"):
            depth -= 1
        if nodes > MOST_NODES:
            raise ContentError([f"{name}, line {line}: more than {MOST_NODES:,} values; shorten the file"])


def _repeated_keys(node: Node, name: str) -> Iterator[str]:
    if isinstance(node, MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                yield f"{name}, line {line}: a field name must be plain text"
                continue
            if key.value in seen:
                yield f"{name}, line {line}, field {key.value}: is already set on line {seen[key.value]}; remove one of the two"
            seen[key.value] = line
            yield from _repeated_keys(value, name)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item, name)


def _plain(node: Node, yaml: YAML, name: str) -> object:
    """The node as dicts, lists and scalars; only YAML's own plain types, so that no tag can build anything else."""
    if isinstance(node, MappingNode):
        return {_plain(key, yaml, name): _plain(value, yaml, name) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(item, yaml, name) for item in node.value]
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind not in {"str", "int", "float", "bool", "null"}:
        line = node.start_mark.line + 1
        raise ContentError([f"{name}, line {line}: {node.value!r} is read as a {kind}; put it in quotes to make it text"])
    try:
        return yaml.constructor.construct_object(node)
    except ValueError as error:
        raise ContentError([f"{name}, line {node.start_mark.line + 1}: {node.value!r} is not a valid {kind}; put it in quotes"]) from error


def _syntax_problem(name: str, error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f", line {mark.line + 1}" if mark else ""
    what = (error.problem or error.context or "the YAML cannot be read").strip()
    return f"{name}{where}: {what}; check indentation, and put text that holds a colon, # or quotes between quotes"


def _field_problem(name: str, root: Node, detail: ErrorDetails) -> str:
    line, path = _locate(root, detail["loc"])
    field = ".".join(str(part) for part in path) or "(the whole file)"
    return f"{name}, line {line}, field {field}: {_remedy(detail)}"


def _locate(root: Node, loc: tuple[int | str, ...]) -> tuple[int, list[str | int]]:
    """Line (from 1) and path of the deepest part of `loc` that stands in the file."""
    node, line, path = root, root.start_mark.line + 1, list[str | int]()
    for part in loc:
        if part == "[key]":
            break
        step = _step(node, part)
        if step is None:
            # pydantic names union branches in `loc`; those are not in the file, a missing field's own name is kept.
            if part == loc[-1] and isinstance(part, str):
                path.append(part)
            continue
        node, line = step
        path.append(part)
    return line, path


def _step(node: Node, part: int | str) -> tuple[Node, int] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if str(key.value) == str(part):
                return value, key.start_mark.line + 1
    elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None


def _remedy(detail: ErrorDetails) -> str:
    kind, message = detail["type"], detail["msg"].removeprefix("Value error, ")
    got = detail.get("input")
    shown = f" (found {got!r})" if isinstance(got, str | int | float | bool) and kind != "missing" else ""
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is not a field of this file; remove it or check its spelling"
        case "string_type":
            return f"must be text{shown}; put it in quotes"
        case "enum" | "literal_error":
            return f"{message[0].lower()}{message[1:]}{shown}"
        case _:
            return f"{message[0].lower()}{message[1:]}{shown}"
