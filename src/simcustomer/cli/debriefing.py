"""The debrief as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.footnotes import Remark, footnotes, remarks
from simcustomer.domain.session import Exchange, Session
from simcustomer.evaluation.reliability import NOT_MEASURED, pinned_words

_BAR = 12
_MOST_REMARKS = 2
"""Strengths and improvements that are shown unless all is asked for; more at once is not remembered."""


def debriefing(session: Session, *, full: bool = False) -> RenderableType:
    """Outcome and score, strengths, improvements with what to try instead, and the level of each technique.

    `full` adds every further note, how the mood moved, and the evidence reply by reply.
    """
    if session.debrief is None:
        return Text("The conversation ended before a reply was given, so there is nothing to debrief.")
    parts: list[RenderableType] = [
        Text("Debrief", style="bold underline"),
        _result(session),
        Text(session.debrief.summary),
    ]
    most = None if full else _MOST_REMARKS
    parts += _section("What went well", _said_of(session, remarks(session.debrief.strengths)[:most]))
    parts += _section("What to work on", list(_improvements(session, most)))
    parts += [Text(""), _techniques(session)]
    if not full:
        parts += _section("Not graded", list(_ungraded(session)))
    if full:
        parts += [Text(""), _moods(session), *_replies(session)]
    return Group(*parts)


def _result(session: Session) -> Text:
    """How it ended, the score and whether it is enough."""
    card = session.scorecard
    ending = "open" if session.outcome is None else session.outcome.value.replace("_", " ")
    if card.overall is None:
        return Text(f"Outcome: {ending}. Score: none, no reply could be graded.")
    verdict = "passed" if card.passed else "not passed"
    return Text(
        f"Outcome: {ending}. Score: {card.overall:g} of 100, {verdict} (pass mark {session.rubric.pass_mark:g})."
    )


def _section(heading: str, lines: list[RenderableType]) -> list[RenderableType]:
    return [Text(""), Text(heading, style="bold"), *lines] if lines else []


def _improvements(session: Session, most: int | None) -> Iterator[RenderableType]:
    """Each improvement with the rewrite that belongs to it, and the other rewrites after them."""
    if session.debrief is None:
        return
    waiting = list(session.debrief.rewrites)
    rewritten = {(rewrite.exchange, rewrite.technique) for rewrite in waiting}
    # What comes with other words to try is of more use than what is only faulted.
    ordered = sorted(session.debrief.improvements, key=lambda note: (note.exchange, note.technique) not in rewritten)
    for remark in remarks(ordered)[:most]:
        yield from _said_of(session, [remark])
        techniques = {note.technique for note in remark.notes}
        of_reply = [r for r in waiting if r.exchange == remark.exchange]
        rewrite = next((r for r in of_reply if r.technique in techniques), next(iter(of_reply), None))
        if rewrite is not None:
            waiting.remove(rewrite)
            yield _indented(f"Try this instead: {rewrite.suggestion}", by=4)
    for rewrite in waiting:
        yield _indented(f"In place of reply {rewrite.exchange}: {rewrite.why}")
        yield _indented(f"Try this instead: {rewrite.suggestion}", by=4)


def _techniques(session: Session) -> Table:
    table = Table(
        "technique",
        "level",
        "",
        "agreement with raters",
        title="Level by technique (0 to 3)",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    words = pinned_words(session.provenance.grader, session.provenance.rubric)
    for technique in session.rubric.techniques:
        level = session.scorecard.levels[technique.id]
        if level is None:
            table.add_row(technique.name, "-", Text("no occasion", style="dim"))
        else:
            bar = "█" * round(level / 3 * _BAR) + "░" * (_BAR - round(level / 3 * _BAR))
            word = words.get(technique.id, NOT_MEASURED)
            table.add_row(technique.name, f"{level:g}", bar, word + _confidence(session, technique.id))
    return table


def _confidence(session: Session, technique: str) -> str:
    found = session.confidence(technique)
    return "" if found is None else f"  confidence {found:.0%}"


def _moods(session: Session) -> Table:
    table = Table(
        "after reply",
        "anger",
        "trust",
        "patience",
        "why",
        title="The customer's mood (0 to 10)",
        title_justify="left",
        box=None,
    )
    start = session.persona.mood
    table.add_row("start", f"{start.anger:g}", f"{start.trust:g}", f"{start.patience:g}", "")
    for exchange in session.exchanges:
        mood = exchange.stance.mood
        why = Text("; ".join(shift.summary for shift in exchange.stance.shifts))
        table.add_row(str(exchange.number), f"{mood.anger:g}", f"{mood.trust:g}", f"{mood.patience:g}", why)
    return table


def _ungraded(session: Session) -> Iterator[RenderableType]:
    for exchange in session.exchanges:
        if not isinstance(exchange.grade, Assessment):
            yield _indented(f"Reply {exchange.number}: {exchange.grade.reason}")


def _replies(session: Session) -> Iterator[RenderableType]:
    for exchange in session.exchanges:
        yield Text("")
        yield Text(f"Reply {exchange.number}: {exchange.reply}", style="bold")
        yield from _graded(session, exchange)


def _graded(session: Session, exchange: Exchange) -> Iterator[Text]:
    if not isinstance(exchange.grade, Assessment):
        yield Text(f"  not graded: {exchange.grade.reason}", style="yellow")
        return
    verdicts = exchange.grade.verdicts
    for verdict in verdicts:
        if verdict.level is not None:
            yield Text(
                f"  {session.rubric.technique(verdict.technique).name}: level {verdict.level} of 3", style="bold"
            )
    for note in footnotes(session.rubric, exchange.reply, exchange.grade):
        style = "green" if note.good else "red"
        yield Text(f"  {'+' if note.good else '-'} “{note.quote}”", style=style)
        yield from (Text(f"    {shown.technique}: {' '.join(shown.signs)}", style=style) for shown in note.shows)
    for verdict in verdicts:
        technique = session.rubric.technique(verdict.technique)
        for name in verdict.missing:
            yield Text(f"  - {technique.name}: missing ({technique.missteps[name]})", style="red")


def _said_of(session: Session, said: Sequence[Remark]) -> list[RenderableType]:
    """What is said of the same words, and then those words."""
    lines: list[RenderableType] = []
    for remark in said:
        *before, last = [
            f"{session.rubric.technique(note.technique).name}, reply {note.exchange}: {note.text}"
            for note in remark.notes
        ]
        lines += [_indented(line) for line in (*before, f"{last} “{remark.quote}”" if remark.quote else last)]
    return lines


def _indented(text: str, by: int = 2) -> RenderableType:
    return Padding(Text(text), (0, 0, 0, by))
