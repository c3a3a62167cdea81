"""What a changed rubric does: to one pasted reply, and to the golden replies with their raters' levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from simcustomer.domain.assessment import Assessment, Evidence, Grade, Ungraded
from simcustomer.domain.rubric import Level, Rubric
from simcustomer.domain.transcript import Channel, Scenario, Speaker, Transcript, Turn
from simcustomer.errors import InvalidInput, SettingsError
from simcustomer.evaluation.golden import RatedReply, read_rated
from simcustomer.roles import Grader, GradingCase
from simcustomer.studio.background import Say
from simcustomer.studio.text import storable

MOST_PASTED = 5_000
"""Characters of a pasted message or reply: as long as a reply may be in practice."""

MOST_SHOWN = 60
"""Replies with another level that are listed; all are counted."""


class Judged(NamedTuple):
    """One technique in one reply: level and quotes under two rubrics; a rubric without the technique has no level."""

    technique: str
    name: str
    before: Level | None
    after: Level | None
    quotes_before: tuple[Evidence, ...]
    quotes_after: tuple[Evidence, ...]


class Trial(NamedTuple):
    """A reply under two rubrics. Where one could not grade it, the reason stands in `ungraded`."""

    techniques: tuple[Judged, ...]
    overall_before: Level | None
    overall_after: Level | None
    ungraded: tuple[str, ...]


class Moved(NamedTuple):
    """A golden reply whose level changes; `rated` is the raters' median."""

    conversation: str
    turn: int
    technique: str
    before: int | None
    after: int | None
    rated: int | None
    reply: str


class Effect(NamedTuple):
    """Agreement with the raters on one technique, before and after: quadratic weighted kappa with its 95 % interval."""

    technique: str
    name: str
    n: int
    before: float | None
    after: float | None
    interval_before: tuple[float, float] | None
    interval_after: tuple[float, float] | None
    moved: int


class Impact(NamedTuple):
    """What a change of rubric does to the golden replies; `moved` are all replies with another level of a technique."""

    replies: int
    grader: str
    effects: tuple[Effect, ...]
    moved: tuple[Moved, ...]
    ungraded: int


async def tried(
    message: str, reply: str, channel: Channel, *, before: Rubric | None, after: Rubric, grader: Grader
) -> Trial:
    """A customer's message and a reply to it under the published rubric and the draft. Raises InvalidInput."""
    said = [_pasted(message, "The customer's message"), _pasted(reply, "The reply")]
    transcript = Transcript(turns=(Turn(role=Speaker.CUSTOMER, text=said[0]), Turn(role=Speaker.TRAINEE, text=said[1])))
    grades = [
        await grader.grade(GradingCase(rubric, channel, transcript, Scenario())) if rubric else None
        for rubric in (before, after)
    ]
    names = {t.id: t.name for rubric in (before, after) if rubric for t in rubric.techniques}
    old, new = grades
    return Trial(
        tuple(
            Judged(t, name, _level(old, t), _level(new, t), _quotes(old, t), _quotes(new, t))
            for t, name in names.items()
        ),
        old.overall if isinstance(old, Assessment) else None,
        new.overall if isinstance(new, Assessment) else None,
        tuple(grade.reason for grade in grades if isinstance(grade, Ungraded)),
    )


async def impact(before: Rubric, after: Rubric, replies: Sequence[RatedReply], grader: Grader, say: Say) -> Impact:
    """Grade the golden replies under both rubrics; `say` hears of each."""
    old: list[Grade] = []
    new: list[Grade] = []
    for reply in replies:
        old.append(await grader.grade(reply.case(before)))
        new.append(await grader.grade(reply.case(after)))
        say(reply.conversation)
    pairs = [
        (reply, a, b)
        for reply, a, b in zip(replies, old, new, strict=True)
        if isinstance(a, Assessment) and isinstance(b, Assessment)
    ]
    names = {t.id: t.name for rubric in (before, after) for t in rubric.techniques}
    moved = tuple(_moved(pairs, tuple(names)))
    return Impact(
        replies=len(replies),
        grader=grader.name,
        effects=_effects(pairs, before, after, names, moved),
        moved=moved,
        ungraded=len(replies) - len(pairs),
    )


def development_replies(evals: Path | None) -> tuple[RatedReply, ...]:
    """The rated replies that a rubric may be tuned on; the test split is left for measuring.

    `evals` is the folder of the evals, None where there is none. Raises SettingsError where it has no golden
    conversations, or the statistics are not installed.
    """
    golden = evals / "golden" if evals else None
    if golden is None or not (golden / "ratings.jsonl").is_file():
        raise SettingsError(
            f"There are no golden conversations in {evals or 'any evals folder'}: they come with a checkout of the "
            "sources, not with the installed package. Set SIMCUSTOMER_EVALS_DIR to the evals folder of a checkout; "
            "everything else works without them."
        )
    if find_spec("krippendorff") is None:
        raise SettingsError(
            "Agreement needs the statistics libraries, which are not installed here: install simcustomer[evals]."
        )
    return read_rated(golden, "development")


_Pair = tuple[RatedReply, Assessment, Assessment]


def _effects(
    pairs: Sequence[_Pair], before: Rubric, after: Rubric, names: Mapping[str, str], moved: Sequence[Moved]
) -> tuple[Effect, ...]:
    # Statistics are an extra of the installation, and take a while to load.
    from simcustomer.evaluation.agreement_table import OVERALL, figures_of, given_by  # noqa: PLC0415
    from simcustomer.evaluation.figures import GRADER  # noqa: PLC0415

    replies = [reply for reply, _, _ in pairs]
    found = [
        {figure.name: figure for figure in figures_of(GRADER, given_by(grades, rubric.ids), replies)}
        for rubric, grades in ((before, [a for _, a, _ in pairs]), (after, [b for _, _, b in pairs]))
    ]
    effects: list[Effect] = []
    for technique, name in {**names, "mean": "", OVERALL: ""}.items():
        old, new = (each.get(f"qwk.{technique}") for each in found)
        figure = old or new
        effects.append(
            Effect(
                technique,
                name,
                figure.n if figure else 0,
                old.value if old else None,
                new.value if new else None,
                (old.low, old.high) if old and old.low is not None and old.high is not None else None,
                (new.low, new.high) if new and new.low is not None and new.high is not None else None,
                sum(1 for each in moved if each.technique == technique),
            )
        )
    return tuple(effects)


def _moved(pairs: Sequence[_Pair], techniques: Sequence[str]) -> list[Moved]:
    return [
        Moved(
            reply.conversation,
            reply.rating.turn,
            technique,
            old.levels.get(technique),
            new.levels.get(technique),
            reply.rating.levels.get(technique),
            reply.reply,
        )
        for reply, old, new in pairs
        for technique in techniques
        if old.levels.get(technique) != new.levels.get(technique)
    ]


def _pasted(text: str, what: str) -> str:
    said = storable(text, most=4 * MOST_PASTED).strip()
    if not said:
        raise InvalidInput(f"{what} is empty. Paste it, then grade again.")
    if len(said) > MOST_PASTED:
        raise InvalidInput(f"{what} has {len(said):,} characters; the most is {MOST_PASTED:,}. Shorten it.")
    return said


def _level(grade: Grade | None, technique: str) -> Level | None:
    return grade.levels.get(technique) if isinstance(grade, Assessment) else None


def _quotes(grade: Grade | None, technique: str) -> tuple[Evidence, ...]:
    return tuple(e for e in grade.evidence if e.technique == technique) if isinstance(grade, Assessment) else ()
