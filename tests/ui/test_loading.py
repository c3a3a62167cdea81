"""Gradio is loaded without the stubs that it writes beside each component's class."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path

import pytest

from simcustomer.ui.loading import unstubbed


def _define(path: Path) -> None:
    path.write_text("import gradio as gr\n\nclass Box(gr.Textbox):\n    pass\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_no_stub_is_written_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "getfile", lambda of: str(tmp_path / "box.py") if isinstance(of, type) else "")
    before = inspect.getfile
    with unstubbed():
        _define(tmp_path / "box.py")
        assert inspect.getfile(Path) == str(tmp_path / "box.py")
    assert inspect.getfile is before
    assert not (tmp_path / "box.pyi").exists()
    _define(tmp_path / "box.py")
    assert (tmp_path / "box.pyi").exists(), "Gradio writes no stubs any more: what keeps it from it can go"
