"""A studio over copies of two personas and the rubric, and two authors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simcustomer.domain.accounts import Role, Visitor
from simcustomer.library import Library
from simcustomer.store import Drafts, Editions, Store, open_store
from simcustomer.studio import Writing
from tests.conftest import ROOT, postgres_url

ANN = Visitor(id="ann", name="Ann", roles=frozenset({Role.AUTHOR}))
BEN = Visitor(id="ben", name="Ben", roles=frozenset({Role.AUTHOR}))
BOOK = (ROOT / "docs" / "examples" / "the-book-i-returned.yaml").read_text(encoding="utf-8")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'studio.db'}" if request.param == "sqlite" else postgres_url()
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path, library: Library, request: pytest.FixtureRequest) -> Library:
    """A library of files whose ids no other test has: a database server keeps what earlier ones published."""
    personas = tmp_path / "personas"
    personas.mkdir()
    name = f"x{abs(hash(request.node.nodeid)) % 10**8}-{tmp_path.name[-1]}{tmp_path.stat().st_ino % 10**6}"
    text = (library.personas_folder / "ok-and.yaml").read_text(encoding="utf-8")
    (personas / f"{name}.yaml").write_text(text.replace("id: ok-and", f"id: {name}"), encoding="utf-8")
    shutil.copytree(library.rubrics_folder, tmp_path / "rubrics")
    return Library(personas, tmp_path / "rubrics")


@pytest.fixture
def writing(store: Store, folder: Library) -> Writing:
    editions = Editions(store.engine)
    return Writing(replace(folder, shelf=editions), editions, Drafts(store.engine))


@pytest.fixture
def known(folder: Library) -> str:
    """The id of the persona that is there as a file."""
    return folder.persona_ids[0]
