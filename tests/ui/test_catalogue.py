from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simcustomer.domain.persona import Persona
from simcustomer.errors import ContentError, NotFound
from simcustomer.library import Library
from simcustomer.ui.catalogue import Catalogue


@pytest.fixture
def folder(tmp_path: Path, library: Library) -> Path:
    copy = tmp_path / "personas"
    copy.mkdir()
    shutil.copy(library.personas_folder / "no-heat-third-visit.yaml", copy)
    (copy / "broken.yaml").write_text("id: broken\n")
    return copy


@pytest.fixture
def catalogue(folder: Path, library: Library) -> Catalogue:
    return Catalogue(Library(folder, library.rubrics_folder))


def test_a_broken_persona_does_not_hide_the_others(catalogue: Catalogue) -> None:
    offered = catalogue.offered()
    assert [persona.id for persona in offered.personas] == ["no-heat-third-visit"]
    assert offered.unusable == ("broken",)
    with pytest.raises(ContentError, match=r"broken\.yaml"):
        catalogue.persona("broken")


def test_a_file_is_read_again_only_when_it_has_changed(catalogue: Catalogue, folder: Path) -> None:
    first = catalogue.persona("no-heat-third-visit")
    assert catalogue.persona("no-heat-third-visit") is first
    path = folder / "no-heat-third-visit.yaml"
    path.write_text(path.read_text().replace("title: No heat, third no-show", "title: Cold"))
    os.utime(path, (1, 1))
    assert catalogue.persona("no-heat-third-visit").title == "Cold"


def test_visitors_who_come_at_once_do_not_each_read_a_file(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def slow(library: Library, persona_id: str) -> Persona:
        read.append(persona_id)
        time.sleep(0.05)
        return known(library, persona_id)

    known = Library.persona
    monkeypatch.setattr(Library, "persona", slow)
    with ThreadPoolExecutor(4) as pool:
        assert len({pool.submit(catalogue.persona, "no-heat-third-visit").result().id for _ in range(2)}) == 1
        found = [each.result() for each in [pool.submit(catalogue.offered) for _ in range(4)]]
    assert [len(each.personas) for each in found] == [1] * 4
    assert sorted(read) == ["broken", "no-heat-third-visit"]


@pytest.mark.parametrize("persona_id", ["nobody", "../personas/no-heat-third-visit", "", "no-heat-third-visit.yaml"])
def test_what_is_not_in_the_folder_is_not_found(catalogue: Catalogue, persona_id: str) -> None:
    with pytest.raises(NotFound):
        catalogue.persona(persona_id)
