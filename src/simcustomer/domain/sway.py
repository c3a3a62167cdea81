"""What stirs a customer: the occasions that an author names, and what they do to the mood or to the ending."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Identifier

Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=60)]
Label = Annotated[str, Field(min_length=1, max_length=120)]
Delta = Annotated[float, Field(ge=-5, le=5)]


class Deed(StrEnum):
    """What a reply can do, whoever the customer is and whatever words it takes."""

    QUESTION = "question"
    CHECK = "check"
    COMMITMENT = "commitment"
    TIME = "time"
    VAGUE_TIME = "vague_time"
    APOLOGY = "apology"
    REFUSAL = "refusal"
    TOLD_TO_CALM = "told_to_calm"
    BLAME = "blame"
    DEFLECT = "deflect"
    LIMIT = "limit"
    HOLD = "hold"
    CLOSING = "closing"
    INSULT = "insult"
    MINIMISE = "minimise"
    POLICY_WALL = "policy_wall"
    REFUND = "refund"
    CREDIT = "credit"
    REPLACEMENT = "replacement"
    VISIT = "visit"
    CALLBACK = "callback"
    SUPERVISOR = "supervisor"
    REPAIR = "repair"


class Occasion(Frozen):
    """Something that a reply can do, and the reason that the debrief gives for what comes of it.

    `technique` is met when it is done well, `misstep` is written `technique.misstep`, `deed` is met however it is worded.
    """

    id: Identifier
    because: Label
    technique: Identifier | None = None
    misstep: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")] | None = None
    deed: Deed | None = None
    words: Words = ()

    @property
    def ways(self) -> int:
        """How many of technique, misstep, deed and words are given."""
        return sum(bool(way) for way in (self.technique, self.misstep, self.deed, self.words))


class Sway(Occasion):
    """An occasion that soothes (softener) or inflames (trigger), and by how much.

    Exactly one of `technique`, `misstep`, `deed` and `words` says when it is met.
    """

    anger: Delta = 0.0
    trust: Delta = 0.0
    patience: Delta = 0.0

    @model_validator(mode="after")
    def _one_occasion(self) -> Self:
        if self.ways != 1:
            raise ValueError("say when it is met with exactly one of technique, misstep, deed or words")
        if not (self.anger or self.trust or self.patience):
            raise ValueError("it moves nothing: give anger, trust or patience an amount")
        return self


class Consequence(StrEnum):
    """What a broken deal leaves: a compromise at best, no agreement any more, or an end to the conversation at once."""

    COMPROMISE_AT_BEST = "compromise_at_best"
    NO_AGREEMENT = "no_agreement"
    COMPLAINT = "complaint"
    WALKED_OUT = "walked_out"


class DealBreaker(Occasion):
    """An occasion after which a good outcome is out of reach, whatever follows.

    Exactly one of `technique`, `misstep`, `deed`, `words` and `offer` (the id of one of the persona's offers) says when it
    is met.
    """

    offer: Identifier | None = None
    ending: Consequence

    @model_validator(mode="after")
    def _one_occasion(self) -> Self:
        if self.ways + (self.offer is not None) != 1:
            raise ValueError("say when it is met with exactly one of technique, misstep, deed, words or offer")
        return self
