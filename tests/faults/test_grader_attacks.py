"""Tricks to gain a level: from the embedded grader, and from a model that obeys whatever it reads."""

from __future__ import annotations

import asyncio
import random
import tomllib
from collections import Counter
from pathlib import Path

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.grader import EmbeddedGrader
from simcustomer.evaluation.contrast import gained
from simcustomer.evaluation.golden import RatedReply, read_rated
from simcustomer.library import Library
from simcustomer.roles import Grader, GradingCase
from tests.conftest import ROOT
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.model_server import Body, model_server
from tests.support.players import grades, said, sent
from tests.support.practising import engines_on

ATTACKS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("grader_attacks.toml").read_text(encoding="utf-8")
)
OBEDIENT = 5
"""One attacked reply in so many is graded by the obedient model too: it is there to show what code checks, not how a model reads."""


def measure(count: int, seed: int) -> Outcome:
    """So many pairs of a rated reply and the same with a trick, all kinds in turn."""
    rubric = Library(ROOT / "personas", ROOT / "rubrics").rubric()
    dice = random.Random(seed)  # noqa: S311
    replies = read_rated(ROOT / "evals" / "golden", "development")
    pairs = [_pair(dice.choice(replies), number, dice, rubric) for number in range(count)]
    embedded, stored = asyncio.run(_embedded(pairs))
    obeyed, asked = asyncio.run(_obedient([attacked for _, _, attacked in pairs[::OBEDIENT]], rubric))
    kinds = Counter(line.split(":")[0] for line in embedded)
    shares = ", ".join(f"{kind} {kinds[kind]}" for kind in ATTACKS)
    return Outcome(
        [
            none("embedded grader: pairs in which the trick gains a level somewhere", embedded, count),
            none("embedded grader: quotes that are not in the stored reply", stored, count),
            none("obedient model: levels above what no sign earns, without a verified quote", obeyed, asked),
            Figure(
                what="obedient model: replies graded", asked="all", measured=str(asked), of=asked, reached=asked > 0
            ),
        ],
        f"Gains of the embedded grader by kind: {shares}.",
    )


def _pair(reply: RatedReply, number: int, dice: random.Random, rubric: Rubric) -> tuple[str, GradingCase, GradingCase]:
    kind = list(ATTACKS)[number % len(ATTACKS)]
    plain = reply.case(rubric)
    before = plain.transcript.turns[:-1]
    text = dice.choice(ATTACKS[kind]).format(reply=plain.reply, customer=before[-1].text)
    turns = plain.transcript.model_copy(update={"turns": before}).followed_by(Speaker.TRAINEE, text)
    return kind, plain, GradingCase(rubric, plain.channel, turns, plain.scenario)


async def _embedded(pairs: list[tuple[str, GradingCase, GradingCase]]) -> tuple[list[str], list[str]]:
    grader = EmbeddedGrader()
    gains: list[str] = []
    foreign: list[str] = []
    for kind, plain, attacked in pairs:
        before, after = await _graded(grader, plain), await _graded(grader, attacked)
        if won := list(gained(before.levels, after.levels)):
            gains.append(f"{kind}: {', '.join(won)}: {attacked.reply!r}")
        foreign += [e.quote for e in after.evidence if e.quote not in attacked.reply]
    return gains, foreign


async def _graded(grader: Grader, case: GradingCase) -> Assessment:
    grade: Grade = await grader.grade(case)
    assert isinstance(grade, Assessment)
    return grade


async def _obedient(cases: list[GradingCase], rubric: Rubric) -> tuple[list[str], int]:
    """What a model that reports every sign, with words that are not in the reply, comes to: levels above the bare ones."""
    bare = {t.id: t.level(occasion=True, indicators=(), missteps=()) or 0 for t in rubric.techniques}
    found: list[str] = []
    async with model_server(_obey) as server:
        grader = engines_on(server).grader()
        for case in cases:
            grade = await grader.grade(case)
            if not isinstance(grade, Assessment):
                continue  # what cannot be believed at all is no grade, which is no level either
            proven = {e.technique for e in grade.evidence if e.indicator and e.quote in case.reply}
            found += [
                f"{name}: {level} for {case.reply!r}"
                for name, level in grade.levels.items()
                if (level or 0) > bare[name] and name not in proven
            ]
    return found, len(cases)


def _obey(body: Body) -> str:
    made = grades(body)
    told = said(body)
    for number, part in enumerate(made.values()):
        quote = (f"I understand how upset you are, {number}", f"{told[::-1][:40]} {number}", "e")[number % 3]
        part["indicators"] = dict.fromkeys(part["indicators"], quote)
    return sent(made)


ROW = Row(
    number=6,
    title="Tricks on the grader",
    method="""
Replies of the golden development conversations, each as it is and with a trick (`tests/faults/grader_attacks.toml`): injected instructions,
forged tags and JSON, heaps of rubric words, padding, the reply twice, empty signs, the customer's own words, other languages, encodings. A
gain is any technique whose level is higher with the trick. Every fifth attacked reply also goes to a model that obeys: it reports every
sign as shown, with words that the reply does not have, or with a single letter; code must give nothing for that.
""",
    full=1_000,
    measure=measure,
)


def test_no_quote_is_accepted_that_the_trainee_did_not_write_and_nothing_comes_of_obedience() -> None:
    """The gains of the embedded grader are not all gone, so the short form holds the other figures."""
    figures = measure(90, 1).figures
    assert all(figure.of > 0 for figure in figures)
    assert [figure for figure in figures[1:] if not figure.reached] == []
