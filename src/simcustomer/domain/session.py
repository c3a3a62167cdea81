"""One practice: exchanges, the scorecard they add up to, and the debrief that closes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import fmean
from typing import Annotated

from pydantic import Field

from simcustomer.domain.assessment import Assessment, Grade
from simcustomer.domain.model import Frozen
from simcustomer.domain.mood import Mood, Shift
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.review import Override, counted
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Speaker, Transcript, Turn


class Met(Frozen):
    """A softener, trigger or deal breaker that a reply met, and the words that met it."""

    sway: str
    quote: str


class Made(Frozen):
    """One of the persona's offers, in the words in which the trainee made it."""

    offer: str
    quote: str


class Appraisal(Frozen):
    """How the customer took a reply; `domain.conduct` decides what follows from it.

    `techniques` and `missteps` (as `technique.misstep`) are what the customer noticed, which is not a grade. `asked`
    holds ids of facts that the reply asked about, `offers` ids of the persona's offers that it made, and `made` the
    words of those; `withdrawn` holds ids of earlier offers that it took back. `broken` quotes an earlier promise that
    it went back on, `beyond` something it promised that the brief does not let the trainee give. `deal_breakers` need not
    name those that are met by an offer. `awaits` says that the reply asks something which a yes to it all would not answer.
    """

    softeners: tuple[Met, ...] = ()
    triggers: tuple[Met, ...] = ()
    deal_breakers: tuple[Met, ...] = ()
    techniques: tuple[str, ...] = ()
    missteps: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()
    withdrawn: tuple[str, ...] = ()
    broken: str | None = None
    beyond: str | None = None
    hands_over: bool = False
    hangs_up: bool = False
    awaits: bool = False


class Stance(Frozen):
    """Where the customer stands after a reply: what an engine may voice, and nothing beyond it.

    `may_tell` holds ids of the facts that may be in the answer.
    """

    mood: Mood
    shifts: tuple[Shift, ...]
    outcome: Outcome | None
    may_tell: tuple[str, ...]


class Exchange(Frozen):
    """One trainee reply and all that came of it; `number` counts from 1.

    `grade` is the grader's own; `overrides` are levels that a manager set in its place, at most one for a technique.
    """

    number: Annotated[int, Field(ge=1)]
    reply: str
    answer: str
    appraisal: Appraisal
    stance: Stance
    grade: Grade
    overrides: tuple[Override, ...] = ()

    def counted(self, rubric: Rubric) -> Grade:
        """The grade that counts: the grader's own, with the overrides in their place."""
        return counted(rubric, self.grade, self.overrides)


class Note(Frozen):
    """A remark on one reply, tied to a technique and to words that were said (empty where words were missing)."""

    technique: str
    exchange: int
    quote: str
    text: str


class Rewrite(Frozen):
    """What could have been said instead of a reply, and why."""

    exchange: int
    technique: str
    instead_of: str
    suggestion: str
    why: str


class Debrief(Frozen):
    """What a session taught, in the coach's words."""

    summary: str
    strengths: tuple[Note, ...]
    improvements: tuple[Note, ...]
    rewrites: tuple[Rewrite, ...]


class Scorecard(Frozen):
    """A session's grades added up: mean level (0-3) by technique, overall 0-100.

    A technique without occasion is None, and so is the overall where nothing was graded. Ungraded replies count in
    `ungraded` and in no mean. `occasions` is how many replies have a level, by technique; `overridden` names the
    techniques of which a manager set a level, which counts here in place of the grader's.
    """

    levels: dict[str, float | None]
    overall: float | None
    passed: bool | None
    graded: int
    ungraded: int
    occasions: dict[str, int] = Field(default_factory=dict)
    overridden: tuple[str, ...] = ()

    @classmethod
    def of(cls, rubric: Rubric, grades: Iterable[Grade], overridden: Iterable[str] = ()) -> Scorecard:
        """Means over graded replies; overall is the mean of the replies' mean levels as a share of the scale.

        `grades` are those that count, and `overridden` names the techniques of which some are not the grader's.
        """
        graded: list[Assessment] = []
        ungraded = 0
        for grade in grades:
            if isinstance(grade, Assessment):
                graded.append(grade)
            else:
                ungraded += 1
        levels: dict[str, float | None] = {}
        occasions: dict[str, int] = {}
        for technique_id in rubric.ids:
            seen = [level for a in graded if (level := a.levels.get(technique_id)) is not None]
            levels[technique_id] = round(fmean(seen), 2) if seen else None
            if seen:
                occasions[technique_id] = len(seen)
        means = [mean for a in graded if (mean := rubric.mean_level(a.levels)) is not None]
        overall = round(fmean(means) / 3 * 100, 1) if means else None
        return cls(
            levels=levels,
            overall=overall,
            passed=None if overall is None else overall >= rubric.pass_mark,
            graded=len(graded),
            ungraded=ungraded,
            occasions=occasions,
            overridden=tuple(dict.fromkeys(overridden)),
        )

    @classmethod
    def over(cls, rubric: Rubric, exchanges: Iterable[Exchange]) -> Scorecard:
        """The scorecard of these exchanges, overridden levels counted."""
        said = tuple(exchanges)
        return cls.of(rubric, (e.counted(rubric) for e in said), (o.technique for e in said for o in e.overrides))


class Provenance(Frozen):
    """What produced a session's scores; scores of different provenance are never mixed silently."""

    persona: str
    rubric: str
    customer: str
    grader: str
    coach: str
    version: str


class Origin(Frozen):
    """Where a session branched off another: that session's id, and the number of the reply that is tried again."""

    session: str
    reply: Annotated[int, Field(ge=1)]


class Hint(Frozen):
    """What to try next, given at the trainee's wish before a reply; `exchange` is that reply's number (from 1)."""

    exchange: Annotated[int, Field(ge=1)]
    technique: str
    text: str


class Session(Frozen):
    """One practice, with persona and rubric as they were when it began.

    `pending` is a reply that was stored and not yet answered. `origin` is None for a session that began at its opening.
    `coached` says whether each reply was commented on while the conversation went on.
    """

    id: str
    owner: str
    persona: Persona
    rubric: Rubric
    seed: int
    provenance: Provenance
    opening: str
    started_at: datetime
    exchanges: tuple[Exchange, ...] = ()
    pending: str | None = None
    outcome: Outcome | None = None
    debrief: Debrief | None = None
    ended_at: datetime | None = None
    origin: Origin | None = None
    coached: bool = False
    hints: tuple[Hint, ...] = ()

    @property
    def mood(self) -> Mood:
        """The customer's mood now."""
        return self.exchanges[-1].stance.mood if self.exchanges else self.persona.mood

    @property
    def told(self) -> tuple[str, ...]:
        """Ids of facts that the customer has been free to tell so far."""
        return self.exchanges[-1].stance.may_tell if self.exchanges else ()

    @property
    def hint(self) -> Hint | None:
        """The hint for the next reply, where one was asked for."""
        return next((hint for hint in self.hints if hint.exchange == len(self.exchanges) + 1), None)

    @property
    def transcript(self) -> Transcript:
        """All that was said and answered."""
        turns = [Turn(role=Speaker.CUSTOMER, text=self.opening)]
        for exchange in self.exchanges:
            turns.append(Turn(role=Speaker.TRAINEE, text=exchange.reply))
            if exchange.answer:
                turns.append(Turn(role=Speaker.CUSTOMER, text=exchange.answer))
        return Transcript(turns=tuple(turns))

    @property
    def scorecard(self) -> Scorecard:
        """The grades so far, added up."""
        return self.scorecard_from(1)

    def scorecard_from(self, number: int) -> Scorecard:
        """The grades of this reply and those after it, added up."""
        return Scorecard.over(self.rubric, self.exchanges[number - 1 :])

    def confidence(self, technique: str) -> float | None:
        """How far several gradings of the replies agreed on a technique (0-1); None where each was graded once, or it had no occasion."""
        found = [
            verdict.agreement
            for exchange in self.exchanges
            if isinstance(exchange.grade, Assessment)
            for verdict in exchange.grade.verdicts
            if verdict.technique == technique and verdict.level is not None and verdict.agreement is not None
        ]
        return fmean(found) if found else None

    def before(self, number: int) -> Session:
        """The session as it stood when this reply was still to be given; ValueError where there is no such reply."""
        if not 1 <= number <= len(self.exchanges):
            raise ValueError(f"there is no reply {number}; the session has {len(self.exchanges)}")
        return self.model_copy(
            update={
                "exchanges": self.exchanges[: number - 1],
                "hints": tuple(hint for hint in self.hints if hint.exchange < number),
                "pending": None,
                "outcome": None,
                "debrief": None,
                "ended_at": None,
            }
        )

    def with_exchange(self, exchange: Exchange) -> Session:
        """The session after one more exchange."""
        return self.model_copy(
            update={
                "exchanges": (*self.exchanges, exchange),
                "pending": None,
                "outcome": exchange.stance.outcome,
            }
        )
