"""Grading on Ray, where it is installed: the same bytes as on one machine, also where a node is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.test_cli import GOLDEN
from tests.conftest import ROOT

COMMAND = [sys.executable, "-c", "from simcustomer.cli import main; main()"]


def simcustomer(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=900, cwd=ROOT)


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray Data is installed")
def test_without_ray_the_command_says_what_to_install(tmp_path: Path) -> None:
    done = simcustomer("grade", str(GOLDEN), "-o", str(tmp_path / "out.jsonl"), "--ray", "local")
    assert done.returncode == 2
    assert "pip install 'simcustomer[ray]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.ray
def test_a_cluster_gives_the_same_bytes(tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join(GOLDEN.read_text(encoding="utf-8").splitlines(keepends=True)[:20]), encoding="utf-8")
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert simcustomer("grade", str(few), "-o", str(one)).returncode == 0
    done = simcustomer("grade", str(few), "-o", str(two), "--ray", "local", "--at-once", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert two.read_bytes() == one.read_bytes()


@pytest.mark.ray
def test_no_cluster_at_an_address_is_told(tmp_path: Path) -> None:
    done = simcustomer("grade", str(GOLDEN), "-o", str(tmp_path / "out.jsonl"), "--ray", "127.0.0.1:1")
    assert done.returncode == 2
    assert "No Ray cluster answers at '127.0.0.1:1'" in done.stderr


@pytest.mark.ray
def test_a_node_that_is_killed_loses_nothing() -> None:
    command = [sys.executable, "-m", "benchmarks.cluster", "--only", "killed", "--replies", "300"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, cwd=ROOT, env=os.environ)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["lost"], found["double"], found["bytes_equal"]) == (0, 0, True)
    assert found["lines"] == found["replies"] >= 300


@pytest.mark.ray
def test_evals_on_a_cluster_give_the_same_figures() -> None:
    wanted = ("eval", "run", "contrast", "--split", "development", "--json")
    alone, shared = simcustomer(*wanted), simcustomer(*wanted, "--ray", "local")
    assert (shared.returncode, shared.stdout) == (0, alone.stdout)
    assert len(json.loads(shared.stdout)["suites"]["contrast"]) == 3
