"""The debrief in the terminal."""

from __future__ import annotations

import asyncio
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from simcustomer import wiring
from simcustomer.cli.debriefing import debriefing
from simcustomer.domain.assessment import Assessment
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.evaluation.reliability import pinned_words
from simcustomer.store import open_store


@pytest.fixture
def session(dean: Persona, rubric: Rubric, tmp_path: Path) -> Session:
    opened = open_store(f"sqlite:///{tmp_path / 'debriefing.db'}")
    practice = wiring.practice(opened, wiring.cast(), longest_reply=500)

    async def talk() -> Session:
        begun = practice.start(dean, rubric, owner="local", seed=1)
        reply = "I'm so sorry that nobody came. I will ring you myself today by five."
        async for _ in practice.respond(begun.id, reply, owner="local"):
            pass
        return await practice.finish(begun.id, owner="local")

    ended = asyncio.run(talk())
    opened.close()
    return ended


def shown(session: Session) -> dict[str, str]:
    """The lines of the debrief by the name of the technique that they begin with."""
    out = StringIO()
    Console(file=out, width=160).print(debriefing(session))
    lines = out.getvalue().splitlines()
    return {
        technique.name: next(line for line in lines if line.startswith(technique.name))
        for technique in session.rubric.techniques
    }


def test_the_full_debrief_names_what_was_left_out(session: Session) -> None:
    (exchange,) = session.exchanges
    assert isinstance(exchange.grade, Assessment)
    verdicts = tuple(
        v.model_copy(update={"missing": ("no_apology",)}) if v.technique == "recovery" else v
        for v in exchange.grade.verdicts
    )
    without = exchange.model_copy(update={"grade": exchange.grade.model_copy(update={"verdicts": verdicts})})
    out = StringIO()
    Console(file=out, width=160).print(debriefing(session.model_copy(update={"exchanges": (without,)}), full=True))
    assert "- Apology and recovery: missing (No apology where one was plainly due.)" in out.getvalue()


def measured(session: Session, **provenance: str) -> Session:
    return session.model_copy(update={"provenance": session.provenance.model_copy(update=provenance)})


def test_each_level_says_how_well_the_grader_agrees_with_raters(session: Session) -> None:
    lines = shown(session)
    words = pinned_words(session.provenance.grader, session.provenance.rubric)
    levels = session.scorecard.levels
    for technique in session.rubric.techniques:
        expected = "no occasion" if levels[technique.id] is None else words.get(technique.id, "not measured")
        assert lines[technique.name].rstrip().endswith(expected)


@pytest.mark.parametrize("other", [{"grader": "embedded-grader/0"}, {"rubric": "0" * 16}])
def test_another_grader_or_rubric_was_not_measured(session: Session, other: dict[str, str]) -> None:
    lines = shown(measured(session, **other))
    graded = [t.name for t in session.rubric.techniques if session.scorecard.levels[t.id] is not None]
    assert graded
    assert all(lines[name].rstrip().endswith("not measured") for name in graded)


def printed(session: Session, *, full: bool) -> str:
    out = StringIO()
    Console(file=out, width=160).print(debriefing(session, full=full))
    return out.getvalue()


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("passed", [False, True])
def test_outcome_score_and_pass_are_said(session: Session, *, full: bool, passed: bool) -> None:
    overall = session.scorecard.overall
    assert overall is not None
    mark = int(overall) if passed else int(overall) + 1
    held = session.model_copy(update={"rubric": session.rubric.model_copy(update={"pass_mark": mark})})
    verdict = "passed" if passed else "not passed"
    line = f"Outcome: ended by trainee. Score: {overall:g} of 100, {verdict} (pass mark {mark})."
    assert line in printed(held, full=full)


def test_the_full_debrief_gives_each_reply_its_levels(session: Session) -> None:
    (exchange,) = session.exchanges
    assert isinstance(exchange.grade, Assessment)
    lines = printed(session, full=True).split("Reply 1:", 1)[1].splitlines()
    shown = {line.strip() for line in lines if line.endswith(" of 3")}
    names = {technique.id: technique.name for technique in session.rubric.techniques}
    assert shown == {
        f"{names[v.technique]}: level {v.level} of 3" for v in exchange.grade.verdicts if v.level is not None
    }
    assert shown


def test_words_are_quoted_once_whatever_they_are_evidence_of(session: Session) -> None:
    out = StringIO()
    Console(file=out, width=400).print(debriefing(session, full=True))
    (exchange,) = session.exchanges
    assert isinstance(exchange.grade, Assessment)
    _, _, replies = out.getvalue().partition("Reply 1:")
    quotes = [line.strip()[2:] for line in replies.splitlines() if line.startswith(("  + “", "  - “"))]
    assert quotes
    assert len(quotes) == len(set(quotes))
    shown = {session.rubric.technique(each.technique).name for each in exchange.grade.evidence}
    assert shown == {line.strip().partition(":")[0] for line in replies.splitlines() if line.startswith("    ")}
