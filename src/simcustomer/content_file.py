"""Reads one YAML content file into a domain model, or says with file, line, field and remedy why it cannot be used."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simcustomer.errors import ContentError, Problem
from simcustomer.yaml_tree import Tree, read_tree

Model = TypeVar("Model", bound=BaseModel)

MOST_BYTES = 512 * 1024


def read_content(path: Path, model: type[Model]) -> Model:
    """The file as a `model`; one that has not changed is not parsed again. Raises ContentError, one sentence a problem."""
    try:
        status = path.stat()
    except OSError as error:
        raise ContentError([_unreadable(path, error)]) from error
    if status.st_size > MOST_BYTES:
        raise ContentError(
            [
                Problem(
                    str(path),
                    f"{status.st_size:,} bytes, more than the {MOST_BYTES:,} that a content file may have; shorten it",
                )
            ]
        )
    return cast(Model, _parsed(path, status.st_mtime_ns, status.st_size, model))


@lru_cache(maxsize=256)
def _parsed(path: Path, changed: int, size: int, model: type[BaseModel]) -> BaseModel:
    del changed, size  # they are there to tell one state of the file from another
    return parse_content(_text(path), model, name=str(path))


def parse_content(text: str, model: type[Model], *, name: str) -> Model:
    """The YAML `text` as a `model`; `name` stands for the file in messages. Raises ContentError."""
    tree = read_tree(text, name=name)
    try:
        return model.model_validate(tree.plain)
    except ValidationError as error:
        raise ContentError([_field_problem(name, tree, detail) for detail in error.errors()]) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError([_unreadable(path, error)]) from error
    except UnicodeDecodeError as error:
        raise ContentError([Problem(str(path), f"is not UTF-8 text (byte {error.start}); save it as UTF-8")]) from error


def _unreadable(path: Path, error: OSError) -> Problem:
    return Problem(str(path), f"cannot be read ({error.strerror}); check the name and the permissions")


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
