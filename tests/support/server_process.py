"""A real server in a process of its own, as `simcustomer serve` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = "from simcustomer.cli import main; main()"


@dataclass(frozen=True)
class ServerProcess:
    """A running server on a port of loopback."""

    port: int
    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def resident(self) -> int:
        """Bytes of memory that it holds."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def cpu_seconds(self) -> float:
        """Seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def terminate(self) -> None:
        """Ask it to stop, as a container's host does."""
        self.process.send_signal(signal.SIGTERM)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def server_process(
    database_url: str, folder: Path, *options: str, settings: Mapping[str, str] | None = None, port: int | None = None
) -> Iterator[ServerProcess]:
    """The server, once it answers; killed in the end where it still runs."""
    chosen = port or free_port()
    known = {name: value for name, value in os.environ.items() if not name.startswith(("SIMCUSTOMER_", "OPENAI_"))}
    environment = known | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "SIMCUSTOMER_DATABASE_URL": database_url,
        "SIMCUSTOMER_LAB_DIR": str(folder / "lab"),
        "SIMCUSTOMER_PERSONAS_DIR": str(ROOT / "personas"),
        "SIMCUSTOMER_RUBRICS_DIR": str(ROOT / "rubrics"),
        **(settings or {}),
    }
    command = [sys.executable, "-c", COMMAND, "serve", "--port", str(chosen), *options]
    with (folder / f"server-{chosen}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=folder)
        with process:
            try:
                assert process.stdout is not None
                said = process.stdout.readline()
                assert str(chosen) in said, Path(log.name).read_text(encoding="utf-8")
                yield ServerProcess(chosen, process)
            finally:
                process.kill()


def on_model(url: str) -> dict[str, str]:
    """Settings with a model server for every role."""
    return {"SIMCUSTOMER_OPENAI_BASE_URL": url, "SIMCUSTOMER_OPENAI_MODEL": "stub", "SIMCUSTOMER_OPENAI_DEADLINE": "60"}
