"""Reads one YAML content file into a domain model, or says with file, line, field and remedy why it cannot be used."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simcustomer.errors import ContentError, Problem
from simcustomer.yaml_tree import Tree, read_tree

Model = TypeVar("Model", bound=BaseModel)

MOST_BYTES = 150_000
"""The largest content file and draft; the largest persona that comes along has 38,000, and a request of the page holds 256 KiB."""


_A_LIST = "must be a list; begin each entry with a dash on a line of its own, or put all of them between [ and ]"
_FIELDS = "must have fields of its own; write each of them indented, as name: value"
SHAPES = {
    "tuple_type": _A_LIST,
    "list_type": _A_LIST,
    "frozen_set_type": _A_LIST,
    "dict_type": _FIELDS,
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
    "int_type": "must be a whole number; write it in figures",
    "int_parsing": "must be a whole number; write it in figures",
    "int_from_float": "must be a whole number; leave out what is behind the point",
    "float_type": "must be a number; write it in figures",
    "float_parsing": "must be a number; write it in figures",
}
"""What to say of a value that has the wrong shape, by pydantic's name for the error: its own words are a programmer's."""


def read_content(path: Path, model: type[Model]) -> Model:
    """The file as a `model`; one that has not changed is not parsed again. Raises ContentError, one sentence a problem."""
    status = _checked(path)
    return cast(Model, _parsed(path, status.st_mtime_ns, status.st_size, model))


def shown_name(path: Path) -> str:
    """The name of a file for messages; one that is no UTF-8 could be printed nowhere, so its odd bytes are replaced."""
    return str(path).encode("utf-8", "replace").decode()


def content_text(path: Path) -> str:
    """The text of a content file. Raises ContentError for one that is too large, no UTF-8, or elsewhere than it seems."""
    _checked(path)
    return _text(path)


def _checked(path: Path) -> os.stat_result:
    """The status of a file that may be read: a regular one of a readable size, and no link out of its folder. Raises ContentError."""
    try:
        status = path.stat()
        if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
            raise ContentError([_problem(path, "is a link that leads out of its folder; put a copy of the file there")])
    except OSError as error:
        raise ContentError([_unreadable(path, error)]) from error
    if not stat.S_ISREG(status.st_mode):
        raise ContentError([_problem(path, "cannot be read (it is no file); check the name")])
    if status.st_size > MOST_BYTES:
        what = f"{status.st_size:,} bytes, more than the {MOST_BYTES:,} that a content file may have; shorten it"
        raise ContentError([_problem(path, what)])
    return status


@lru_cache(maxsize=256)
def _parsed(path: Path, changed: int, size: int, model: type[BaseModel]) -> BaseModel:
    del changed, size  # they are there to tell one state of the file from another
    return parse_content(_text(path), model, name=shown_name(path))


def parse_content(text: str, model: type[Model], *, name: str) -> Model:
    """The YAML `text` as a `model`; `name` stands for the file in messages. Raises ContentError."""
    tree = read_tree(text, name=name)
    try:
        return model.model_validate(tree.plain)
    except ValidationError as error:
        raise ContentError([_field_problem(name, tree, detail) for detail in error.errors()]) from error


def _text(path: Path) -> str:
    try:
        held = path.read_bytes()
    except OSError as error:
        raise ContentError([_unreadable(path, error)]) from error
    try:
        return held.decode("utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError as error:
        line = held.count(b"\n", 0, error.start) + 1
        what = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise ContentError([_problem(path, what, line=line)]) from error


def _unreadable(path: Path, error: OSError) -> Problem:
    return _problem(path, f"cannot be read ({error.strerror}); check the name and the permissions")


def _problem(path: Path, what: str, *, line: int | None = None) -> Problem:
    return Problem(shown_name(path), what, line=line)


def _field_problem(name: str, tree: Tree, detail: ErrorDetails) -> Problem:
    line, path = _locate(tree, detail["loc"])
    field = ".".join(str(part) for part in path) or "(the whole file)"
    return Problem(name, _remedy(detail), line=line, field=field)


def _locate(tree: Tree, loc: tuple[int | str, ...]) -> tuple[int, list[str | int]]:
    """Line (from 1) and path of the deepest part of `loc` that stands in the file."""
    line = tree.line
    path: list[str | int] = []
    for part in loc:
        if part == "[key]":
            break
        step = tree.at(part)
        if step is not None:
            tree, line = step
            path.append(part)
        elif part == loc[-1] and isinstance(part, str):
            # Branches of a union are in `loc` and not in the file; the name of a missing field is worth saying.
            path.append(part)
    return line, path


def _remedy(detail: ErrorDetails) -> str:
    message = detail["msg"].removeprefix("Value error, ")
    got = detail.get("input")
    shown = f" (found {got!r})" if isinstance(got, str | int | float | bool) and len(repr(got)) < 80 else ""
    if empty := _empty(detail):
        return empty
    match detail["type"]:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is not a field of this file; remove it or check its spelling"
        case "string_type":
            return f"must be text{shown}; put it in quotes"
        case shape if shape in SHAPES:
            what, remedy = SHAPES[shape].split("; ", 1)
            return f"{what}{shown}; {remedy}"
        case _:
            return f"{message[0].lower()}{message[1:]}{shown}"


def _empty(detail: ErrorDetails) -> str | None:
    """What to say of a field that is there with nothing in it; None where something is."""
    got = detail.get("input")
    if detail["type"] == "too_short":
        fewest = detail.get("ctx", {}).get("min_length", 1)
        return f"needs at least {fewest} {'entry' if fewest == 1 else 'entries'}; add to it"
    is_text = detail["type"] in ("string_type", "string_too_short", "enum", "literal_error")
    return "is empty; fill it in" if is_text and got in (None, "") else None
