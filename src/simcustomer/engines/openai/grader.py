"""The grader that a model plays: it finds signs and quotes them; levels are computed, and a failure is Ungraded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from simcustomer.domain.assessment import Assessment, Finding, Grade, Ungraded
from simcustomer.domain.rubric import Rubric, Technique
from simcustomer.domain.transcript import Scenario, Speaker, Transcript
from simcustomer.engines.openai.asking import asked
from simcustomer.engines.openai.calls import Call, Message, Model, Schema
from simcustomer.engines.openai.consensus import consensus
from simcustomer.engines.openai.findings import read_findings, schema_of
from simcustomer.engines.openai.quoting import neutral, spotlit
from simcustomer.engines.openai.usage import Ledger
from simcustomer.engines.prompts import bulleted, combined, digests, prompt, wording
from simcustomer.errors import ModelError
from simcustomer.roles import GradingCase

_PROMPTS = ("grader_rules", "grader_case", "grader_repair")
_AT_ONCE = 4
"""Calls for one reply that run beside each other."""

_MOST_RUBRICS = 64


class _Sheet(NamedTuple):
    """What is asked of techniques: the same for every reply."""

    techniques: tuple[Technique, ...]
    rules: str
    schema: Schema

    @classmethod
    def of(cls, techniques: tuple[Technique, ...]) -> _Sheet:
        return cls(techniques, _rules(techniques), Schema("grade", schema_of(techniques)))


class _Part(NamedTuple):
    """One call's share of a grading."""

    sheet: _Sheet
    sample: int


class OpenAIGrader:
    """Implements `roles.Grader`. `samples` gradings are made into one.

    `batching` is how many techniques a call asks for, all or one; batches of calls are `batch_model`'s.
    """

    def __init__(
        self, model: Model, ledger: Ledger, *, samples: int = 1, batching: Literal["all", "technique"] = "all"
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._samples = samples
        self._batching = batching
        self._sheets: dict[int, tuple[Rubric, tuple[_Sheet, ...]]] = {}

    @property
    def name(self) -> str:
        """Engine, version, model, prompts and options."""
        options = (f" samples {self._samples}" if self._samples > 1 else "") + (
            " by technique" if self._batching == "technique" else ""
        )
        return f"openai-grader/2 {self._model.name} prompts {combined(_PROMPTS)}{options}"

    async def grade(self, case: GradingCase) -> Grade:
        """The assessment of the case's last turn; Ungraded with the reason where the model gives none that can be used."""
        turns = case.transcript.turns
        if not turns or turns[-1].role is not Speaker.TRAINEE:
            return Ungraded(reason="the conversation does not end with a trainee's reply")
        until = asyncio.get_running_loop().time() + self._model.deadline
        room = asyncio.Semaphore(_AT_ONCE)

        async def found(part: _Part) -> tuple[Finding, ...]:
            async with room:
                return await self._found(case, part, until)

        tasks = [asyncio.create_task(found(part)) for part in self._parts(case.rubric)]
        try:
            parts = await asyncio.gather(*tasks)
        except ModelError as error:
            return Ungraded(reason=str(error))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return Assessment.of(case.rubric, case.reply, _together(parts))

    def _parts(self, rubric: Rubric) -> Iterator[_Part]:
        for sample in range(self._samples):
            for sheet in self._sheets_of(rubric):
                yield _Part(sheet, sample)

    def _sheets_of(self, rubric: Rubric) -> tuple[_Sheet, ...]:
        """The sheets of a rubric, made once while it is in use."""
        # By identity, which a rubric that is kept also keeps from being another's.
        if id(rubric) not in self._sheets:
            if len(self._sheets) >= _MOST_RUBRICS:
                self._sheets.clear()
            groups = [rubric.techniques] if self._batching == "all" else [(one,) for one in rubric.techniques]
            self._sheets[id(rubric)] = rubric, tuple(map(_Sheet.of, groups))
        return self._sheets[id(rubric)][1]

    async def _found(self, case: GradingCase, part: _Part, until: float) -> tuple[Finding, ...]:
        sheet = part.sheet
        call = Call(
            "grader",
            "grade",
            (Message("system", sheet.rules), Message("user", _case(case))),
            prompts=digests(_PROMPTS),
            schema=sheet.schema,
            session=case.session,
            sample=part.sample,
        )
        return await asked(
            self._model,
            self._ledger,
            call,
            read=lambda text: read_findings(text, sheet.techniques, case.reply),
            repair=lambda problem: prompt("grader_repair").filled(problem=problem),
            until=until,
        )


def _together(parts: Sequence[tuple[Finding, ...]]) -> Iterator[Finding]:
    samples: dict[str, list[Finding]] = {}
    for part in parts:
        for finding in part:
            samples.setdefault(finding.technique, []).append(finding)
    for found in samples.values():
        yield found[0] if len(found) == 1 else consensus(found)


def _rules(techniques: Sequence[Technique]) -> str:
    return prompt("grader_rules").filled(techniques="\n\n".join(map(_described, techniques)))


def _described(technique: Technique) -> str:
    """A technique in as few words as tell its signs; its levels and anchors are no business of a model's."""
    parts = [f"## {technique.id} ({technique.applies})", *filter(None, (technique.guidance,))]
    parts += [_sign(technique, "+", name, meaning) for name, meaning in technique.indicators.items()]
    parts += [_sign(technique, "-", name, meaning) for name, meaning in technique.missteps.items()]
    return "\n".join(parts)


def _sign(technique: Technique, kind: str, name: str, meaning: str) -> str:
    marks = wording("grader")["marks"]
    shown = (marks["whole"] if name in technique.whole else "") + (marks["absent"] if name in technique.absent else "")
    return f"{kind} {name}{shown}: {meaning}"


def _case(case: GradingCase) -> str:
    """The case, then the conversation: the next reply's prompt goes on where this one's conversation ends."""
    return prompt("grader_case").filled(
        channel=case.channel.value,
        scenario=_scenario(case.scenario),
        conversation=_conversation(case.transcript),
    )


def _scenario(scenario: Scenario) -> str:
    named = (("Company", scenario.company), ("Customer", scenario.customer_name), ("Case", scenario.issue))
    parts = [f"{name}: {neutral(value)}" for name, value in named if value]
    for name, listed in (("Facts", scenario.facts), ("Policy", scenario.policy)):
        parts += [f"{name}:\n{bulleted(map(neutral, listed))}"] if listed else []
    return "\n".join(parts)


def _conversation(transcript: Transcript) -> str:
    names = {Speaker.CUSTOMER: "customer", Speaker.TRAINEE: "staff"}
    return "\n".join(f"{names[turn.role]}:\n{spotlit(turn.text)}" for turn in transcript.turns)
