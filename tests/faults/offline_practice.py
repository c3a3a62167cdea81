"""Whole practices in the terminal and over HTTP, for `test_offline`, which runs this with the network cut: COUNT."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys

from simcustomer import wiring
from simcustomer.settings import load_settings
from simcustomer.store import open_store
from tests.cli.test_cli import SIMCUSTOMER
from tests.conftest import ROOT
from tests.fakes import ScriptedCustomer
from tests.ui.test_app import Client

REPLIES = (
    "I am so sorry that nobody came three times and that you lost a day's pay for each.",
    "What does the boiler show when you try to start it?",
    "An engineer can be with you at eight tomorrow, and I will ring you at 7.45 to say they are on their way.",
)
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41


def loopback_up() -> None:
    """A network of one's own begins with its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", b"lo", _UP_AND_RUNNING))


def in_terminal() -> None:
    """One practice by the command line, to its debrief."""
    said = "\n".join((*REPLIES, "/end", ""))
    done = subprocess.run(
        [str(SIMCUSTOMER), "chat", "no-heat-third-visit"], input=said, capture_output=True, text=True, check=True
    )
    assert "Reply by reply" in done.stdout, done.stdout


def over_http(port: int, number: int) -> None:
    """One practice in the web app: each reply, hand-over apart, and the debrief."""
    store = open_store(load_settings().database_url)
    practice = wiring.practice(store, wiring.cast(), longest_reply=500)
    library = wiring.library(load_settings())
    session = practice.start(library.persona("no-heat-third-visit"), library.rubric(), owner="local", seed=number)
    client = Client(port, practice, ScriptedCustomer(), patience=300)
    client.event("load", [], f"page{number}", f"session={session.id}")
    for turn, reply in enumerate(REPLIES, 1):
        client.event("send", [reply, session.id, turn], f"s{number}-{turn}")
    asyncio.run(practice.finish(session.id, owner="local"))
    client.event("load", [], f"debrief{number}", f"session={session.id}")
    assert client.ask("GET", f"/sessions/{session.id}.json").status == 200
    assert len(practice.open(session.id, owner="local").exchanges) == len(REPLIES)
    store.close()


def main() -> None:
    """As many practices each way as the first argument says."""
    loopback_up()
    count = int(sys.argv[1])
    for _ in range(count):
        in_terminal()
    command = [str(SIMCUSTOMER), "serve", "--port", str(7900 + os.getpid() % 90)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline())
            assert found
            for number in range(count):
                over_http(int(found[1]), number)
        finally:
            server.terminate()
    print(f"practised {2 * count}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
