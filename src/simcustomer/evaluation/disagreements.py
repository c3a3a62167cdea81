"""Replies on which grader and raters lie furthest apart."""

from __future__ import annotations

from collections.abc import Sequence

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.rubric import Rubric
from simcustomer.evaluation.agreement_table import judged, rated_level
from simcustomer.evaluation.golden import RatedReply
from simcustomer.evaluation.results import FEW, Disagreement, Wanted


def worst(
    replies: Sequence[RatedReply], grades: Sequence[Grade], rubric: Rubric, wanted: Wanted = FEW
) -> tuple[Disagreement, ...]:
    """The wanted disagreements that lie furthest apart, in an order that does not change."""
    found = [
        disagreement
        for reply, grade in zip(replies, grades, strict=True)
        if isinstance(grade, Assessment)
        for technique in rubric.ids
        if judged(reply, technique)
        if (disagreement := _disagreement(reply, grade, technique, wanted.least)) is not None
    ]
    found.sort(key=lambda each: (-each.distance, each.id, each.turn, each.technique))
    return tuple(found[: wanted.most])


def _disagreement(reply: RatedReply, grade: Assessment, technique: str, least: int) -> Disagreement | None:
    rated, given = rated_level(reply, technique), grade.levels.get(technique)
    if rated is None or abs(rated - (given or 0)) < least:
        return None
    return Disagreement(
        id=reply.conversation,
        turn=reply.rating.turn,
        technique=technique,
        rated=rated,
        given=given,
        raters=tuple(rated_level(rater, technique) for rater in reply.rating.raters),
        quotes=tuple(evidence.quote for evidence in grade.evidence if evidence.technique == technique),
    )
