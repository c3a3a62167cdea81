"""The body of a reply: its sentences, without salutation and signature, and the cues that stand in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from simcustomer.engines.embedded.detectors.letter import body_of, signature_within
from simcustomer.engines.embedded.nlu import Cue, Reading, content_stems
from simcustomer.engines.embedded.nlu.once import cached_property
from simcustomer.engines.embedded.nlu.text import WORD, Span

NAME = re.compile(r"\b[A-Z][a-z]+\b")


class Sentence(NamedTuple):
    """A sentence of the body: where it stands, its words in lower case, the stems of those with content, and whether it asks."""

    span: Span
    words: tuple[str, ...]
    stems: frozenset[str]
    asks: bool


class Body:
    """A reply read for what it says; every property is computed at most once.

    `said` finds a cue where it is the trainee's own and not negated, `plain` in whatever sense; `holding` gives sentences for cues.
    """

    def __init__(self, reply: Reading, *, names: frozenset[str]) -> None:
        """`names` are the stems of names that both know already, which tell nothing of the case."""
        self.reply = reply
        self._names = names
        self._plain: dict[str, tuple[Cue, ...]] = {}
        self._said: dict[str, tuple[Cue, ...]] = {}
        self._held: dict[str, frozenset[int]] = {}

    @cached_property
    def present(self) -> frozenset[str]:
        """Names of the trainee's cues that stand in the reply, in its body or not."""
        return self.reply.present(by_customer=False)

    @cached_property
    def span(self) -> Span:
        """Where the body stands in the reply."""
        return body_of(self.reply.text.even)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, in order."""
        found: list[Sentence] = []
        signed = signature_within(self.reply.text.even)
        for span in self.reply.text.sentences:
            if signed and signed.start <= span.start < signed.end:
                continue
            clipped = Span(max(span.start, self.span.start), min(span.end, self.span.end))
            if clipped.end <= clipped.start:
                continue
            words = tuple(m.group().lower() for m in WORD.finditer(self.reply.text.even, clipped.start, clipped.end))
            if words:
                stems = content_stems(words, self.reply.stop) - self._names
                asks = "?" in self.reply.text.even[clipped.start : clipped.end]
                found.append(Sentence(clipped, words, stems, asks))
        return tuple(found)

    @cached_property
    def statements(self) -> tuple[Sentence, ...]:
        """Sentences that do not ask."""
        return tuple(s for s in self.sentences if not s.asks)

    @cached_property
    def questions(self) -> tuple[Sentence, ...]:
        """Sentences that ask."""
        return tuple(s for s in self.sentences if s.asks)

    def text_of(self, sentence: Sentence) -> str:
        """A sentence as it is read."""
        return self.reply.text.even[sentence.span.start : sentence.span.end]

    @cached_property
    def own_words(self) -> str:
        """The text of the sentences."""
        return " ".join(map(self.text_of, self.sentences))

    @cached_property
    def size(self) -> int:
        """Words in the body."""
        return sum(len(sentence.words) for sentence in self.sentences)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Content stems of all sentences."""
        return frozenset[str]().union(*(s.stems for s in self.sentences))

    @cached_property
    def proper(self) -> frozenset[str]:
        """Stems of names in the body: words with a capital inside a sentence."""
        found: list[str] = []
        for s in self.sentences:
            found += [m.group().lower() for m in NAME.finditer(self.text_of(s), 1)]
        return content_stems(tuple(found), self.reply.stop) - self._names

    def said(self, *names: str) -> tuple[Cue, ...]:
        """Cues in the body that are the trainee's own and not negated; a condition is no bar."""
        return tuple([cue for name in names if name in self.present for cue in self._said_of(name)])

    def _said_of(self, name: str) -> tuple[Cue, ...]:
        if name not in self._said:
            self._said[name] = tuple([cue for cue in self._plain_of(name) if not cue.negated])
        return self._said[name]

    def plain(self, *names: str) -> tuple[Cue, ...]:
        """Cues in the body in whatever sense, except in quotation marks or copied."""
        return tuple([cue for name in names if name in self.present for cue in self._plain_of(name)])

    def _plain_of(self, name: str) -> tuple[Cue, ...]:
        if name not in self._plain:
            start, end = self.span
            self._plain[name] = tuple(
                [c for c in self.reply.cues(name) if start <= c.span.start < end and not (c.reported or c.borrowed)]
            )
        return self._plain[name]

    def holding(self, *names: str) -> tuple[Sentence, ...]:
        """Sentences of the body with any of these cues (as `said`), in order."""
        held = [self.places_of(name) for name in names if name in self.present]
        return tuple([self.sentences[place] for place in sorted(frozenset[int]().union(*held))])

    def places_of(self, name: str) -> frozenset[int]:
        """Which sentences of the body hold a cue (as `said`)."""
        if name not in self._held:
            self._held[name] = frozenset(map(self._index_at, [c.span.start for c in self._said_of(name)])) - {-1}
        return self._held[name]

    def _index_at(self, position: int) -> int:
        """Which sentence of the body holds a position; -1 where none does."""
        index = bisect_right(self._starts, position) - 1
        return index if index >= 0 and position < self.sentences[index].span.end else -1

    @cached_property
    def _starts(self) -> list[int]:
        return [s.span.start for s in self.sentences]

    def around(self, sentences: tuple[Sentence, ...], reach: int = 1) -> tuple[Sentence, ...]:
        """The sentences with their neighbours up to `reach` away, in order."""
        spans = {s.span for s in sentences}
        places = [i for i, s in enumerate(self.sentences) if s.span in spans]
        return tuple(s for i, s in enumerate(self.sentences) if any(abs(i - place) <= reach for place in places))

    def without(self, sentences: tuple[Sentence, ...], *names: str) -> tuple[Sentence, ...]:
        """Those of the sentences with none of these cues."""
        barred = {s.span for s in self.holding(*names)}
        return tuple(s for s in sentences if s.span not in barred)
