"""The table of agreement: grader, baselines and raters measured alike, by technique, for the mean and the whole reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.evaluation.agreement import Agreement, Levels, agreement, alpha, count_tables, kappa_interval
from simcustomer.evaluation.figures import BANDS, GRADER, OVERALL, RATERS, Figure
from simcustomer.evaluation.golden import RatedReply, Rating

FEWEST_IN_BAND = 10
"""Rated replies that a technique needs in a band of length to count in that band's mean."""

Given = Mapping[str, Levels]
"""Levels by technique (and OVERALL), reply by reply."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The replies on which raters judged one technique: with null where they saw no occasion, none where they were not asked."""

    rated: Levels
    given: Levels
    groups: tuple[str, ...]


def given_by(grades: Sequence[Grade], techniques: Sequence[str]) -> dict[str, list[int | None]]:
    """What a grader gave, as the table reads it; an ungraded reply has no level."""
    return {name: [_level(grade, name) for grade in grades] for name in (*techniques, OVERALL)}


def _level(grade: Grade, technique: str) -> int | None:
    if not isinstance(grade, Assessment):
        return None
    return grade.overall if technique == OVERALL else grade.levels.get(technique)


def judged(reply: RatedReply, technique: str) -> bool:
    """Whether the raters were asked about this technique in this reply."""
    return technique == OVERALL or technique in reply.rating.levels


def rated_level(reply: RatedReply | Rating, technique: str) -> int | None:
    """What the raters' median, or one rater, gave."""
    rating = reply.rating if isinstance(reply, RatedReply) else reply
    return rating.overall if technique == OVERALL else rating.levels.get(technique)


def figures_of(of: str, given: Given, replies: Sequence[RatedReply]) -> list[Figure]:
    """All figures of one column: by technique, the mean of techniques, the whole reply, and within bands of length."""
    figures: list[Figure] = []
    techniques = [name for name in given if name != OVERALL]
    for technique in given:
        seen = _seen(technique, given, replies)
        found = agreement(seen.rated, seen.given, seen.groups)
        figures += _described(of, technique, found, detailed=of == GRADER)
    figures.append(_mean(of, "qwk.mean", given, replies, techniques))
    return figures + _bands(of, given, replies, techniques)


def _described(of: str, technique: str, found: Agreement, *, detailed: bool) -> list[Figure]:
    qwk = Figure(
        of=of, name=f"qwk.{technique}", value=found.qwk.value, n=found.n, low=found.qwk.low, high=found.qwk.high
    )
    if not detailed:
        return [qwk]
    asked = {
        "alpha": found.alpha,
        "exact": found.exact,
        "adjacent": found.adjacent,
        "bias": found.bias,
        **{f"recall_{level}": recall for level, recall in enumerate(found.recall)},
        "presence": found.presence,
        "presence_kappa": found.presence_kappa,
    }
    return [
        qwk,
        *(Figure(name=f"{what}.{technique}", value=value, n=found.n, better=None) for what, value in asked.items()),
    ]


def _seen(technique: str, given: Given, replies: Sequence[RatedReply]) -> Seen:
    pairs = [
        (rated_level(reply, technique), level, reply.conversation)
        for reply, level in zip(replies, given[technique], strict=True)
        if judged(reply, technique)
    ]
    return Seen([pair[0] for pair in pairs], [pair[1] for pair in pairs], tuple(pair[2] for pair in pairs))


def _mean(
    of: str, name: str, given: Given, replies: Sequence[RatedReply], techniques: Sequence[str], fewest: int = 1
) -> Figure:
    conversations = sorted({reply.conversation for reply in replies})
    tables: list[NDArray[np.float64]] = []
    for technique in techniques:
        seen = _seen(technique, given, replies)
        if sum(level is not None for level in seen.rated) >= fewest:
            tables.append(count_tables(seen.rated, seen.given, seen.groups, conversations))
    found = kappa_interval(np.stack(tables)) if tables else None
    if found is None:
        return Figure(of=of, name=name, value=None, n=0)
    return Figure(of=of, name=name, value=found.value, n=len(tables), low=found.low, high=found.high)


def _bands(of: str, given: Given, replies: Sequence[RatedReply], techniques: Sequence[str]) -> list[Figure]:
    """The mean within thirds of the replies by length, where length alone can explain little."""
    order = sorted(range(len(replies)), key=lambda index: (replies[index].words, index))
    edges = [len(order) * part // len(BANDS) for part in range(len(BANDS) + 1)]
    figures: list[Figure] = []
    for band, (start, end) in zip(BANDS, pairwise(edges), strict=True):
        chosen = order[start:end]
        part = [replies[index] for index in chosen]
        levels = {name: [given[name][index] for index in chosen] for name in given}
        figures.append(_mean(of, f"qwk.band_{band}", levels, part, techniques, FEWEST_IN_BAND))
    return figures


def ceiling(replies: Sequence[RatedReply], techniques: Sequence[str]) -> list[Figure]:
    """The raters' own agreement: each against each other as if one were the grader; nothing where no reply has two."""
    shared = [reply for reply in replies if len(reply.rating.raters) > 1]
    count = min((len(reply.rating.raters) for reply in shared), default=0)
    if count < 2:
        return []
    figures: list[Figure] = []
    every: list[NDArray[np.float64]] = []
    for technique in (*techniques, OVERALL):
        tables = _pairs_of_raters(technique, shared, count)
        if technique != OVERALL:
            every.append(tables)
        found = kappa_interval(tables)
        n = sum(rated_level(reply, technique) is not None for reply in shared)
        name = f"qwk.{technique}"
        figures.append(Figure(of=RATERS, name=name, value=found.value, n=n, low=found.low, high=found.high))
        raters = [[rated_level(reply.rating.raters[rater], technique) for reply in shared] for rater in range(count)]
        figures.append(Figure(of=RATERS, name=f"alpha.{technique}", value=alpha(raters), n=n))
    mean = kappa_interval(np.concatenate(every))
    figures.append(
        Figure(of=RATERS, name="qwk.mean", value=mean.value, n=len(techniques), low=mean.low, high=mean.high)
    )
    return figures


def _pairs_of_raters(technique: str, replies: Sequence[RatedReply], count: int) -> NDArray[np.float64]:
    """Tables of every ordered pair of raters, over the replies in which both were asked."""
    conversations = sorted({reply.conversation for reply in replies})
    tables: list[NDArray[np.float64]] = []
    for one, other in permutations(range(count), 2):
        asked = [r for r in replies if all(_asked(r.rating.raters[rater], technique) for rater in (one, other))]
        levels = [[rated_level(reply.rating.raters[rater], technique) for reply in asked] for rater in (one, other)]
        tables.append(count_tables(levels[0], levels[1], [reply.conversation for reply in asked], conversations))
    return np.stack(tables)


def _asked(rating: Rating, technique: str) -> bool:
    return rating.overall is not None if technique == OVERALL else technique in rating.levels
