"""What the lab shows of its runs: the list, one run with its figures and pins, and two runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from simcustomer.evaluation.comparison import Change, comparison, incomparable
from simcustomer.evaluation.figures import BANDS, GRADER, OVERALL, Figure
from simcustomer.evaluation.pins import Fall, changed, differing, falls
from simcustomer.evaluation.provenance import Measured
from simcustomer.evaluation.report import DETAILS, Row, rows_of
from simcustomer.evaluation.results import FailedPair, Results
from simcustomer.lab.order import Headline, Kind, Order, Standing, State

PER_PAGE = 25

FIGURES = frozenset(
    {
        *("qwk", *DETAILS, "presence", "ungraded", "ordered", "invariant_levels_equal", "attacks_with_a_gain"),
        *("exact", "icc_2_1", "quotes_verbatim", "levels_with_evidence", "precision", "recall"),
    }
)
"""What figures are of, by the part of their name before the dot: each has a text `lab.figure.NAME`."""


WHOLES = frozenset({"mean", OVERALL, *(f"band_{band}" for band in BANDS)})
"""What figures are of besides a technique; each has a text `lab.of.NAME`."""


class Listed(NamedTuple):
    """A run in a list; `kind`, `state`, `split` and suites have texts of their own."""

    id: str
    kind: Kind
    state: State
    order: Order
    by: str
    when: datetime
    grader: str | None
    headlines: tuple[Headline, ...]


class Part(NamedTuple):
    """How far a part of a run has come; `total` 0: not begun, or nothing to count."""

    name: str
    done: int
    total: int
    is_now: bool
    is_over: bool


class Going(NamedTuple):
    """A run that has not ended; `ahead` counts those before it in the queue."""

    run: Listed
    ahead: int
    parts: tuple[Part, ...]
    note: str


class Overview(NamedTuple):
    """The lab's first page; `older` is the run to go on from, `comparable` are those with figures."""

    runs: tuple[Listed, ...]
    comparable: tuple[Listed, ...]
    older: str | None
    is_first: bool


class Name(NamedTuple):
    """A figure's name in parts: what it is (with a text) and of what; `what` is None for one that has no text."""

    what: str | None
    of: str


class Plain(NamedTuple):
    """A figure of a suite, with its name to show."""

    name: Name
    figure: Figure


class Pinned(NamedTuple):
    """A run held against its engine's pins; `differ` says why it cannot be."""

    differ: tuple[str, ...]
    changed: tuple[str, ...]
    falls: tuple[tuple[Name, Fall], ...]


class RunView(NamedTuple):
    """A run that has ended. `rows` is the table of agreement, `suites` are the others' figures."""

    run: Listed
    seconds: float | None
    problem: str | None
    remarks: tuple[str, ...]
    provenance: Measured | None
    rows: tuple[Row, ...]
    details: tuple[str, ...]
    others: tuple[str, ...]
    suites: dict[str, tuple[Plain, ...]]
    failed_pairs: tuple[FailedPair, ...]
    disagreements: int
    pinned: Pinned | None
    comparable: tuple[Listed, ...]


class Side(NamedTuple):
    """One of two runs that are compared."""

    run: Listed
    provenance: Measured


class Compared(NamedTuple):
    """A figure in both runs, with its name to show."""

    name: Name
    change: Change


class CompareView(NamedTuple):
    """Two runs side by side; `reasons` say why they cannot be compared, `described` are figures that are not judged."""

    before: Side
    after: Side
    reasons: tuple[str, ...]
    changed: tuple[str, ...]
    counts: dict[str, int]
    judged: dict[str, tuple[Compared, ...]]
    described: dict[str, tuple[Compared, ...]]


def listed(standing: Standing) -> Listed:
    """A run as lists show it."""
    run, ending = standing.run, standing.ending
    return Listed(
        id=run.id,
        kind=run.order.kind,
        state=standing.state,
        order=run.order,
        by=run.by,
        when=run.asked_at,
        grader=ending.grader if ending else None,
        headlines=ending.headlines if ending else (),
    )


def going(standing: Standing) -> Going:
    """A run that waits or is worked on."""
    progress = standing.progress
    names = list(progress.parts)
    current = names.index(progress.now) if progress.now in names else 0
    parts = tuple(
        Part(name, done, total, index == current, index < current or (total > 0 and done == total))
        for index, (name, (done, total)) in enumerate(progress.parts.items())
    )
    return Going(listed(standing), standing.ahead, parts, progress.note)


def overview(standings: Sequence[Standing], *, more: bool, is_first: bool) -> Overview:
    """The list of runs, newest first."""
    runs = tuple(listed(standing) for standing in standings)
    return Overview(runs, comparable(standings), runs[-1].id if more else None, is_first)


def comparable(standings: Sequence[Standing]) -> tuple[Listed, ...]:
    """The runs that have figures."""
    return tuple(
        listed(each) for each in standings if each.state is State.DONE and each.run.order.kind is not Kind.TRANSCRIPTS
    )


def run_view(standing: Standing, results: Results | None, pins: Results | None, others: Sequence[Standing]) -> RunView:
    """A run that has ended; `results` where it measured, `pins` those of its engine."""
    ending = standing.ending
    suites = results.suites if results else {}
    return RunView(
        run=listed(standing),
        seconds=ending.seconds if ending else None,
        problem=ending.problem if ending else None,
        remarks=ending.remarks if ending else (),
        provenance=results.provenance if results else None,
        rows=tuple(rows_of(results)) if results else (),
        details=DETAILS,
        others=tuple(of for of in results.columns if of != GRADER) if results else (),
        suites={
            suite: tuple(Plain(name_of(figure.name, {}), figure) for figure in figures)
            for suite, figures in suites.items()
            if suite != "agreement"
        },
        failed_pairs=results.failed_pairs if results else (),
        disagreements=len(results.disagreements) if results else 0,
        pinned=_pinned(pins, results) if pins and results and standing.run.order.kind is Kind.SUITES else None,
        comparable=tuple(each for each in comparable(others) if each.id != standing.run.id),
    )


def compare_view(before: tuple[Standing, Results], after: tuple[Standing, Results]) -> CompareView:
    """Two runs that have figures."""
    (_, was), (_, now) = before, after
    reasons = tuple(incomparable(was, now))
    changes = [] if reasons else comparison(was, now)
    names = was.techniques
    judged: dict[str, list[Compared]] = {}
    described: dict[str, list[Compared]] = {}
    for change in changes:
        figure = change.before or change.after
        place = described if figure is not None and figure.better is None else judged
        place.setdefault(change.suite, []).append(
            Compared(name_of(change.name, names if change.suite == "agreement" else {}), change)
        )
    verdicts = [each.change.verdict for found in judged.values() for each in found]
    return CompareView(
        before=Side(listed(before[0]), was.provenance),
        after=Side(listed(after[0]), now.provenance),
        reasons=reasons,
        changed=tuple(changed(was.provenance, now.provenance)),
        counts={verdict: verdicts.count(verdict) for verdict in ("worse", "better", "same", "missing")},
        judged={suite: tuple(found) for suite, found in judged.items()},
        described={suite: tuple(found) for suite, found in described.items()},
    )


def name_of(name: str, techniques: Mapping[str, str]) -> Name:
    """The parts of a figure's name."""
    what, _, of = name.partition(".")
    shown = of if of in WHOLES else techniques.get(of, of.replace("_", " "))
    return Name(what, shown) if what in FIGURES else Name(None, name.replace("_", " "))


def _pinned(pins: Results, results: Results) -> Pinned:
    differ = tuple(differing(pins.provenance, results.provenance))
    fallen = [] if differ else falls(pins, results)
    return Pinned(
        differ=differ,
        changed=tuple(changed(pins.provenance, results.provenance)),
        falls=tuple(
            (name_of(fall.pinned.name, results.techniques if fall.suite == "agreement" else {}), fall)
            for fall in fallen
        ),
    )
