"""The customer played by a model: it says how the reply struck them and speaks; the mood, the facts and the end are code's."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.session import Appraisal
from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.framing import framed, opening_line
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.speech import Speech as AuthoredSpeech
from simcustomer.engines.embedded.understanding import LEXICON, Understanding
from simcustomer.engines.openai.appraising import read_head
from simcustomer.engines.openai.calls import Model
from simcustomer.engines.openai.guards import Guards, Words, locked_text
from simcustomer.engines.openai.speaking import Offended, Speech
from simcustomer.engines.openai.turn import PROMPTS, Answer, Turn
from simcustomer.engines.openai.usage import Ledger
from simcustomer.engines.prompts import combined, wording
from simcustomer.errors import ModelError
from simcustomer.roles import React, Scene

_HEADLESS = frozenset({"no_appraisal", "malformed", "cut_off"})
"""Failures after which the whole answer is asked for once more."""

_SPEECHLESS = frozenset({"malformed", "refused", "length", "too_much"})
"""Failures after which an authored line is spoken, since the model answers but has nothing that can be said."""


class OpenAICustomer:
    """Implements `roles.Customer`. `key` is the key in use, which no sentence may hold."""

    def __init__(self, model: Model, ledger: Ledger, *, key: str = "") -> None:
        self._model = model
        self._ledger = ledger
        self._key = key

    @property
    def name(self) -> str:
        """Engine, version, model and prompts."""
        return f"openai-customer/2 {self._model.name} prompts {combined(PROMPTS)}"

    def opening(self, persona: Persona, seed: int) -> str:
        """One of the persona's authored openings, chosen by the seed."""
        return opening_line(persona, _dice(seed, persona.id, 0))

    async def answer(self, scene: Scene, react: React) -> AsyncIterator[str]:
        """Appraise, then speak sentence by sentence. Raises ModelError while nothing was said.

        One call, with a second one where the conversation ends, or where the reply unlocked a fact that could not be
        foreseen: what the model may say then was not in the first prompt.
        """
        until = asyncio.get_running_loop().time() + self._model.deadline
        turn = Turn(scene)
        appraised = await self._appraised(turn, until)
        async with aclosing(appraised.stream) as stream:
            stance = react(appraised.appraisal)
            if stance.outcome is Outcome.ENDED_BY_TRAINEE:
                return
            answer = Answer(turn, appraised.appraisal, stance)
            first = _after(appraised.rest, stream)
            if answer.needs_telling:
                await stream.aclose()
                first = None
            async with aclosing(self._spoken(answer, first, until)) as sentences:
                async for sentence in sentences:
                    yield sentence

    async def _appraised(self, turn: Turn, until: float) -> _Appraised:
        """The appraisal and the stream of words behind it; an answer without one is asked for once more."""
        note = ""
        while True:
            call = turn.call("answer", turn.ask(note))
            stream = self._model.stream(call, until)
            try:
                read = await read_head(stream, turn.scene, turn.card, turn.own)
            except ModelError as error:
                await stream.aclose()
                if error.kind not in _HEADLESS or note:
                    raise
                self._ledger.guarded(call, self._model.name, error.kind)
                note = wording("customer")["repair"]
                continue
            except BaseException:
                await stream.aclose()
                raise
            for _ in range(read.unverified):
                self._ledger.guarded(call, self._model.name, "unverified_quote")
            return _Appraised(read.appraisal, read.rest, stream)

    async def _spoken(self, answer: Answer, first: AsyncGenerator[str] | None, until: float) -> AsyncGenerator[str]:
        """The answer with the frame of its channel; once corrected, then authored."""
        persona = answer.turn.scene.session.persona
        speech = Speech(persona, self._guards(answer))
        prose, note = first, ""
        for last in (False, True):
            call = answer.turn.call("mend" if note else "speak", answer.ask(note))
            source = self._model.stream(call, until) if prose is None else prose
            try:
                async with aclosing(source), aclosing(speech.of(source)) as sentences:
                    async for sentence in sentences:
                        yield sentence
            except Offended as offence:
                guard = offence.guard
            except ModelError as error:
                if not speech.has_begun and error.kind not in _SPEECHLESS and (last or error.kind == "timeout"):
                    raise
                guard = error.kind
            else:
                yield speech.ending
                return
            self._ledger.guarded(call, self._model.name, guard)
            if speech.has_begun:
                # What was shown cannot be taken back, and it is whole sentences: it stands as the answer.
                yield speech.ending
                return
            prose, note = None, _reason(guard)
        self._ledger.guarded(answer.turn.call("mend", note), self._model.name, "authored_line")
        yield _authored(answer)

    def _guards(self, answer: Answer) -> Guards:
        session, turn = answer.turn.scene.session, answer.turn
        persona = session.persona
        allowed = [fact for fact in persona.facts if fact.reveal.when == "opening" or fact.id in answer.stance.may_tell]
        return Guards(
            answer.stance,
            said=session.transcript.said_by(Speaker.CUSTOMER),
            secret=(turn.card.told, Words.of((turn.ask(""), answer.ask(""), locked_text(persona, answer.stance)))),
            free=(turn.card.own, Words.of(text for fact in allowed for text in (fact.text, *fact.says))),
            key=self._key,
        )


@dataclass(frozen=True, slots=True)
class _Appraised:
    """An appraisal, and the words behind it: those that are there, and the stream of the others."""

    appraisal: Appraisal
    rest: str
    stream: AsyncGenerator[str]


def _authored(answer: Answer) -> str:
    """The persona's own lines for the stance of an answer."""
    session = answer.turn.scene.session
    nothing: frozenset[str] = frozenset()
    understanding = Understanding(
        answer.appraisal, acts=nothing, time=None, amount=None, name=None, settled=nothing, open=nothing
    )
    dice = _dice(session.seed, session.persona.id, answer.turn.scene.number)
    speech = AuthoredSpeech(answer.turn.scene, understanding, answer.stance, dice, load_lexicon(*LEXICON))
    return framed(session.persona, speech.pieces())


async def _after(rest: str, stream: AsyncGenerator[str]) -> AsyncGenerator[str]:
    if rest:
        yield rest
    async for piece in stream:
        yield piece


def _reason(guard: str) -> str:
    texts = wording("customer")
    return texts["mend"].format(reason=texts["reasons"].get(guard, texts["reasons"]["empty"]))


def _dice(seed: int, persona_id: str, number: int) -> random.Random:
    digest = hashlib.sha256(f"{seed}:{persona_id}:{number}".encode()).digest()
    return random.Random(digest)  # noqa: S311  # variety of speech, not secrecy
