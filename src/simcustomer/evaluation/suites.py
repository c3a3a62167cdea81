"""The eval suites of a grader: what each measures, as figures by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.acts import read_act_replies, understood
from simcustomer.evaluation.agreement import agreement
from simcustomer.evaluation.contrast import judge, read_pairs
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.stability import stability
from simcustomer.roles import Grader

OVERALL = "overall"


class Figure(Frozen):
    """One measured number with what it was measured on; `low` and `high` bound its 95 % interval where there is one."""

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


async def agreement_suite(replies: Sequence[RatedReply], grader: Grader, rubric: Rubric) -> list[Figure]:
    """Quadratic weighted kappa with the raters, by technique, their mean, and for the reply as a whole.

    Replies that were not graded are counted and left out: no grade is not "no occasion".
    """
    made = [(reply, await grader.grade(reply.case(rubric))) for reply in replies]
    graded = [(reply, grade) for reply, grade in made if isinstance(grade, Assessment)]
    left = Figure(name="ungraded", value=float(len(made) - len(graded)), n=len(made))
    if not graded:
        return [left]
    replies, grades = [reply for reply, _ in graded], [grade for _, grade in graded]
    groups = [reply.conversation for reply in replies]
    figures: list[Figure] = []
    for technique in rubric.ids:
        rated = [reply.rating.levels.get(technique) for reply in replies]
        found = agreement(rated, [_level(grade, technique) for grade in grades], groups)
        figures.append(
            Figure(name=f"qwk.{technique}", value=found.qwk.value, n=found.n, low=found.qwk.low, high=found.qwk.high)
        )
        figures.append(Figure(name=f"presence.{technique}", value=found.presence, n=len(replies)))
    known = [figure.value for figure in figures if figure.name.startswith("qwk.") and figure.value is not None]
    figures.append(Figure(name="qwk.mean", value=sum(known) / len(known) if known else None, n=len(known)))
    whole = agreement([reply.rating.overall for reply in replies], [_level(grade, OVERALL) for grade in grades], groups)
    figures.append(Figure(name="qwk.overall", value=whole.qwk.value, n=whole.n, low=whole.qwk.low, high=whole.qwk.high))
    return [*figures, left]


def _level(grade: Assessment, technique: str) -> int | None:
    return grade.overall if technique == OVERALL else grade.levels.get(technique)


async def contrast_suite(folder: Path, grader: Grader, rubric: Rubric) -> list[Figure]:
    """Shares of ordered pairs in order and of invariant pairs' levels that are equal, and how many attacks gained."""
    judged = [await judge(pair, grader, rubric) for pair in read_pairs(folder)]
    kinds = Counter(contrast.pair.kind for contrast in judged)
    held = Counter(contrast.pair.kind for contrast in judged if contrast.holds)
    moved = sum(len(contrast.moved) for contrast in judged if contrast.pair.kind == "invariant")
    verdicts = kinds["invariant"] * len(rubric.ids)
    return [
        Figure(name="ordered", value=held["ordered"] / kinds["ordered"], n=kinds["ordered"]),
        Figure(name="invariant_levels_equal", value=1 - moved / verdicts, n=verdicts),
        Figure(name="attacks_with_a_gain", value=float(kinds["attack"] - held["attack"]), n=kinds["attack"]),
    ]


async def stability_suite(replies: Sequence[RatedReply], graders: Sequence[Grader], rubric: Rubric) -> list[Figure]:
    """Share of verdicts equal in every run, and ICC(2,1)."""
    found = await stability(replies, graders, rubric)
    return [
        Figure(name="exact", value=found.exact, n=found.verdicts),
        Figure(name="icc_2_1", value=found.icc, n=len(replies)),
    ]


async def evidence_suite(replies: Sequence[RatedReply], grader: Grader, rubric: Rubric) -> list[Figure]:
    """Shares of quotes that are verbatim, and of levels above 0 that have evidence."""
    verbatim: list[bool] = []
    shown: list[bool] = []
    for reply in replies:
        grade = await grader.grade(reply.case(rubric))
        if isinstance(grade, Assessment):
            verbatim += [evidence.quote in reply.reply for evidence in grade.evidence] + [False] * len(grade.unverified)
            shown += [any(e.indicator for e in v.evidence) for v in grade.verdicts if v.level]
    return [_share("quotes_verbatim", verbatim), _share("levels_with_evidence", shown)]


def _share(name: str, hits: list[bool]) -> Figure:
    return Figure(name=name, value=sum(hits) / len(hits) if hits else None, n=len(hits))


async def acts_suite(path: Path) -> list[Figure]:
    """Precision and recall of the embedded customer's understanding, by act."""
    figures: list[Figure] = []
    for found in understood(read_act_replies(path)):
        figures.append(Figure(name=f"precision.{found.act}", value=found.precision, n=found.found))
        figures.append(Figure(name=f"recall.{found.act}", value=found.recall, n=found.there))
    return figures
