from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simcustomer import wiring
from simcustomer.errors import SettingsError
from simcustomer.store import AuditLog, open_store
from simcustomer.ui.server import address, bound
from simcustomer.ui.wording import Wording
from tests.support.signed_in import PASSWORD, Browser

WORDS = Wording.load()

SERVE = """
import sys
from simcustomer import wiring
from simcustomer.settings import load_settings
from simcustomer.ui.server import serve
from tests.fakes import scripted_cast
serve(load_settings(), scripted_cast(), port=0, announce=lambda text: print(text, flush=True))
"""


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none(port: int) -> None:
    with pytest.raises(SettingsError, match="is not a port"):
        bound("127.0.0.1", port, WORDS)


def test_a_busy_port_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} is already in use") as caught:
            bound("127.0.0.1", port, WORDS)
    assert f"http://127.0.0.1:{port}" in str(caught.value)
    assert f"--port {port + 1}" in str(caught.value)


def test_a_port_that_was_just_given_up_can_be_had() -> None:
    with bound("localhost", 0, WORDS) as first:
        port = first.getsockname()[1]
        assert address(first) == f"http://127.0.0.1:{port}"
    with bound("127.0.0.1", port, WORDS):
        pass


def test_behind_a_proxy_with_tls_people_sign_in(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    url = f"sqlite:///{tmp_path / 'proxied.db'}"
    store = open_store(url)
    ann = wiring.accounts(store).add("ann", password=PASSWORD)
    environment = os.environ | {
        "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}",
        "SIMCUSTOMER_DATABASE_URL": url,
        "SIMCUSTOMER_HOSTS": "practice.example.com",
        "SIMCUSTOMER_PROXIES": "127.0.0.1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+) ", process.stdout.readline())
            assert found
            browser = Browser(int(found[1]))
            forwarded = {
                "Host": "practice.example.com",
                "X_Forwarded_Proto": "https",
                "X_Forwarded_For": "198.51.100.66, 203.0.113.9",
                "Content_Type": "application/x-www-form-urlencoded",
                "Origin": "https://practice.example.com",
            }
            answer = browser.ask("POST", "/sign-in", f"name=ann&password={PASSWORD.replace(' ', '+')}", **forwarded)
            assert answer.status == 303, answer.text
            assert answer.headers["location"] == "/"
            assert answer.cookies[0].startswith("__Host-simcustomer=")
            assert "secure" in answer.cookies[0].lower()
            assert browser.ask("GET", "/config", **forwarded).status == 200
            # Not by TLS, and not by a name that is served: the login is worth nothing there.
            assert browser.ask("GET", "/config", Host="practice.example.com").status == 401
            assert browser.ask("GET", "/config", **(forwarded | {"Host": "evil.example"})).status == 400
        finally:
            process.kill()
            process.communicate()
    entry = AuditLog(store.engine).newest(1)[0]
    store.close()
    assert (entry.about, entry.detail) == (ann.id, "password, from 203.0.113.9")


def test_it_serves_until_interrupted(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+) ", ready)
        assert found, ready
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
        try:
            # A page that is open has a stream that never ends by itself; it must not keep the server from stopping.
            connection.request("GET", "/gradio_api/heartbeat/open")
            assert connection.getresponse().status == 200
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            said, complained = process.communicate(timeout=15)
        finally:
            process.kill()
            connection.close()
    assert process.returncode == 0
    assert "Stopped." in said
    assert complained == ""
    assert time.monotonic() - began < 8
