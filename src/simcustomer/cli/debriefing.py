"""The debrief as a terminal shows it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simcustomer.domain.assessment import Assessment, Evidence
from simcustomer.domain.session import Note, Session

_BAR = 12


def debriefing(session: Session) -> RenderableType:
    """Outcome, scores, what moved the customer, evidence reply by reply, and what to try instead."""
    if session.debrief is None:
        return Text("The conversation ended before a reply was given, so there is nothing to debrief.")
    parts: list[RenderableType] = [Text("Debrief", style="bold underline"), Text(session.debrief.summary), Text("")]
    parts += [_techniques(session), Text(""), _moods(session), Text("")]
    for exchange in session.exchanges:
        parts.append(Text(f"Reply {exchange.number}: {exchange.reply}", style="bold"))
        if isinstance(exchange.grade, Assessment):
            parts += [_evidence(session, evidence) for evidence in exchange.grade.evidence]
        else:
            parts.append(Text(f"  not graded: {exchange.grade.reason}", style="yellow"))
    for heading, notes in (
        ("What went well", session.debrief.strengths),
        ("What to work on", session.debrief.improvements),
    ):
        if notes:
            parts += [Text(""), Text(heading, style="bold"), *(_note(session, note) for note in notes)]
    for rewrite in session.debrief.rewrites:
        parts += [
            Text(""),
            Text(f"Try this instead of reply {rewrite.exchange}", style="bold"),
            Text(f"  {rewrite.suggestion}"),
            Text(f"  {rewrite.why}", style="dim"),
        ]
    return Group(*parts)


def _techniques(session: Session) -> Table:
    table = Table(
        "technique", "level", "", title="Level by technique (0 to 3)", title_justify="left", box=None, pad_edge=False
    )
    for technique in session.rubric.techniques:
        level = session.scorecard.levels[technique.id]
        if level is None:
            table.add_row(technique.name, "-", Text("no occasion", style="dim"))
        else:
            bar = "█" * round(level / 3 * _BAR) + "░" * (_BAR - round(level / 3 * _BAR))
            table.add_row(technique.name, f"{level:g}", bar + _confidence(session, technique.id))
    return table


def _confidence(session: Session, technique: str) -> str:
    """How far several gradings of the replies agreed on a technique; nothing where there was one of each."""
    found = [
        verdict.agreement
        for exchange in session.exchanges
        if isinstance(exchange.grade, Assessment)
        for verdict in exchange.grade.verdicts
        if verdict.technique == technique and verdict.level is not None and verdict.agreement is not None
    ]
    return f"  confidence {sum(found) / len(found):.0%}" if found else ""


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


def _evidence(session: Session, evidence: Evidence) -> Text:
    technique = session.rubric.technique(evidence.technique)
    if evidence.indicator:
        return Text(
            f"  + {technique.name}: “{evidence.quote}” ({technique.indicators[evidence.indicator]})", style="green"
        )
    return Text(f"  - {technique.name}: “{evidence.quote}” ({technique.missteps[evidence.misstep or '']})", style="red")


def _note(session: Session, note: Note) -> Text:
    quote = f" “{note.quote}”" if note.quote else ""
    return Text(f"  {session.rubric.technique(note.technique).name}, reply {note.exchange}: {note.text}{quote}")
