"""What the lab shows to read: disagreements in their conversations, and transcripts that were graded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Literal, NamedTuple, cast, get_args

from simcustomer.domain.assessment import Assessment, Evidence, Verdict
from simcustomer.domain.footnotes import Footnote, footnotes
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Speaker
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.grading import GradedReply, TranscriptRecord
from simcustomer.evaluation.report import Piece, pieces
from simcustomer.evaluation.results import Disagreement, Results
from simcustomer.ui import marking
from simcustomer.ui.debrief_views import Level, level_of
from simcustomer.ui.views import technique_names

Direction = Literal["above", "below", "none"]
"""The grader gave more than the raters, less, or no level where they gave one."""

PER_PAGE = 20


class Asked(NamedTuple):
    """What the address of the disagreements asks for; None: everything. `start` is where the list begins, `n` one to read."""

    technique: str | None
    direction: Direction | None
    start: int
    n: int | None


class Line(NamedTuple):
    """A disagreement in the list; `n` is its number in the list as it is filtered, from 1."""

    n: int
    technique: str
    what: Disagreement
    direction: Direction


class Said(NamedTuple):
    """A turn of a conversation; `about` are the disagreements on it, of which `chosen` is the one that is read."""

    customer: bool
    turn: int
    pieces: tuple[Piece, ...]
    about: tuple[Line, ...]
    chosen: bool


class Reading(NamedTuple):
    """One disagreement in its conversation; `before` and `after` are the numbers of its neighbours in the list."""

    line: Line
    channel: str
    turns: tuple[Said, ...]
    before: int | None
    after: int | None


class DisagreementsView(NamedTuple):
    """The list, or one of them; `techniques` are those that have any, with their number."""

    asked: Asked
    total: int
    found: int
    techniques: tuple[tuple[str, str, int], ...]
    lines: tuple[Line, ...]
    earlier: int | None
    later: int | None
    reading: Reading | None


class Graded(NamedTuple):
    """A turn of a graded transcript; a customer's has no marks."""

    customer: bool
    number: int
    pieces: tuple[marking.Piece, ...]
    notes: tuple[Footnote, ...]
    levels: tuple[Level, ...]
    overall: Level | None
    ungraded: str | None


class Conversation(NamedTuple):
    """A graded conversation in the list; `number` counts from 1, `overall` is the mean of its replies."""

    number: int
    id: str
    channel: str
    replies: int
    overall: Level


class GradingView(NamedTuple):
    """All that was graded, and one conversation of it to read."""

    conversations: tuple[Conversation, ...]
    techniques: tuple[Level, ...]
    chosen: Conversation
    turns: tuple[Graded, ...]


def direction_of(found: Disagreement) -> Direction:
    """Which way grader and raters differ."""
    if found.given is None:
        return "none"
    return "above" if found.given > found.rated else "below"


def asked_of(query: Mapping[str, str], results: Results) -> Asked:
    """The filters in an address; what names nothing is left out."""
    technique, direction = query.get("technique"), query.get("direction")
    return Asked(
        technique=technique if technique in results.techniques else None,
        direction=cast("Direction", direction) if direction in get_args(Direction) else None,
        start=_number(query.get("start")) or 0,
        n=_number(query.get("n")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 7 else None


def disagreements_view(results: Results, asked: Asked) -> DisagreementsView:
    """The disagreements worst first, as the address asks for them."""
    found = [
        each
        for each in results.disagreements
        if asked.technique in {None, each.technique} and asked.direction in {None, direction_of(each)}
    ]
    lines = [_line(results, each, n) for n, each in enumerate(found, start=1)]
    start = asked.start - asked.start % PER_PAGE if asked.start < len(lines) else 0
    counted = [each.technique for each in results.disagreements]
    return DisagreementsView(
        asked=asked,
        total=len(results.disagreements),
        found=len(lines),
        techniques=tuple((t, name, counted.count(t)) for t, name in results.techniques.items() if t in counted),
        lines=tuple(lines[start : start + PER_PAGE]),
        earlier=start - PER_PAGE if start else None,
        later=start + PER_PAGE if start + PER_PAGE < len(lines) else None,
        reading=_reading(results, lines, asked.n) if asked.n and asked.n <= len(lines) else None,
    )


def _line(results: Results, found: Disagreement, n: int) -> Line:
    return Line(n, results.techniques.get(found.technique, found.technique), found, direction_of(found))


def _reading(results: Results, lines: Sequence[Line], n: int) -> Reading | None:
    line = lines[n - 1]
    record = next((each for each in results.conversations if each.id == line.what.id), None)
    if record is None:
        return None
    turns: list[Said] = []
    for index, turn in enumerate(record.turns):
        chosen = index == line.what.turn
        about = [d for d in results.disagreements if (d.id, d.turn) == (record.id, index) and d != line.what]
        turns.append(
            Said(
                customer=turn.role is Speaker.CUSTOMER,
                turn=index,
                pieces=pieces(turn.text, line.what.quotes if chosen else ()),
                about=tuple(_line(results, each, 0) for each in about),
                chosen=chosen,
            )
        )
    before, after = (n - 1 if n > 1 else None), (n + 1 if n < len(lines) else None)
    return Reading(line, record.channel.value, tuple(turns), before, after)


def grading_view(
    records: Sequence[TranscriptRecord], graded: Sequence[GradedReply], rubric: Rubric, number: int
) -> GradingView:
    """Graded transcripts, the chosen one (from 1) whole. `graded` follows the replies of `records` in order.

    Raises InvalidInput where a reply has no grade.
    """
    if len(graded) < sum(len(record.transcript.reply_indexes) for record in records):
        raise InvalidInput("The grades of this run are not whole. Order it again.")
    replies = iter(graded)
    by_record = [list(islice(replies, len(record.transcript.reply_indexes))) for record in records]
    conversations = [
        Conversation(n, record.id, record.channel.value, len(found), level_of("", _mean([g.overall for g in found])))
        for n, (record, found) in enumerate(zip(records, by_record, strict=True), start=1)
    ]
    place = number - 1 if 1 <= number <= len(records) else 0
    names = technique_names(rubric)
    return GradingView(
        conversations=tuple(conversations),
        techniques=tuple(level_of(names[t], _mean([g.levels.get(t) for g in graded])) for t in rubric.ids),
        chosen=conversations[place],
        turns=tuple(_turns(records[place], by_record[place], rubric)),
    )


def _mean(levels: Sequence[int | None]) -> float | None:
    given = [level for level in levels if level is not None]
    return round(sum(given) / len(given), 2) if given else None


def _turns(record: TranscriptRecord, graded: Sequence[GradedReply], rubric: Rubric) -> list[Graded]:
    by_turn = {each.turn: each for each in graded}
    return [
        _graded(turn.text, by_turn[index], rubric, (index + 1) // 2)
        if turn.role is Speaker.TRAINEE
        else Graded(True, 0, marking.pieces(turn.text, ()), (), (), None, None)
        for index, turn in enumerate(record.turns)
    ]


def _graded(reply: str, found: GradedReply, rubric: Rubric, number: int) -> Graded:
    if found.ungraded is not None:
        return Graded(False, number, marking.pieces(reply, ()), (), (), None, found.ungraded)
    names = technique_names(rubric)
    notes = footnotes(rubric, reply, _assessment(found))
    return Graded(
        customer=False,
        number=number,
        pieces=marking.pieces(reply, notes),
        notes=notes,
        levels=tuple(level_of(names[t], level) for t, level in found.levels.items() if t in names),
        overall=level_of("", found.overall) if found.overall is not None else None,
        ungraded=None,
    )


def _assessment(found: GradedReply) -> Assessment:
    evidence = [Evidence.model_validate(each) for each in found.evidence]
    return Assessment(
        verdicts=tuple(
            Verdict(technique=t, level=level, evidence=tuple(e for e in evidence if e.technique == t))
            for t, level in found.levels.items()
        ),
        overall=found.overall,
    )
