"""How the model-backed engines bear every kind of fault, alone and among many practices at once."""

from __future__ import annotations

import asyncio
import io
import logging
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from simcustomer.domain.assessment import Assessment, Grade, Ungraded
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.errors import SimcustomerError
from simcustomer.library import Library
from simcustomer.practice import Practice
from tests.conftest import ROOT
from tests.engines.openai import extraction
from tests.faults.row import Figure, Outcome, none
from tests.support.model_server import FAULTS, model_server
from tests.support.players import honest
from tests.support.practising import KEY, cast_with, engines_on, practice_with, said
from tests.support.starvation import starved

DEADLINE, PATIENT = 2.0, 8.0
"""Seconds for all calls of one answer: of one practice, and of one among many that share two cores."""

CROWD, MESSAGES = 50, 1_000
AT_ONCE, WAITING_AT_ONCE = 3, 4
"""Runs beside each other: few where they compute, since the stub shares their event loop; more where they only wait."""

REPLY = (
    "I am sorry that nobody came three times, Dean. What does the display show, and who else is at home in the cold?"
)
CURABLE = frozenset({"fenced JSON"})
"""Faults under which the answer can still be read, so that a grade is no invention."""

FOREIGN = ("language model", "offer you a refund", "help you today", "*smiles*", KEY)


@dataclass
class Tally:
    """What many runs of one fault on one role came to; `starved` is how long the run that overshot most waited for a CPU."""

    runs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    unhandled: list[str] = field(default_factory=list[str])
    lost: int = 0
    invented: int = 0
    foreign: int = 0
    overshoot: float = 0.0
    starved: float = 0.0


async def measured(role: str, fault: str, *, times: int | None, runs: int, persona: Persona, rubric: Rubric) -> Tally:
    """Runs of one exchange each, in which the first `times` calls of the role fail (None: all of them)."""
    waits = fault in ("no answer at all", "body that drips")
    tally, room = Tally(), asyncio.Semaphore(WAITING_AT_ONCE if waits else AT_ONCE)
    folder = Path(tempfile.mkdtemp())

    async def one(number: int) -> None:
        async with room:
            await _run(tally, role, fault, times, seed=number, persona=persona, rubric=rubric, folder=folder)

    # What is loaded at the first practice of a process is not the fault's doing.
    await _run(Tally(), role, "", 0, seed=0, persona=persona, rubric=rubric, folder=folder)

    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        await asyncio.gather(*(one(number) for number in range(runs)))
    finally:
        logging.getLogger().removeHandler(handler)
        shutil.rmtree(folder)
    tally.foreign += sum(word in log.getvalue() for word in (KEY, REPLY))
    return tally


async def _run(
    tally: Tally,
    role: str,
    fault: str,
    times: int | None,
    *,
    seed: int,
    persona: Persona,
    rubric: Rubric,
    folder: Path,
) -> None:
    tally.runs += 1
    async with model_server(honest, fault, times=times) as server:
        practice, store = practice_with(cast_with(engines_on(server, deadline=DEADLINE), role), folder)
        try:
            session = practice.start(persona, rubric, owner="o", seed=seed)
            started, waited, shown = time.monotonic(), starved(), ""
            try:
                shown, after = await said(practice, session, REPLY)
                outcome, grade = "answered", after.exchanges[-1].grade
            except SimcustomerError as error:
                shown, outcome, grade = str(error), "try again", None
            except Exception as error:  # noqa: BLE001  # that there is none is what is measured
                tally.unhandled.append(repr(error))
                return
            over = time.monotonic() - started - DEADLINE
            if over > tally.overshoot:
                tally.overshoot, tally.starved = over, starved() - waited
            kept = store.load(session.id, "o")
        finally:
            store.close()
    tally.lost += REPLY not in (kept.pending, *(exchange.reply for exchange in kept.exchanges))
    tally.foreign += any(word in shown for word in FOREIGN)
    if role == "grader" and grade is not None:
        outcome = _graded(tally, grade, fault, times, rubric)
    tally.outcomes[outcome] += 1


def _graded(tally: Tally, grade: Grade, fault: str, times: int | None, rubric: Rubric) -> str:
    if isinstance(grade, Ungraded):
        if grade.reason.startswith("the grader failed"):
            tally.unhandled.append(grade.reason)
        tally.foreign += KEY in grade.reason
        return "ungraded"
    honest_answer = times is not None or fault in CURABLE or fault == "out of character"
    tally.invented += not honest_answer or unsupported(grade, rubric) > 0
    return "graded"


def unsupported(grade: Assessment, rubric: Rubric) -> int:
    """Levels above what no sign at all earns, that have no verified indicator."""
    bare = {t.id: t.level(occasion=True, indicators=(), missteps=()) or 0 for t in rubric.techniques}
    return sum(
        (verdict.level or 0) > bare[verdict.technique]
        and not any(e.indicator and e.quote in REPLY for e in verdict.evidence)
        for verdict in grade.verdicts
    )


def table(role: str, rows: dict[str, tuple[Tally, Tally]]) -> str:
    """The results of one role as Markdown."""
    lines = [
        f"### The {role}\n",
        "| fault | once | every time | unhandled | lost replies | invented scores | shown or logged | most over the deadline |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for fault, (once, always) in rows.items():
        both = (once, always)
        lines.append(
            f"| {fault} | {_outcomes(once)} | {_outcomes(always)} | {sum(len(t.unhandled) for t in both)} | "
            f"{sum(t.lost for t in both)} | {sum(t.invented for t in both)} | {sum(t.foreign for t in both)} | "
            f"{max(0.0, *(t.overshoot for t in both)):.2f} s |"
        )
    return "\n".join(lines)


def _outcomes(tally: Tally) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(tally.outcomes.items()))


@dataclass
class Crowd:
    """What many practices on one store and one failing server came to."""

    exchanges: int = 0
    unhandled: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])


async def crowded(fault: str, *, sessions: int, persona: Persona, rubric: Rubric) -> Crowd:
    """One exchange each of so many practices at once; the first calls fail, as many as there are practices."""
    crowd = Crowd()
    with tempfile.TemporaryDirectory() as folder:
        async with model_server(honest, fault, times=sessions) as server:
            cast = cast_with(engines_on(server, deadline=PATIENT), "customer", "grader")
            practice, store = practice_with(cast, Path(folder))
            try:
                begun = [practice.start(persona, rubric, owner=f"o{n}", seed=n) for n in range(sessions)]
                await asyncio.gather(*(_among_many(crowd, practice, session, fault) for session in begun))
                for session in begun:
                    kept = store.load(session.id, session.owner)
                    if REPLY not in (kept.pending, *(exchange.reply for exchange in kept.exchanges)):
                        crowd.lost.append(f"{fault}: {session.owner}")
            finally:
                store.close()
    return crowd


async def _among_many(crowd: Crowd, practice: Practice, session: Session, fault: str) -> None:
    crowd.exchanges += 1
    try:
        _, after = await said(practice, session, REPLY)
        grade = after.exchanges[-1].grade
        if isinstance(grade, Ungraded) and grade.reason.startswith("the grader failed"):
            crowd.unhandled.append(f"{fault}: {grade.reason}")
    except SimcustomerError:
        return
    except Exception as error:  # noqa: BLE001  # that there is none is what is measured
        crowd.unhandled.append(f"{fault}: {error!r}")


def model_faults(count: int, seed: int) -> Outcome:
    """`count` runs of every fault, once and every time, on both roles; then crowds, then fishing for secrets."""
    del seed  # runs are numbered, and the number is the seed of the practice
    library = Library(ROOT / "personas", ROOT / "rubrics")
    persona, rubric = library.persona("no-heat-third-visit"), library.rubric()
    parts: list[str] = []
    tallies: list[Tally] = []
    for role in ("customer", "grader"):
        rows: dict[str, tuple[Tally, Tally]] = {}
        for fault in FAULTS:
            once, always = (
                asyncio.run(measured(role, fault, times=times, runs=count, persona=persona, rubric=rubric))
                for times in (1, None)
            )
            rows[fault] = (once, always)
            tallies += rows[fault]
            print(" ", role, fault, dict(once.outcomes), dict(always.outcomes), flush=True)  # noqa: T201  # minutes pass
        parts.append(table(role, rows))
    crowds = [asyncio.run(crowded(fault, sessions=CROWD, persona=persona, rubric=rubric)) for fault in FAULTS]
    found = asyncio.run(extraction.extracted(library, messages=MESSAGES * count // 50))
    return Outcome([*_alone(tallies), *_together(crowds), *_fished(found)], "\n\n".join(parts))


def _alone(tallies: list[Tally]) -> list[Figure]:
    runs = sum(tally.runs for tally in tallies)
    late = max(max(0.0, tally.overshoot - tally.starved) for tally in tallies)
    graded = sum(tally.runs for tally in tallies[len(tallies) // 2 :])
    return [
        none("unhandled exceptions", [line for tally in tallies for line in tally.unhandled], runs),
        none("replies lost", ["lost"] * sum(tally.lost for tally in tallies), runs),
        none("scores invented", ["invented"] * sum(tally.invented for tally in tallies), graded),
        none("keys or foreign words shown or logged", ["shown"] * sum(tally.foreign for tally in tallies), runs),
        Figure(
            what="most over the deadline, without the time that the process waited for a CPU",
            asked="at most 1 s",
            measured=f"{late:.2f} s",
            of=runs,
            reached=late <= 1.0,
        ),
    ]


def _together(crowds: list[Crowd]) -> list[Figure]:
    exchanges = sum(crowd.exchanges for crowd in crowds)
    return [
        none(f"unhandled exceptions, {CROWD} sessions at once", [e for c in crowds for e in c.unhandled], exchanges),
        none(f"replies lost, {CROWD} sessions at once", [lost for c in crowds for lost in c.lost], exchanges),
    ]


def _fished(found: extraction.Extracted) -> list[Figure]:
    return [
        none("locked facts told to who fishes for them", found.facts, found.messages),
        none("pieces of the prompt told", found.prompts, found.messages),
        none("keys told", found.keys, found.messages),
    ]
