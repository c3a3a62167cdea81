"""What a measurement rests on, as hashes: the rubric, the data, the grader's engine and its calibration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from simcustomer import __version__
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.suite_names import DATA
from simcustomer.library import content_hash

CALIBRATION = ("calibration.json", "idle.json")
"""Files of an engine's weights."""
_SOURCES = (".py", ".toml", ".md")


class Measured(Frozen):
    """Where figures come from. `data` holds a hash by part of the evals folder.

    `engine` covers the engine's code, patterns and prompts, `calibration` its weights (None for an engine without).
    """

    version: str
    engine: str
    grader: str
    rubric: str
    rubric_id: str
    split: str
    data: dict[str, str]
    code: str
    calibration: str | None


def measured(*, engine: str, grader: str, rubric: Rubric, split: str, data: dict[str, str]) -> Measured:
    """The provenance of a run over data with these hashes."""
    return Measured(
        version=__version__,
        engine=engine,
        grader=grader,
        rubric=content_hash(rubric),
        rubric_id=rubric.id,
        split=split,
        data=dict(sorted(data.items())),
        code=_engine_hash(engine),
        calibration=_calibration_hash(engine),
    )


def folder_hash(evals: Path, part: str) -> str:
    """First 16 hexadecimal digits of the SHA-256 over names and contents of a part's files."""
    found = sorted({path for pattern in DATA[part] for path in evals.glob(pattern)})
    if not found:
        raise InvalidInput(f"{evals / part}: holds no data ({', '.join(DATA[part])}). Name the folder with --evals.")
    return _digest((path.name, path.read_bytes()) for path in found)


def file_hash(path: Path) -> str:
    """The same for one file, whatever its name."""
    return _digest([("", path.read_bytes())])


def _engine_hash(engine: str) -> str:
    folders = (f"simcustomer/engines/{engine}", "simcustomer/engines/prompts")
    sources: list[tuple[str, bytes]] = []
    for folder in folders:
        sources += [(name, source.read_bytes()) for name, source in _sources(_folder(folder), folder)]
    return _digest(sorted(sources))


def _calibration_hash(engine: str) -> str | None:
    files = [_folder(f"simcustomer/engines/{engine}").joinpath(name) for name in CALIBRATION]
    held = [(file.name, file.read_bytes()) for file in files if file.is_file()]
    return _digest(held) if held else None


def _folder(name: str) -> Traversable:
    return files("simcustomer").joinpath(*name.split("/")[1:])


def _sources(folder: Traversable, name: str) -> Iterable[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for child in folder.iterdir():
        path = f"{name}/{child.name}"
        if child.is_dir():
            yield from _sources(child, path)
        elif child.name.endswith(_SOURCES):
            yield path, child


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    found = hashlib.sha256()
    for name, content in parts:
        found.update(f"{name}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:16]
