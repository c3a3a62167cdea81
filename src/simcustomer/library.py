"""Personas and rubrics: where they are, and loading them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from simcustomer.content_file import read_content
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError, NotFound, Problem
from simcustomer.yaml_tree import read_tree

Content = TypeVar("Content", Persona, Rubric)

DEFAULT_RUBRIC = "difficult-conversations"

_PACKAGE = Path(__file__).parent


def content_folder(name: str, chosen: Path | None = None) -> Path:
    """Folder of `personas` or `rubrics`: the chosen one, else the working folder's, else the copy that came along.

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


@dataclass(frozen=True)
class Library:
    """The content of two folders, read when it is asked for."""

    personas_folder: Path
    rubrics_folder: Path

    @classmethod
    def found(cls, personas: Path | None = None, rubrics: Path | None = None) -> Library:
        """The library of the chosen folders, or of those that are found."""
        return cls(content_folder("personas", personas), content_folder("rubrics", rubrics))

    @property
    def persona_ids(self) -> tuple[str, ...]:
        """Ids of all personas, in order."""
        return tuple(sorted(path.stem for path in self.personas_folder.glob("*.yaml")))

    @property
    def rubric_ids(self) -> tuple[str, ...]:
        """Ids of all rubrics, in order."""
        return tuple(sorted(path.stem for path in self.rubrics_folder.glob("*.yaml")))

    def persona(self, persona_id: str) -> Persona:
        """The persona of that id. Raises NotFound, or ContentError where its file is unusable."""
        return _loaded(Persona, persona_id, self.persona_ids, self.personas_folder)

    def persona_file(self, persona_id: str) -> Path:
        """The file of the persona of that id, whatever is in it. Raises NotFound."""
        if persona_id not in self.persona_ids:
            raise NotFound(_unknown("persona", persona_id, self.persona_ids, self.personas_folder))
        return self.personas_folder / f"{persona_id}.yaml"

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
        """The rubric of that id. Raises NotFound, or ContentError where its file is unusable."""
        return _loaded(Rubric, rubric_id, self.rubric_ids, self.rubrics_folder)


def _loaded(model: type[Content], content_id: str, known: tuple[str, ...], folder: Path) -> Content:
    """The content of that id, which its file must have as its name."""
    if content_id not in known:
        raise NotFound(_unknown(model.__name__.lower(), content_id, known, folder))
    path = folder / f"{content_id}.yaml"
    content = read_content(path, model)
    _check_name(path, content.id)
    return content


def _check_name(path: Path, content_id: str) -> None:
    if path.stem != content_id:
        raise ContentError([name_problem(path, content_id)])


def name_problem(path: Path, content_id: str) -> Problem:
    """What is wrong where a file's id is not its name, with the line of the id."""
    found = read_tree(path.read_text(encoding="utf-8"), name=str(path)).at("id")
    what = f"is {content_id!r}, but the file is named {path.name}; make them agree"
    return Problem(str(path), what, line=found[1] if found else None, field="id")


def _unknown(what: str, wanted: str, known: tuple[str, ...], folder: Path) -> str:
    shown = wanted if len(wanted) <= 60 else f"{wanted[:60]}…"
    return f"There is no {what} {shown!r} in {folder}. Choose one of: {', '.join(known) or '(none found)'}."
