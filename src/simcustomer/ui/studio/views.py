"""What the studio's pages show: plain data, without markup or Gradio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal, NamedTuple

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.persona import Act
from simcustomer.domain.publishing import ContentKind, Draft, Edition, Step
from simcustomer.domain.session import Session
from simcustomer.evaluation.bench import CONTENT, BenchReport
from simcustomer.evaluation.lint import Finding
from simcustomer.studio import Shelved
from simcustomer.studio.comparing import Difference, difference

State = Literal["published", "unusable", "archived", "new"]
STATES: tuple[State, ...] = ("published", "unusable", "archived", "new")

PLOT_WIDTH, PLOT_HEIGHT = 160, 40


class DraftLink(NamedTuple):
    """A draft in the list; `author` is "" for the visitor's own."""

    id: str
    title: str
    author: str
    saved_at: datetime


class Row(NamedTuple):
    """A content in the list; a new one has neither id nor version."""

    id: str
    title: str
    state: State
    version: int | None
    from_file: bool
    drafts: tuple[DraftLink, ...]


def rows(shelf: Iterable[Shelved], drafts: Sequence[Draft], visitor_id: str, state: str = "") -> tuple[Row, ...]:
    """New drafts first, then what was published; `state` keeps one state only, where it is one."""
    links: dict[str, list[DraftLink]] = {}
    fresh: list[Row] = []
    for draft in drafts:
        author = "" if draft.author_id == visitor_id else draft.author
        link = DraftLink(draft.id, draft.title, author, draft.saved_at)
        if draft.content_id:
            links.setdefault(draft.content_id, []).append(link)
        else:
            fresh.append(Row("", draft.title, "new", None, False, (link,)))
    kept = [
        Row(
            each.id,
            each.title,
            each.state,
            each.version,
            each.from_file,
            tuple(links.get(each.id, ())),
        )
        for each in shelf
    ]
    return tuple(row for row in (*fresh, *kept) if state not in STATES or row.state == state)


class Section(NamedTuple):
    """Findings on one part of a text."""

    part: str
    findings: tuple[Finding, ...]


class Checks(NamedTuple):
    """What is to mend, by part of the text; `advice` is None while it is not known."""

    problems: tuple[Section, ...]
    advice: tuple[Section, ...] | None
    blocking: int
    advised: int


def checks(problems: Sequence[Finding], advice: Sequence[Finding] | None) -> Checks:
    """Findings in the order of their lines, by the top-level field that they are in."""
    return Checks(_sections(problems), None if advice is None else _sections(advice), len(problems), len(advice or ()))


def _sections(findings: Sequence[Finding]) -> tuple[Section, ...]:
    def part(finding: Finding) -> str:
        return (finding.field or "").partition(".")[0]

    ordered = sorted(findings, key=lambda each: each.line or 0)
    return tuple(Section(name, tuple(group)) for name, group in groupby(ordered, key=part))


class Comparison(NamedTuple):
    """Two texts beside each other, named for the reader."""

    old: str
    new: str
    difference: Difference

    @property
    def same(self) -> bool:
        """Whether there is no difference."""
        return not (self.difference.added or self.difference.removed)


def comparison(old_name: str, old: str, new_name: str, new: str) -> Comparison:
    """The comparison of two texts."""
    return Comparison(old_name, new_name, difference(old, new))


class HistoryView(NamedTuple):
    """A content's steps, newest first, and the two that are compared."""

    kind: str
    id: str
    title: str
    state: State
    steps: tuple[Edition, ...]
    chosen: tuple[int, int] | None
    compared: Comparison | None
    file: Comparison | None


def chosen_steps(steps: Sequence[Edition], a: str, b: str) -> tuple[Edition, Edition] | None:
    """The two published steps that an address names, the older first; else the last two; None where there are no two."""
    texts = {str(step.number): step for step in steps if step.step is Step.PUBLISHED and step.text}
    if len(texts) < 2:
        return None
    newest = sorted(texts.values(), key=lambda step: step.number)[-2:]
    pair = [texts.get(a, newest[0]), texts.get(b, newest[1])]
    pair.sort(key=lambda step: step.number)
    return pair[0], pair[1]


class TrialNote(NamedTuple):
    """What a reply of a trial did: its level (None: ungraded), the mood after it, and what moved it."""

    number: int
    level: int | None
    anger: float
    trust: float
    patience: float
    reasons: tuple[str, ...]
    told: tuple[str, ...]


def trial_notes(session: Session) -> tuple[TrialNote, ...]:
    """What each reply did, for the author's eyes: a trainee sees none of it during the conversation."""
    notes: list[TrialNote] = []
    known: set[str] = set()
    for exchange in session.exchanges:
        mood, grade = exchange.stance.mood, exchange.grade
        told = [fact for fact in exchange.stance.may_tell if fact not in known]
        known.update(told)
        notes.append(
            TrialNote(
                exchange.number,
                grade.overall if isinstance(grade, Assessment) else None,
                mood.anger,
                mood.trust,
                mood.patience,
                tuple(shift.summary for shift in exchange.stance.shifts),
                tuple(told),
            )
        )
    return tuple(notes)


class PlayedRow(NamedTuple):
    """What one simulated trainee got; `share` is the level as a share of 3 in per cent, `path` draws the customer's anger."""

    trainee: str
    level: float | None
    share: float
    content: float
    replies: float
    outcomes: tuple[tuple[str, int], ...]
    anger: tuple[float, ...]
    path: str


class BenchView(NamedTuple):
    """A bench report as the page shows it; `longest` is the number of replies of the longest session."""

    report: BenchReport
    rows: tuple[PlayedRow, ...]
    longest: int
    unused: tuple[tuple[Act, int], ...]


def bench_view(report: BenchReport) -> BenchView:
    """The view of a report."""
    rows = tuple(
        PlayedRow(
            played.trainee,
            played.level,
            round(100 * (played.level or 0) / 3, 1),
            round(100 * played.share(CONTENT)),
            played.exchanges,
            tuple((outcome.value, count) for outcome, count in played.outcomes.items()),
            played.anger,
            _path(played.anger),
        )
        for played in report.played
    )
    longest = max((len(row.anger) - 1 for row in rows), default=0)
    return BenchView(report, rows, longest, tuple(report.lines_never_used.items()))


def _path(anger: Sequence[float]) -> str:
    steps = max(len(anger) - 1, 1)
    scale = (PLOT_HEIGHT - 4) / 10
    return " ".join(
        f"{PLOT_WIDTH * place / steps:.1f},{PLOT_HEIGHT - 2 - scale * value:.1f}" for place, value in enumerate(anger)
    )


def kind_of(asked: str) -> tuple[ContentKind, str] | None:
    """Kind and id that an address names as kind/id; None where it does not."""
    kind, _, content_id = asked.partition("/")
    return (ContentKind(kind), content_id) if kind in tuple(ContentKind) and content_id else None
