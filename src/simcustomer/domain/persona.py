"""A persona: the only source of a customer's behaviour, as its author wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from simcustomer.domain.address import spoken_name
from simcustomer.domain.condition import Endings
from simcustomer.domain.model import Frozen
from simcustomer.domain.mood import Amount, Mood
from simcustomer.domain.rubric import Identifier
from simcustomer.domain.sway import DealBreaker, Label, Sway, Words
from simcustomer.domain.transcript import Channel, Scenario

Lines = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=1200)], ...], Field(min_length=1, max_length=40)]
Prose = Annotated[str, Field(min_length=1, max_length=2000)]


class Kind(StrEnum):
    """The kinds of difficult customer that the library covers."""

    IRATE = "irate"
    PASSIVE_AGGRESSIVE = "passive_aggressive"
    BARGAIN_HUNTER = "bargain_hunter"
    CONFUSED = "confused"
    UNREALISTIC = "unrealistic"
    NEVER_SATISFIED = "never_satisfied"
    ABUSIVE = "abusive"
    THREATENS_EXPOSURE = "threatens_exposure"
    WANTS_MANAGER = "wants_manager"
    DISAPPOINTED_LOYAL = "disappointed_loyal"
    REPEAT_CALLER = "repeat_caller"
    ANXIOUS_OR_GRIEVING = "anxious_or_grieving"
    WRONG_ABOUT_FACTS = "wrong_about_facts"
    EXPERT = "expert"
    TERSE = "terse"
    RAMBLING = "rambling"
    NON_NATIVE = "non_native"
    HIDDEN_REASON = "hidden_reason"


class Cause(StrEnum):
    """Why customers are upset."""

    UNMET_EXPECTATIONS = "unmet_expectations"
    POOR_COMMUNICATION = "poor_communication"
    SERVICE_FAILURE = "service_failure"
    PERCEIVED_INDIFFERENCE = "perceived_indifference"


class Act(StrEnum):
    """What a customer does in saying something; a persona's `lines` are filed under these."""

    OPEN = "open"
    VENT = "vent"
    SOFTEN = "soften"
    DOUBT = "doubt"
    REPEATED_APOLOGY = "repeated_apology"
    TOLD_TO_CALM_DOWN = "told_to_calm_down"
    BLAMED = "blamed"
    INSULTED = "insulted"
    BRUSHED_OFF = "brushed_off"
    UNANSWERED = "unanswered"
    ASKED_AGAIN = "asked_again"
    WITHHOLD = "withhold"
    DONT_KNOW = "dont_know"
    CONFIRM = "confirm"
    PRESS = "press"
    HAGGLE = "haggle"
    CONSIDER = "consider"
    TEST_PROMISE = "test_promise"
    TIMED = "timed"
    BROKEN_PROMISE = "broken_promise"
    WANT_SUPERVISOR = "want_supervisor"
    REFUSED = "refused"
    LIMIT_SET = "limit_set"
    WAIT = "wait"
    TOO_SHORT = "too_short"
    PUZZLED = "puzzled"
    CLOSED_EARLY = "closed_early"
    ACCEPT = "accept"
    SETTLE = "settle"
    HANDED_OVER = "handed_over"
    COMPLAIN = "complain"
    LEAVE = "leave"
    TIME_UP = "time_up"
    AGREE = "agree"
    CHOOSE = "choose"
    ASIDE = "aside"
    FIND_OUT = "find_out"
    WILLING = "willing"
    DENY = "deny"


OPTIONAL_ACTS = frozenset({Act.AGREE, Act.CHOOSE, Act.ASIDE, Act.FIND_OUT, Act.WILLING, Act.DENY})
"""Acts that personas written before them do without."""


class Remedy(StrEnum):
    """What a trainee can offer, as the customer understands it."""

    REFUND = "refund"
    CREDIT = "credit"
    REPLACEMENT = "replacement"
    VISIT = "visit"
    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    REPAIR = "repair"
    INFORMATION = "information"
    OTHER = "other"


class Outcome(StrEnum):
    """How a conversation ends."""

    RESOLVED = "resolved"
    COMPROMISE = "compromise"
    ESCALATED = "escalated"
    COMPLAINT = "complaint"
    WALKED_OUT = "walked_out"
    ENDED_BY_TRAINEE = "ended_by_trainee"
    OUT_OF_TIME = "out_of_time"


class Voice(Frozen):
    """How the customer talks; `greeting` and `sign_off` frame what they write by email.

    `greeting_by_name` has the slot {name}, and takes the greeting's place from when the trainee has signed with a name.
    """

    formality: Literal["formal", "neutral", "informal"]
    tone: Label
    verbosity: Literal["terse", "normal", "wordy"]
    habits: Words = ()
    quirks: Words = ()
    greeting: Label | None = None
    greeting_by_name: Annotated[str, Field(pattern=r"\{name\}", max_length=120)] | None = None
    sign_off: Label | None = None


class Brief(Frozen):
    """All that the trainee is told before the conversation; hidden parts of the persona stay out of it."""

    company: Label
    about: Prose
    situation: Prose
    known: Lines
    may: Lines
    must_not: Lines


class Reveal(Frozen):
    """When a fact may be told: `opening` at once, `asked` when a question reaches a topic, `trust` when also trusted."""

    when: Literal["opening", "asked", "trust"]
    topics: Words = ()
    trust: Amount = 0.0

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.when != "opening" and not self.topics:
            raise ValueError(
                f"a fact revealed by {self.when!r} needs topics: the words that a question about it contains"
            )
        if self.when == "trust" and not self.trust:
            raise ValueError("a fact revealed by 'trust' needs trust: the level from which it is told")
        return self


class Fact(Frozen):
    """Something true that the customer can tell, and how they would put it."""

    id: Identifier
    text: Prose
    reveal: Reveal
    says: Lines


class Offer(Frozen):
    """A remedy and what it is worth to this customer: `full` resolves, `part` is a compromise, `insult` makes it worse.

    `words` name the remedy beside the common ways of naming it, or alone when the remedy is `other`. `at_least` is the
    lowest amount of money that counts for refund and credit.
    """

    id: Identifier
    remedy: Remedy
    worth: Literal["full", "part", "insult"]
    words: Words = ()
    at_least: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _can_be_named(self) -> Self:
        if self.remedy in (Remedy.OTHER, Remedy.INFORMATION) and not self.words:
            raise ValueError(f"an offer of {self.remedy.value!r} needs words: how a trainee would name it")
        return self


_Item = TypeVar("_Item", Fact, Offer, Sway, DealBreaker)

SpokenLines = dict[Literal["any", "angry", "tense", "calm"], Lines]
"""Lines by temper (the values of `Temper`), or for any."""


class Persona(Frozen):
    """One difficult customer, complete; see docs/authoring.md for what each field does."""

    id: Identifier
    version: Annotated[int, Field(ge=1)]
    title: Label
    blurb: Annotated[str, Field(min_length=1, max_length=300)]
    name: Label
    kinds: tuple[Kind, ...] = Field(min_length=1)
    causes: tuple[Cause, ...] = Field(min_length=1)
    trade: Label
    channel: Channel
    difficulty: Literal["easy", "medium", "hard"]
    content_note: Label | None = None
    trains: tuple[Identifier, ...] = Field(min_length=1)
    voice: Voice
    brief: Brief
    story: Prose
    timeline: Lines
    goal: Prose
    hidden_need: Prose
    facts: tuple[Fact, ...] = Field(min_length=1, max_length=40)
    offers: tuple[Offer, ...] = Field(min_length=1, max_length=30)
    softeners: tuple[Sway, ...] = Field(min_length=1, max_length=40)
    triggers: tuple[Sway, ...] = Field(min_length=1, max_length=40)
    deal_breakers: tuple[DealBreaker, ...] = Field(default=(), max_length=20)
    mood: Mood
    volatility: Annotated[float, Field(ge=0.25, le=3)] = 1.0
    endings: Endings
    lines: dict[Act, SpokenLines]
    examples: dict[Identifier, Lines] = Field(default_factory=dict[str, tuple[str, ...]])
    """Good replies in this case by technique, shown after a session as what could have been said."""

    @field_validator("facts", "offers", "softeners", "triggers", "deal_breakers")
    @classmethod
    def _ids_differ(cls, items: tuple[_Item, ...]) -> tuple[_Item, ...]:
        seen: set[str] = set()
        for item in items:
            if item.id in seen:
                raise ValueError(f"the id {item.id!r} is used twice; each needs its own")
            seen.add(item.id)
        return items

    @field_validator("lines")
    @classmethod
    def _speaks_for_every_act(cls, lines: dict[Act, SpokenLines]) -> dict[Act, SpokenLines]:
        if missing := [act.value for act in Act if act not in lines and act not in OPTIONAL_ACTS]:
            raise ValueError(f"add lines for: {', '.join(missing)}")
        return lines

    @model_validator(mode="after")
    def _emails_are_signed(self) -> Self:
        if self.channel is Channel.EMAIL and not (self.voice.greeting and self.voice.sign_off):
            raise ValueError("an email persona needs voice.greeting and voice.sign_off")
        return self

    @model_validator(mode="after")
    def _some_offer_is_enough(self) -> Self:
        if all(offer.worth != "full" for offer in self.offers):
            raise ValueError("no offer is worth 'full', so the conversation can never be resolved; add one")
        return self

    @property
    def spoken_name(self) -> str:
        """The name by which a trainee speaks to the customer, as the author's own examples do."""
        return spoken_name(self.name, (line for lines in self.examples.values() for line in lines))

    @property
    def scenario(self) -> Scenario:
        """What a grader may know of the case: the trainee's side of it, nothing hidden."""
        return Scenario(
            company=self.brief.company,
            customer_name=self.name,
            issue=self.brief.situation,
            facts=self.brief.known,
            policy=(*self.brief.may, *(f"Must not: {rule}" for rule in self.brief.must_not)),
        )

    def unlocked(self, *, trust: float, asked: Iterable[str], told: Iterable[str]) -> tuple[Fact, ...]:
        """Facts that may be in the customer's words now; `asked` holds ids of facts that were just asked about."""
        asked_ids, told_ids = frozenset(asked), frozenset(told)
        return tuple(
            fact
            for fact in self.facts
            if fact.reveal.when == "opening"
            or fact.id in told_ids
            or (fact.id in asked_ids and (fact.reveal.when == "asked" or trust >= fact.reveal.trust))
        )
