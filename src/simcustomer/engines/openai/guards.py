"""What is checked of every sentence before the trainee sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from simcustomer.domain.persona import Persona
from simcustomer.domain.session import Stance
from simcustomer.engines.prompts import wording

Guard = Literal["assistant", "company", "repetition", "leak", "softening", "direction", "length", "empty"]

_TOLD_TWICE = 0.8
"""Share of its word pairs that a sentence may have in common with an earlier one."""

_SHORTEST_REPEATED = 4
"""A sentence of fewer words may be said twice: "I don't know." """

_SHORTEST_LEAK = 6
"""Words in a row that only the prompt can have brought."""

_KEY = re.compile(r"\b(?:sk|pk|rk|key|gsk|xai|hf)[-_][A-Za-z0-9_-]{8,}|\b(?:bearer|api[-_ ]?key)\b", re.IGNORECASE)
_MARK = re.compile(r"^\s*(?:#{1,4}\s|-?\s*[stoqkm]\d{1,2}\s*:|<<[0-9a-f]{16}|[0-9a-f]{16}>>)")
"""A heading, a code or a boundary of the prompt."""

_QUOTED = re.compile(r'"([^"]+)"')
_WORD = re.compile(r"[^\W_]+")

_Runs = frozenset[tuple[str, ...]]


class Words(NamedTuple):
    """What the guards look for of texts: their runs of words, and whole sentences that are too short for one."""

    runs: _Runs
    short: _Runs

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        """The words of these texts."""
        lines = dict.fromkeys(line for text in texts for line in text.split("\n"))
        runs = (_runs_in_line(line, _SHORTEST_LEAK) for line in lines)
        return cls(_Runs().union(*runs), _Runs().union(*map(_short_in_line, lines)))


class Guards:
    """The checks for one answer; `said` is what the customer has said before, `secret` what must not be shown.

    `key` is the key that is used, `free` what the customer may say though it stands in the prompt.
    """

    def __init__(
        self, stance: Stance, *, said: Iterable[str], secret: Iterable[Words], free: Iterable[Words], key: str
    ) -> None:
        self._stance = stance
        self._said = [sentence for text in said for sentence in parts(text)]
        self._secret, self._free = tuple(secret), tuple(free)
        self._key = key if len(key) >= 8 else ""

    def offended(self, sentence: str) -> Guard | None:
        """The guard that the sentence offends, or None."""
        for name in ("assistant", "company", "direction"):
            if patterns(name).search(sentence):
                return name
        if self._leaks(sentence):
            return "leak"
        if self._repeats(sentence):
            return "repetition"
        if not self._softened and patterns("softening").search(sentence):
            return "softening"
        return None

    def spoken(self, sentence: str) -> None:
        """Remember what was shown."""
        self._said.append(sentence)

    @property
    def _softened(self) -> bool:
        """Whether the reply earned softer words: anger fell or trust rose, or the customer accepts."""
        shifts = self._stance.shifts
        eased = sum(shift.anger for shift in shifts) < 0 or sum(shift.trust for shift in shifts) > 0
        return eased or self._stance.outcome in ("resolved", "compromise")

    def _leaks(self, sentence: str) -> bool:
        shown = bool(self._key) and self._key in sentence
        marked = _KEY.search(sentence) or _MARK.search(sentence)
        return shown or bool(marked) or self._gives_away(_even(sentence), _runs(sentence, _SHORTEST_LEAK))

    def _gives_away(self, whole: tuple[str, ...], runs: _Runs) -> bool:
        """Whether one of these runs is secret, or the whole, as lines that are too short for a run are looked for."""
        held = _Runs().union(*(runs & words.runs for words in self._secret))
        if any(whole in words.short for words in self._secret) and not any(
            whole in words.short for words in self._free
        ):
            return True
        return bool(held.difference(*(words.runs for words in self._free)))

    def _repeats(self, sentence: str) -> bool:
        words = _WORD.findall(sentence.lower())
        if len(words) < _SHORTEST_REPEATED:
            return False
        pairs = _runs(sentence, 2)
        return any(len(pairs & _runs(earlier, 2)) >= _TOLD_TWICE * len(pairs) for earlier in self._said)


def locked_text(persona: Persona, stance: Stance) -> str:
    """All that the customer may not say yet, as one text."""
    locked = [fact for fact in persona.facts if fact.id not in stance.may_tell]
    return "\n".join(text for fact in locked for text in (fact.text, *fact.says))


def sayings(persona: Persona) -> list[str]:
    """The customer's own turns of phrase that their habits and quirks quote: to say them gives no prompt away."""
    return [said for habit in (*persona.voice.habits, *persona.voice.quirks) for said in _QUOTED.findall(habit)]


def parts(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in re.split(r"(?<=[.!?\u2026])\s+|\n+", text) if part.strip()]


def _even(sentence: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(sentence.lower()))


def _runs(text: str, length: int) -> _Runs:
    """Every run of so many words, within lines."""
    return _Runs().union(*(_runs_in_line(line, length) for line in text.split("\n")))


# The lines of prompts are nearly the same at each turn, and what was said before is held against each sentence that follows.
@lru_cache(maxsize=4_096)
def _runs_in_line(line: str, length: int) -> _Runs:
    words = _WORD.findall(line.lower())
    return frozenset(tuple(words[i : i + length]) for i in range(len(words) - length + 1))


@lru_cache(maxsize=4_096)
def _short_in_line(line: str) -> _Runs:
    return frozenset(even for part in parts(line) if 2 <= len(even := _even(part)) < _SHORTEST_LEAK)


@cache
def patterns(name: str) -> re.Pattern[str]:
    """What offends a guard, by its name in `guards.toml`."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in wording("guards")[name]), re.IGNORECASE)
