"""Finds and loads personas and rubrics; an edition published in the studio takes precedence over the file with the same id."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar, cast

from pydantic import BaseModel

from simcustomer.content_file import content_text, parse_content, read_content, shown_name
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind, Standing
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError, NotFound, Problem
from simcustomer.yaml_tree import read_tree

Content = TypeVar("Content", Persona, Rubric)

DEFAULT_RUBRIC = "difficult-conversations"

_PACKAGE = Path(__file__).parent


def content_folder(name: str, chosen: Path | None = None) -> Path:
    """Folder of `personas` or `rubrics`: the chosen one, else the working folder's, else the installed copy.

    Raises ContentError where a chosen folder is not there.
    """
    if chosen is not None:
        if not chosen.is_dir():
            raise ContentError([f"{chosen}: is not a folder; set SIMCUSTOMER_{name.upper()}_DIR to one that exists"])
        return chosen
    candidates = (
        Path.cwd() / name,
        _PACKAGE / "content" / name,  # in an installed wheel
        _PACKAGE.parent.parent / name,  # in a checkout, plain or editable
    )
    for candidate in candidates:
        if candidate.is_dir() and any(candidate.glob("*.yaml")):
            return candidate
    raise ContentError(
        [
            f"no {name} folder with .yaml files in {candidates[0].parent}, and none came with this installation; reinstall simcustomer"
        ]
    )


def content_hash(content: BaseModel) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the content's canonical JSON."""
    return hashlib.sha256(content.model_dump_json().encode()).hexdigest()[:16]


class Shelf(Protocol):
    """What was published in the studio."""

    def standings(self, kind: ContentKind) -> Mapping[str, Standing]:
        """Where each content of that kind stands, by id."""
        ...

    def text(self, kind: ContentKind, content_id: str) -> str:
        """The text that was published last. Raises NotFound where none was."""
        ...


class EmptyShelf:
    """The shelf on which nothing was published: there are only the files."""

    def standings(self, kind: ContentKind) -> Mapping[str, Standing]:
        """None."""
        del kind
        return {}

    def text(self, kind: ContentKind, content_id: str) -> str:
        """Raises NotFound."""
        raise NotFound(f"Nothing has been published as {kind.value} {content_id[:60]!r}.")


@dataclass(frozen=True)
class Library:
    """The content of two folders and of a shelf over them, read when it is asked for.

    A published edition replaces the file of the same id; what was archived is not found, even if it has a file.
    """

    personas_folder: Path
    rubrics_folder: Path
    shelf: Shelf = field(default_factory=EmptyShelf)

    @classmethod
    def found(cls, personas: Path | None = None, rubrics: Path | None = None, shelf: Shelf | None = None) -> Library:
        """The library of the chosen folders, or of those that are found."""
        return cls(content_folder("personas", personas), content_folder("rubrics", rubrics), shelf or EmptyShelf())

    @property
    def persona_ids(self) -> tuple[str, ...]:
        """Ids of all personas, in order."""
        return tuple(self.stamps(ContentKind.PERSONA))

    @property
    def rubric_ids(self) -> tuple[str, ...]:
        """Ids of all rubrics, in order."""
        return tuple(self.stamps(ContentKind.RUBRIC))

    def folder(self, kind: ContentKind) -> Path:
        """Where the files of that kind are."""
        return self.personas_folder if kind is ContentKind.PERSONA else self.rubrics_folder

    def files(self, kind: ContentKind) -> dict[str, Path]:
        """The files of all contents of that kind by id, whatever is in them."""
        # A name that is no UTF-8 can be stored and shown nowhere; it is said with its odd bytes replaced.
        return {path.stem.encode("utf-8", "replace").decode(): path for path in self.folder(kind).glob("*.yaml")}

    def file(self, kind: ContentKind, content_id: str) -> Path | None:
        """The file of a content, whether or not something was published over it; None where there is none."""
        return self.files(kind).get(content_id)

    def stamps(self, kind: ContentKind) -> dict[str, Hashable]:
        """The ids of all contents of that kind, in order, each with a value that changes when the content does."""
        found: dict[str, Hashable] = {}
        for content_id, path in self.files(kind).items():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # it was taken away while the folder was read
            except OSError:
                found[content_id] = None  # whoever loads it is told why it cannot be read
                continue
            found[content_id] = (status.st_mtime_ns, status.st_size)
        for content_id, standing in self.shelf.standings(kind).items():
            found.pop(content_id, None)
            if not standing.archived:
                found[content_id] = f"edition {standing.number}"
        return dict(sorted(found.items()))

    def published(self, kind: ContentKind, content_id: str) -> str | None:
        """The text published under that id; None where nothing was, so that the file counts."""
        standing = self.shelf.standings(kind).get(content_id)
        return self.shelf.text(kind, content_id) if standing and not standing.archived else None

    def persona(self, persona_id: str) -> Persona:
        """The persona of that id. Raises NotFound, or ContentError where it is unusable."""
        return self._loaded(ContentKind.PERSONA, Persona, persona_id)

    def persona_file(self, persona_id: str) -> Path:
        """The file of the persona of that id, whatever is in it. Raises NotFound."""
        path = self.file(ContentKind.PERSONA, persona_id)
        if path is None:
            raise NotFound(_unknown("persona", persona_id, self.persona_ids, self.personas_folder))
        return path

    def personas(self) -> tuple[Persona, ...]:
        """Every persona. Raises ContentError that names the problems of all unusable files."""
        loaded, problems = self.usable()
        if problems:
            raise ContentError(problems)
        return loaded

    def usable(self) -> tuple[tuple[Persona, ...], list[str]]:
        """The personas whose files can be used, and the problems of the others."""
        loaded: list[Persona] = []
        problems: list[str] = []
        for persona_id in self.persona_ids:
            try:
                loaded.append(self.persona(persona_id))
            except ContentError as error:
                problems += error.problems
        return tuple(loaded), problems

    def rubric(self, rubric_id: str = DEFAULT_RUBRIC) -> Rubric:
        """The rubric of that id. Raises NotFound, or ContentError where it is unusable."""
        return self._loaded(ContentKind.RUBRIC, Rubric, rubric_id)

    def _loaded(self, kind: ContentKind, model: type[Content], content_id: str) -> Content:
        known = self.stamps(kind)
        if content_id not in known:
            raise NotFound(_unknown(kind.value, content_id, tuple(known), self.folder(kind)))
        text = self.published(kind, content_id)
        if text is not None:
            return cast(Content, _parsed(text, model, f"{content_id} (as published)"))
        path = self.folder(kind) / f"{content_id}.yaml"
        content = read_content(path, model)
        _check_name(path, content.id)
        return content


@lru_cache(maxsize=128)
def _parsed(text: str, model: type[BaseModel], name: str) -> BaseModel:
    return parse_content(text, model, name=name)


def _check_name(path: Path, content_id: str) -> None:
    if path.stem != content_id:
        raise ContentError([name_problem(path, content_id)])


def name_problem(path: Path, content_id: str) -> Problem:
    """What is wrong where a file's id is not its name, with the line of the id."""
    name = shown_name(path)
    found = read_tree(content_text(path), name=name).at("id")
    what = f"is {content_id!r}, but the file is named {name.rpartition('/')[2]}; make them agree"
    return Problem(name, what, line=found[1] if found else None, field="id")


def _unknown(what: str, wanted: str, known: tuple[str, ...], folder: Path) -> str:
    shown = wanted if len(wanted) <= 60 else f"{wanted[:60]}…"
    return f"There is no {what} {shown!r} in {folder}. Choose one of: {', '.join(known) or '(none found)'}."
