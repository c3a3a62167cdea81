from __future__ import annotations

import pytest
from typer.testing import CliRunner

from simcustomer.cli import app
from simcustomer.errors import StoreError
from simcustomer.store import Store

REPLY = "What does the boiler show?"


@pytest.mark.parametrize(
    ("fails_in", "times", "says", "then"),
    [("keep_reply", 1, "was not kept", f"{REPLY}\n"), ("settle", 3, "Press Enter to try again", "\n")],
)
def test_a_database_that_fails_does_not_end_the_chat(
    monkeypatch: pytest.MonkeyPatch, fails_in: str, times: int, says: str, then: str
) -> None:
    works = getattr(Store, fails_in)
    left = [1] * times

    def fails(*arguments: object, **named: object) -> object:
        if left:
            left.pop()
            raise StoreError("The database is busy; try again.")
        return works(*arguments, **named)

    monkeypatch.setattr(Store, fails_in, fails)
    monkeypatch.setattr("simcustomer.answering.SETTLE_AGAIN", (0.0, 0.0))
    done = CliRunner().invoke(
        app, ["chat", "no-heat-third-visit", "--seed", "2"], input=f"{REPLY}\n{then}/end\n", catch_exceptions=False
    )
    assert "The database is busy" in done.output
    assert says in done.output
    assert "E2" in done.output
    assert "Debrief" in done.output
