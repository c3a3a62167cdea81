"""The bench: plays simulated trainees against a persona and says whether it is ready for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import fmean

from simcustomer.domain.assessment import Assessment
from simcustomer.domain.model import Frozen
from simcustomer.domain.persona import Act, Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.domain.transcript import Speaker
from simcustomer.evaluation.conversation_faults import count_faults, even_sentences
from simcustomer.evaluation.rehearsal import play
from simcustomer.roles import Cast, Trainee

CONTENT = (Outcome.RESOLVED, Outcome.COMPROMISE)
LOST = (Outcome.WALKED_OUT, Outcome.COMPLAINT)

EXPERT_CONTENT = 0.8
NOVICE_CONTENT = 0.25
APART = 1.2
HOSTILE_LOST = 0.7
VARIETY = 0.6
"""Bounds of a ready persona: shares of sessions, and levels 0-3 between the mean replies of expert and novice."""

EASY_FROM, HARD_BELOW = 0.75, 0.35
"""Measured difficulty: the share of an average trainee's sessions that end content."""


class Played(Frozen):
    """What one kind of trainee got from a persona; `level` is the mean overall (0-3) of the replies."""

    trainee: str
    sessions: int
    outcomes: dict[Outcome, int]
    level: float | None
    exchanges: float
    anger: tuple[float, ...]

    def share(self, outcomes: Sequence[Outcome]) -> float:
        """Share of the sessions with one of these outcomes."""
        return sum(self.outcomes.get(outcome, 0) for outcome in outcomes) / self.sessions


class BenchReport(Frozen):
    """A persona's bench. Counts are over all sessions; `variety` is the share of turns that differ between two seeds."""

    persona: str
    version: int
    intended: str
    measured: str | None
    seeds: int
    played: tuple[Played, ...]
    variety: float | None
    repeated_sentences: int
    leaked_facts: int
    out_of_role: int
    unearned_softening: int
    facts_never_told: tuple[str, ...]
    lines_never_used: dict[Act, int]
    reasons: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing speaks against publishing."""
        return not self.reasons


async def bench(
    persona: Persona,
    rubric: Rubric,
    *,
    cast: Cast,
    trainees: Sequence[Trainee],
    seeds: Sequence[int],
    step: Callable[[str], None] = lambda _: None,
) -> BenchReport:
    """Play every trainee with every seed and report; `step` hears of each session. Raises EngineError."""
    sessions: dict[str, list[Session]] = {trainee.name: [] for trainee in trainees}
    for trainee in trainees:
        for seed in seeds:
            sessions[trainee.name].append(await play(persona, rubric, cast=cast, trainee=trainee, seed=seed))
            step(f"{persona.id}: {trainee.name}, seed {seed}")
    return report(persona, sessions)


def report(persona: Persona, sessions: dict[str, list[Session]]) -> BenchReport:
    """The report of sessions by trainee, all with the same number of seeds."""
    every = [session for played in sessions.values() for session in played]
    faults = [count_faults(session) for session in every]
    played = tuple(_played(trainee, those) for trainee, those in sessions.items())
    told = {fact for session in every for fact in session.told}
    draft = BenchReport(
        persona=persona.id,
        version=persona.version,
        intended=persona.difficulty,
        measured=_difficulty(played),
        seeds=len(next(iter(sessions.values()))),
        played=played,
        variety=_variety(sessions),
        repeated_sentences=sum(fault.repeated for fault in faults),
        leaked_facts=sum(fault.leaked for fault in faults),
        out_of_role=sum(fault.out_of_role for fault in faults),
        unearned_softening=sum(fault.unearned for fault in faults),
        facts_never_told=tuple(fact.id for fact in persona.facts if fact.id not in told),
        lines_never_used=_unused_lines(persona, every),
        reasons=(),
    )
    return draft.model_copy(update={"reasons": tuple(_reasons(draft))})


def _played(trainee: str, sessions: list[Session]) -> Played:
    levels = [
        exchange.grade.overall
        for session in sessions
        for exchange in session.exchanges
        if isinstance(exchange.grade, Assessment) and exchange.grade.overall is not None
    ]
    longest = max(len(session.exchanges) for session in sessions)
    return Played(
        trainee=trainee,
        sessions=len(sessions),
        outcomes=Counter(session.outcome for session in sessions if session.outcome is not None),
        level=round(fmean(levels), 2) if levels else None,
        exchanges=round(fmean(len(session.exchanges) for session in sessions), 1),
        anger=tuple(_mean_anger(sessions, number) for number in range(longest + 1)),
    )


def _mean_anger(sessions: list[Session], number: int) -> float:
    """Mean anger after exchange `number`, a session that had ended keeping its last."""
    angers = [
        session.exchanges[min(number, len(session.exchanges)) - 1].stance.mood.anger
        if number
        else session.persona.mood.anger
        for session in sessions
    ]
    return round(fmean(angers), 2)


def _difficulty(played: tuple[Played, ...]) -> str | None:
    average = next((p for p in played if p.trainee == "average"), None)
    if average is None:
        return None
    content = average.share(CONTENT)
    return "easy" if content >= EASY_FROM else "hard" if content < HARD_BELOW else "medium"


def _variety(sessions: dict[str, list[Session]]) -> float | None:
    """Share of customer turns that differ, turn by turn, between sessions of neighbouring seeds."""
    differs: list[bool] = []
    for played in sessions.values():
        for one, other in pairwise(played):
            turns = zip(
                one.transcript.said_by(Speaker.CUSTOMER), other.transcript.said_by(Speaker.CUSTOMER), strict=False
            )
            differs += [mine != theirs for mine, theirs in turns]
    return round(fmean(differs), 3) if differs else None


def _unused_lines(persona: Persona, sessions: list[Session]) -> dict[Act, int]:
    said = {
        sentence
        for session in sessions
        for text in session.transcript.said_by(Speaker.CUSTOMER)
        for sentence in even_sentences(text)
    }
    unused: dict[Act, int] = {}
    for act, filed in persona.lines.items():
        lines = [line for each in filed.values() for line in each if "{" not in line]
        count = sum(not set(even_sentences(line)) & said for line in lines)
        if count:
            unused[act] = count
    return unused


def _reasons(draft: BenchReport) -> Iterator[str]:
    by_name = {played.trainee: played for played in draft.played}
    expert, novice, hostile = by_name.get("expert"), by_name.get("novice"), by_name.get("hostile")
    if expert and expert.share(CONTENT) < EXPERT_CONTENT:
        yield f"an expert ends content in {expert.share(CONTENT):.0%} of sessions, below {EXPERT_CONTENT:.0%}: too hard to win"
    if novice and novice.share(CONTENT) > NOVICE_CONTENT:
        yield f"a novice ends content in {novice.share(CONTENT):.0%} of sessions, above {NOVICE_CONTENT:.0%}: softens too soon"
    if expert and novice and (expert.level or 0) - (novice.level or 0) < APART:
        yield f"expert and novice are {(expert.level or 0) - (novice.level or 0):.2f} levels apart, less than {APART}"
    if hostile and hostile.share(LOST) < HOSTILE_LOST:
        yield f"a hostile trainee loses the customer in {hostile.share(LOST):.0%} of sessions, below {HOSTILE_LOST:.0%}"
    if draft.variety is not None and draft.variety < VARIETY:
        yield f"{draft.variety:.0%} of turns differ between seeds, below {VARIETY:.0%}: write more lines"
    for count, what in (
        (draft.repeated_sentences, "sentences said twice in a session"),
        (draft.leaked_facts, "locked facts told"),
        (draft.out_of_role, "turns spoken as the company or an assistant"),
        (draft.unearned_softening, "turns in which anger fell unearned"),
    ):
        if count:
            yield f"{count} {what}"
    if draft.measured and {draft.measured, draft.intended} == {"easy", "hard"}:
        yield f"meant to be {draft.intended}, but an average trainee finds it {draft.measured}"
