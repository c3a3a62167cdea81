"""Turns what a model streams into sentences that may be shown, and stops where one may not."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator

from simcustomer.domain.persona import Persona
from simcustomer.domain.transcript import Channel
from simcustomer.engines.openai.guards import Guard, Guards
from simcustomer.engines.prompts import wording

_END = re.compile(r"(?<=[.!?\u2026])[\"'\u2019\u201d)]*\s+|\n+\s*")
_LONGEST_SENTENCE = 1_200
_SLACK = 1.6
"""How far past the words it was given an answer may go before it is cut at a sentence."""


class Offended(Exception):  # it says what happened and never leaves the engine
    """A sentence offended a guard; it was not shown, and nothing after it is."""

    def __init__(self, guard: Guard) -> None:
        self.guard: Guard = guard
        super().__init__(guard)


def most_words(persona: Persona) -> int:
    """How many words an answer has room for, by channel and way of talking."""
    words: int = wording("customer")["words"][persona.channel.value][persona.voice.verbosity]
    return words


class Speech:
    """What is said in one answer so far."""

    def __init__(self, persona: Persona, guards: Guards) -> None:
        self._persona = persona
        self._guards = guards
        self._label = re.compile(
            rf"^\s*(?:{re.escape(persona.name)}|{re.escape(persona.name.split()[0])}|customer)\s*:\s*", re.I
        )
        voice, email = persona.voice, persona.channel is Channel.EMAIL
        self._greeting = f"{voice.greeting}\n\n" if email and voice.greeting else ""
        self.ending = f"\n\n{voice.sign_off}" if email and voice.sign_off else ""
        self._gap = ""
        self.words = 0

    @property
    def has_begun(self) -> bool:
        """Whether the trainee has been shown anything."""
        return self.words > 0

    async def of(self, pieces: AsyncIterator[str]) -> AsyncGenerator[str]:
        """The sentences of the pieces, each with the space that stands before it. Raises Offended; ModelError as the pieces do."""
        waiting = ""
        async for piece in pieces:
            waiting += piece
            while end := _END.search(waiting):
                sentence, waiting = waiting[: end.end()], waiting[end.end() :]
                if shown := self._shown(sentence):
                    yield shown
            if len(waiting) > _LONGEST_SENTENCE:
                raise Offended("length")
        if shown := self._shown(waiting):
            yield shown
        if not self.has_begun:
            raise Offended("empty")

    def _shown(self, sentence: str) -> str:
        """The sentence as it is shown, possibly nothing. Raises Offended."""
        text = self._label.sub("", sentence.replace("\r", ""))
        if not text.strip() or self._is_frame(text.strip()):
            return ""
        if (guard := self._guards.offended(text)) is not None:
            raise Offended(guard)
        words = len(text.split())
        if self.words + words > most_words(self._persona) * _SLACK and self.has_begun:
            raise Offended("length")
        self._guards.spoken(text)
        core = text.strip()
        shown = self._gap + core if self.has_begun else self._greeting + core
        self._gap = text[text.index(core) + len(core) :] or " "
        self.words += words
        return shown

    def _is_frame(self, line: str) -> bool:
        """Whether an email's greeting or signature, which is added here, was written as well."""
        voice = self._persona.voice
        frame = f"{voice.greeting or ''}\n{voice.sign_off or ''}".lower().split("\n")
        return self._persona.channel is Channel.EMAIL and line.lower().rstrip(",.") in {
            part.rstrip(",.") for part in frame
        }
