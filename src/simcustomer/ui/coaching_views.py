"""What live coaching shows: after each reply, what it did, as plain data."""

from __future__ import annotations

from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Verdict
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Exchange, Session

COMPETENT = 2
"""Level from which a technique counts as met."""


class Missed(NamedTuple):
    """A technique that the reply had occasion for and left out or spoilt, and how."""

    technique: str
    how: str


class Comment(NamedTuple):
    """What one reply did; `started` names techniques that were attempted without a misstep. `ungraded` says why there is nothing to say."""

    number: int
    met: tuple[str, ...]
    started: tuple[str, ...]
    missed: tuple[Missed, ...]
    ungraded: str | None


def comments(session: Session) -> tuple[Comment, ...]:
    """A comment on each reply, the newest first; none where the session is not coached."""
    if not session.coached:
        return ()
    return tuple(_comment(exchange, session.rubric) for exchange in reversed(session.exchanges))


def _comment(exchange: Exchange, rubric: Rubric) -> Comment:
    grade = exchange.grade
    if not isinstance(grade, Assessment):
        return Comment(exchange.number, (), (), (), grade.reason)
    met = (v.technique for v in grade.verdicts if (v.level or 0) >= COMPETENT)
    started = (v.technique for v in grade.verdicts if v.level == 1 and not _missteps(v))
    missed = (v for v in grade.verdicts if v.level == 0 or (v.level == 1 and _missteps(v)))
    return Comment(
        number=exchange.number,
        met=tuple(rubric.technique(technique).name for technique in met),
        started=tuple(rubric.technique(technique).name for technique in started),
        missed=tuple(Missed(rubric.technique(v.technique).name, _how(v, rubric)) for v in missed),
        ungraded=None,
    )


def _missteps(verdict: Verdict) -> list[str]:
    return [*(e.misstep for e in verdict.evidence if e.misstep), *verdict.missing]


def _how(verdict: Verdict, rubric: Rubric) -> str:
    """The misstep in the rubric's words; where there was none, what the technique asks."""
    technique = rubric.technique(verdict.technique)
    signs = _missteps(verdict)
    return technique.missteps[signs[0]] if signs else technique.asks
