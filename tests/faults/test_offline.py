"""Row 16: the embedded engine needs no network and asks for none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import ROOT
from tests.faults.row import Outcome, Row, none

METHOD = """
Whole practices with the embedded engine, each by `simcustomer chat` and each by `simcustomer serve` and HTTP, in a network of
their own that has nothing but loopback (`unshare --net`), under `strace -f`. Each system call that names an address (connect,
sendto, sendmsg) of every process is read: one that goes neither to loopback nor to a socket of this machine is an attempt to
reach out, whether or not it could have succeeded.
"""

CALL = re.compile(r"\b(connect|sendto|sendmsg)\(.*?sa_family=AF_(\w+)")
PLACE = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


def reaching_out(trace: str) -> tuple[list[str], int]:
    """Calls that go to another machine, and all calls that name an address of the internet's protocols."""
    found: list[str] = []
    named = 0
    for line in trace.splitlines():
        call = CALL.search(line)
        if call is None or call[2] in ("UNIX", "NETLINK", "UNSPEC"):
            continue
        named += 1
        place = PLACE.search(line)
        address = (place[1] or place[2]) if place else "an address that cannot be read"
        if not address.startswith(("127.", "::1", "::ffff:127.")):
            found.append(f"{call[1]} to {address}")
    return found, named


def measure(count: int, seed: int) -> Outcome:
    """Practise with the network cut."""
    with TemporaryDirectory() as name:
        folder, trace = Path(name), Path(name) / "trace"
        environment = os.environ | {
            "SIMCUSTOMER_DATABASE_URL": f"sqlite:///{folder / 'own.db'}",
            "SIMCUSTOMER_LAB_DIR": str(folder / "lab"),
            "SIMCUSTOMER_PERSONAS_DIR": str(ROOT / "personas"),
            "SIMCUSTOMER_RUBRICS_DIR": str(ROOT / "rubrics"),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        traced = [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-s",
            "64",
            "-e",
            "trace=connect,sendto,sendmsg",
            "-o",
            str(trace),
        ]
        cut = ["unshare", "--map-root-user", "--net"]
        command = [*cut, *traced, sys.executable, "-m", "tests.faults.offline_practice", str(count)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800
        )
        found, named = reaching_out(trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else "")
    practised = re.search(r"practised (\d+)", done.stdout)
    failed = [] if practised else [done.stderr[-600:]]
    return Outcome(
        [
            none("practices that did not come to their debrief", failed, 2 * count),
            none("calls that reach for another machine", found, named),
        ]
    )


ROW = Row(number=16, title="No network for the embedded engine", method=METHOD, full=2, measure=measure)


def _may_cut() -> bool:
    tools = all(shutil.which(tool) for tool in ("unshare", "strace"))
    return (
        tools
        and subprocess.run(["unshare", "--map-root-user", "--net", "true"], check=False, capture_output=True).returncode
        == 0
    )


@pytest.mark.slow
def test_a_whole_practice_reaches_for_no_network() -> None:
    if not _may_cut():
        pytest.skip("unshare and strace are needed, and leave to use them")
    ROW.quick(1)


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ('1 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.2")}, 16) = 0', 1),
        (
            '1 sendto(3, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28) = -1',
            1,
        ),
        ('1 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0', 0),
        ('1 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1', 0),
    ],
)
def test_the_trace_is_read_right(line: str, out: int) -> None:
    assert len(reaching_out(line)[0]) == out
