"""The grade of one reply: its evidence and verdicts, or why it could not be graded, which is never a score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Level, Rubric


class Evidence(Frozen):
    """A verbatim quote from the graded reply for one indicator or one misstep."""

    technique: str
    indicator: str | None = None
    misstep: str | None = None
    quote: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_sign(self) -> Self:
        if (self.indicator is None) == (self.misstep is None):
            raise ValueError("evidence is for one indicator or one misstep")
        return self


class Finding(Frozen):
    """What a grader says of one technique in one reply; levels are not its business.

    `missing` names missteps that lie in something left out (an apology that was due), which no quote can show.
    `estimate` is how strong the whole is to a grader that weighs: it takes the place of what the signs earn, save that
    nothing above 0 is given without a sign. `agreement` is how far several gradings agreed, from 0 to 1.
    """

    technique: str
    occasion: bool
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    estimate: Level | None = None
    agreement: float | None = None


class Verdict(Frozen):
    """One technique's level (None: no occasion) with what it rests on; `agreement` (0-1) where several gradings were made."""

    technique: str
    level: Level | None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    agreement: float | None = None


class Assessment(Frozen):
    """A graded reply; `unverified` holds quotes that were not in the reply and did not count."""

    kind: Literal["graded"] = "graded"
    verdicts: tuple[Verdict, ...]
    overall: Level | None
    unverified: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, rubric: Rubric, reply: str, findings: Iterable[Finding]) -> Assessment:
        """Levels by the rubric's rules from findings whose quotes stand in `reply`; every technique gets a verdict."""
        by_technique = {finding.technique: finding for finding in findings}
        verdicts: list[Verdict] = []
        unverified: list[Evidence] = []
        for technique in rubric.techniques:
            finding = by_technique.get(technique.id) or Finding(technique=technique.id, occasion=False)
            verified = tuple([e for e in finding.evidence if e.quote in reply])
            if len(verified) < len(finding.evidence):
                unverified += [e for e in finding.evidence if e.quote not in reply]
            level = technique.level(
                occasion=finding.occasion,
                indicators=(e.indicator for e in verified if e.indicator),
                missteps=(*(e.misstep for e in verified if e.misstep), *finding.missing),
                estimate=finding.estimate,
            )
            verdicts.append(
                Verdict(
                    technique=technique.id,
                    level=level,
                    evidence=verified,
                    missing=finding.missing,
                    agreement=finding.agreement,
                )
            )
        levels: dict[str, Level | None] = {verdict.technique: verdict.level for verdict in verdicts}
        return cls(verdicts=tuple(verdicts), overall=rubric.overall(levels), unverified=tuple(unverified))

    @property
    def levels(self) -> dict[str, Level | None]:
        """Level by technique id."""
        return {verdict.technique: verdict.level for verdict in self.verdicts}

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All verified evidence, technique by technique."""
        return tuple(evidence for verdict in self.verdicts for evidence in verdict.evidence)


class Ungraded(Frozen):
    """A reply that could not be graded, and why; it counts for nothing in any mean."""

    kind: Literal["ungraded"] = "ungraded"
    reason: str


Grade = Annotated[Assessment | Ungraded, Field(discriminator="kind")]
