from __future__ import annotations

import pytest
from typer.testing import CliRunner

from simcustomer.cli import app
from simcustomer.errors import StoreError
from simcustomer.store import Store

REPLY = "What does the boiler show?"


@pytest.mark.parametrize(
    ("fails_in", "says", "then"),
    [("keep_reply", "was not kept", f"{REPLY}\n"), ("claim", "Press Enter to try again", "\n")],
)
def test_a_database_that_fails_does_not_end_the_chat(
    monkeypatch: pytest.MonkeyPatch, fails_in: str, says: str, then: str
) -> None:
    works = getattr(Store, fails_in)
    left = [1]

    def fails_once(*arguments: object) -> object:
        if left:
            left.pop()
            raise StoreError("The database is busy; try again.")
        return works(*arguments)

    monkeypatch.setattr(Store, fails_in, fails_once)
    done = CliRunner().invoke(
        app, ["chat", "no-heat-third-visit", "--seed", "2"], input=f"{REPLY}\n{then}/end\n", catch_exceptions=False
    )
    assert "The database is busy" in done.output
    assert says in done.output
    assert "E2" in done.output
    assert "Debrief" in done.output
