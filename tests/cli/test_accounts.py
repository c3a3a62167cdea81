"""`simcustomer users` as those who run simcustomer call it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_cli import SIMCUSTOMER, run
from tests.conftest import ROOT
from tests.support.signed_in import PASSWORD


def users(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run("users", *arguments, stdin=stdin)


def test_an_account_from_the_first_to_the_last_command() -> None:
    assert "without sign-in" in users("list").stdout
    added = users("add", "Ann", "--role", "manager", "--role", "trainee", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    assert "first account" in added.stdout
    assert "adopt-local Ann" in added.stdout
    assert "first account" not in users("add", "ben", "--password-stdin", stdin=PASSWORD).stdout
    assert users("roles", "ben", "author", "engineer").stdout == "Now ben; author, engineer\n"
    assert users("team", "ben", "North").stdout == "Now ben; author, engineer; team North\n"
    assert users("disable", "ben").returncode == 0
    listed = json.loads(users("list", "--json").stdout)["users"]
    assert [(u["name"], u["roles"], u["team"], u["disabled"]) for u in listed] == [
        ("Ann", ["manager", "trainee"], None, False),
        ("ben", ["author", "engineer"], "North", True),
    ]
    assert users("enable", "ben").returncode == 0
    assert users("password", "ben", "--password-stdin", stdin=f"{PASSWORD} again\r\n").returncode == 0
    refused = users("remove", "ben")
    assert (refused.returncode, "Say --yes" in refused.stderr) == (2, True)
    assert users("remove", "ben", "--yes").stdout == "Removed ben and 0 sessions.\n"
    log = users("audit").stdout
    assert "command line: roles_changed" in log
    assert PASSWORD not in log
    assert len(json.loads(users("audit", "--json").stdout)["audit"]) == 8


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("add", "Ann", "--password-stdin"), "short\n", "12 to 256"),
        (("add", "Ann", "--role", "admin", "--password-stdin"), PASSWORD, "no role 'admin'"),
        (("add", "<b>", "--password-stdin"), PASSWORD, "cannot be a name"),
        (("add", "Ann", "--email", "nonsense", "--password-stdin"), PASSWORD, "not an email address"),
        (("add", "Ann"), PASSWORD, "--password-stdin"),
        (("roles", "nobody", "author"), "", "no account 'nobody'"),
        (("password", "nobody", "--password-stdin"), PASSWORD, "no account 'nobody'"),
        (("adopt-local", "nobody"), "", "no account 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: tuple[str, ...], stdin: str, says: str) -> None:
    done = users(*arguments, stdin=stdin)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_password_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"SIMCUSTOMER_DATABASE_URL": f"sqlite:///{tmp_path / 'asked.db'}"}
    with subprocess.Popen(
        [str(SIMCUSTOMER), "users", "add", "Ann"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        for prompt in (b"Password: ", b"confirmation: "):
            while prompt not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, f"{PASSWORD}\n".encode())
        while b"first account" not in shown:
            shown += os.read(ours, 1000)
        assert process.wait(timeout=30) == 0
    os.close(ours)
    assert b"Added Ann" in shown
    assert PASSWORD.encode() not in shown


def test_others_are_not_served_without_accounts() -> None:
    done = run("serve", "--host", "192.0.2.1")
    assert done.returncode == 2
    assert "simcustomer users add NAME" in done.stderr
