"""A lab over small data: three rated conversations, two contrast pairs, in an evals folder of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simcustomer.lab.lab import Lab
from simcustomer.lab.order import Kind, Order, Run, Standing
from simcustomer.settings import load_settings

REPLIES = (
    ("I am so sorry that nobody came. I will ring you at ten tomorrow.", 3),
    ("Calm down.", 3),
    ("That is not my problem.", 0),
)


def transcript(name: str, reply: str) -> dict[str, object]:
    turns = [{"role": "customer", "text": "Three times I waited in!"}, {"role": "trainee", "text": reply}]
    return {"id": name, "channel": "chat", "turns": turns}


def write_evals(folder: Path) -> Path:
    """An evals folder with golden conversations in both splits, and contrasts."""
    golden, contrasts = folder / "golden", folder / "contrasts"
    golden.mkdir(parents=True)
    contrasts.mkdir()
    records = [transcript(f"c{n}", reply) for n, (reply, _) in enumerate(REPLIES)]
    ratings = [
        {
            "id": f"c{n}",
            "turn": 1,
            "levels": {"empathy": level, "recovery": level},
            "overall": level,
            "raters": [{"levels": {"empathy": level, "recovery": level}, "overall": level}] * 2,
        }
        for n, (_, level) in enumerate(REPLIES)
    ]
    _write(golden / "conversations.jsonl", records)
    _write(golden / "ratings.jsonl", ratings)
    names = [f"c{n}" for n in range(len(REPLIES))]
    (golden / "split.json").write_text(json.dumps({"test": names, "development": names}), encoding="utf-8")
    pair = {
        "id": "p1",
        "kind": "ordered",
        "technique": "recovery",
        "flavour": "apology",
        "channel": "chat",
        "turns": [{"role": "customer", "text": "Nobody came!"}],
        "better": "I am sorry that nobody came. I will send someone today.",
        "worse": "So what?",
    }
    _write(contrasts / "ordered.jsonl", [pair])
    return folder


def _write(path: Path, lines: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


@pytest.fixture
def evals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_evals(tmp_path / "evals")
    monkeypatch.setenv("SIMCUSTOMER_EVALS_DIR", str(folder))
    return folder


@pytest.fixture
def lab(evals: Path) -> Iterator[Lab]:
    opened = Lab(load_settings())
    yield opened
    opened.close()


@pytest.fixture
def suites(lab: Lab) -> Callable[..., Run]:
    """Orders suites."""

    def order(*names: str, **changed: object) -> Run:
        wanted = Order(
            kind=Kind.SUITES, engine="embedded", rubric="difficult-conversations", suites=names, evals=lab.evals
        )
        return lab.order(wanted.model_copy(update=changed), by="ana")

    return order


def until(lab: Lab, run: Run, done: Callable[[Standing], bool], seconds: float = 60) -> Standing:
    """The run's standing once it is as wanted."""
    end = time.monotonic() + seconds
    while not done(standing := lab.standing(run.id)):
        assert time.monotonic() < end, standing
        time.sleep(0.05)
    return standing


def ended(lab: Lab, run: Run) -> Standing:
    return until(lab, run, lambda standing: not standing.state.is_open)
