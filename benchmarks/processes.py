"""Servers and players as processes of their own, and the machine that they run on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"


@dataclass
class Stub:
    """The model server's process."""

    port: int

    @property
    def url(self) -> str:
        """Its address for clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    def counted(self) -> dict[str, Any]:
        """What came since the last reset."""
        with urlopen(f"http://127.0.0.1:{self.port}/counted") as answer:  # our own server
            return json.load(answer)

    def reset(self, *, record: bool = False) -> None:
        """Count from nothing; `record` keeps the requests."""
        body = json.dumps({"record": record}).encode()
        with urlopen(Request(f"http://127.0.0.1:{self.port}/counted", data=body)):  # our own server
            pass


@contextmanager
def stub(latency: float) -> Iterator[Stub]:
    """A model server that takes this many seconds for each answer."""
    command = [sys.executable, "-m", "benchmarks.stub", "--latency", str(latency)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own
    try:
        yield Stub(int(_line(process)))
    finally:
        process.terminate()
        process.wait()


@dataclass
class Player:
    """A player's process, which is warm."""

    process: subprocess.Popen[str]
    about: str
    start: float

    def play(self, practices: int) -> dict[str, float]:
        """Seconds, CPU seconds and peak memory (MB, since its start) of so many practices at once."""
        if self.process.stdin is None:
            raise RuntimeError("the player hears nothing")
        self.process.stdin.write(f"{practices}\n")
        self.process.stdin.flush()
        return json.loads(_line(self.process))


@contextmanager
def player(name: str, told: dict[str, Any], python: Path | str = sys.executable) -> Iterator[Player]:
    """The player of this name, `benchmarks/players/with_NAME.py`, run by this Python."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.json"
        file.write_text(json.dumps(told), encoding="utf-8")
        known = ROOT if python != sys.executable else f"{ROOT / 'src'}{os.pathsep}{ROOT}"
        process = subprocess.Popen(  # noqa: S603  # our own
            [python, "-m", f"benchmarks.players.with_{name}", str(file)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(known)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("BENCHMARK_LOUD") else subprocess.DEVNULL,
            text=True,
        )
        try:
            said = json.loads(_line(process))
            yield Player(process, said["about"], said["start"])
        finally:
            process.terminate()
            process.wait()


def _line(process: subprocess.Popen[str]) -> str:
    """The next line of JSON that a process prints; progress bars and the like are passed over."""
    for line in process.stdout or ():
        if line.lstrip().startswith("{") or line.strip().isdigit():
            return line
    raise SystemExit(f"{process.args} ended with {process.wait()}; BENCHMARK_LOUD=1 shows what it wrote")


def machine() -> dict[str, str]:
    """What a reader must know to read seconds."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": platform.system(),
        "python": platform.python_version(),
        "openai": version("openai"),
    }


def keep(name: str, result: dict[str, Any]) -> None:
    """Write a result for the page."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **result}, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
