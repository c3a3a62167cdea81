"""The package as others install it: a wheel that brings its content and works away from the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, place = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = made.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def run(unpacked: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(unpacked)!r}); from simcustomer.cli import main; main()"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIMCUSTOMER_")}
    environment = kept | {"SIMCUSTOMER_DATABASE_URL": f"sqlite:///{folder / 'practice.db'}"}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_brings_personas_and_practises_with_them(unpacked: Path, tmp_path: Path) -> None:
    listed = run(unpacked, tmp_path, "personas", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert len(json.loads(listed.stdout)["personas"]) >= 6
    played = run(unpacked, tmp_path, "simulate", "manager-now", "--seed", "1")
    assert played.returncode == 0, played.stderr
    assert json.loads(played.stdout)["outcome"]
    checked = run(unpacked, tmp_path, "doctor")
    assert checked.returncode == 0, checked.stdout
    assert str(unpacked / "simcustomer" / "content" / "personas") in checked.stdout


def test_a_folder_of_ones_own_comes_before_what_the_wheel_brings(unpacked: Path, tmp_path: Path) -> None:
    own = tmp_path / "personas"
    own.mkdir()
    (own / "manager-now.yaml").write_text(
        (ROOT / "personas" / "manager-now.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    listed = json.loads(run(unpacked, tmp_path, "personas", "list", "--json").stdout)["personas"]
    assert [persona["id"] for persona in listed] == ["manager-now"]


def test_the_wheel_holds_the_web_app(unpacked: Path) -> None:
    ui = unpacked / "simcustomer" / "ui"
    assert {"styles", "texts", "page.js", "templates"} <= {path.name for path in ui.iterdir()}
