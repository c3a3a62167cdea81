"""One message read: which cues stand where, and whether they are meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from simcustomer.engines.embedded.nlu.lexicon import Lexicon
from simcustomer.engines.embedded.nlu.once import cached_property
from simcustomer.engines.embedded.nlu.phrases import PhraseIndex
from simcustomer.engines.embedded.nlu.text import WORD, Span, Text, content_stems

_NEGATION = re.compile(r"\b(?:not|never|no|nor|cannot|without|hardly|refuse to)\b|n't\b", re.IGNORECASE)
_CONDITION = re.compile(
    # "if you like, I can ..." is an offer, not a supposition.
    r"\b(?:if(?! (?:you(?:'d| would)? (?:like|prefer|want|wish|agree)|that(?: \w+)? (?:works|suits|helps|is ok)|it helps|i may))"
    r"|unless|(?:would|could|should|might) have(?! (?:an?|the|your|another|one|some|any|it|that|this)\b)|were to)\b",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"\b(?:(?:you|he|she|they|manager|colleague|policy|training|script) (?:said|told|mentioned)"
    r"|(?:he|she|they|manager|colleague|policy|training|script) (?:says?|tells?|wants? me to say))\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:()]| - |\b(?:but|so|however|and (?:i|we|so|then))\b", re.IGNORECASE)
"""Where a negation or a report stops reaching forward."""

_QUOTED = re.compile(r'"[^"\n]{2,400}"')
_ASKING = re.compile(
    r"(?:(?:and|so|ok|okay|but|right|hi|hello)[ ,]+)?(?:"
    r"(?:which|what|when|where|who|why|how)\b(?! (?:i|we|you|they|matters|a)\b).{0,60}?"
    r"\b(?:is|are|was|were|did|do|does|have|has|can|would)\b"
    r"|(?:did|do|does|is|are|was|were|have|has|can|could|would) (?:you|it|they|he|she|the|your|there|that|this)\b)",
    re.IGNORECASE,
)
_SCOPE = 6
"""Words before a cue in which a negation still reaches it."""

_PRONOUN = 5
"""Characters of a cue that may still belong to the end of a clause before it."""

_REACH = 400
"""Characters before a cue in which anything reaches it: a sentence without end must not cost its square in time."""

_BORROWED = 5
"""Words in a row, the same as the other side's, that make a cue borrowed."""


def _runs(words: tuple[str, ...], length: int) -> Iterator[tuple[str, ...]]:
    """Every so many words in a row."""
    return zip(*(words[start:] for start in range(length)), strict=False)


def _asks(sentence: str) -> bool:
    return "?" in sentence or bool(_ASKING.match(sentence))


class Cue:
    """A place where a pattern of the lexicon matched. How it is meant is found out when it is asked: of most nobody asks all."""

    def __init__(self, reading: Reading, name: str, span: Span) -> None:
        self._reading = reading
        self.name = name
        self.span = span

    @cached_property
    def sentence(self) -> Span:
        """The sentence around it."""
        return self._reading.text.sentence_at(self.span.start)

    @cached_property
    def negated(self) -> bool:
        """Whether a negation in its clause reaches it."""
        return bool(_NEGATION.search(" ".join(self._clause.split()[-_SCOPE:])))

    @cached_property
    def hypothetical(self) -> bool:
        """Whether it is said to be so only if something else is."""
        return bool(_CONDITION.search(self._reading.text.even[self._reach : self.span.start]))

    @cached_property
    def reported(self) -> bool:
        """Whether it is given as what somebody says."""
        return bool(_REPORT.search(self._clause)) or self._reading.in_quotes(self.span)

    @cached_property
    def borrowed(self) -> bool:
        """Whether it is copied from the other side."""
        return self._reading.is_borrowed(self.span)

    @property
    def meant(self) -> bool:
        """Said by the writer as a plain statement: not negated, supposed, quoted from someone or copied."""
        return not (self.negated or self.hypothetical or self.reported or self.borrowed)

    @cached_property
    def _reach(self) -> int:
        return max(self.sentence.start, self.span.start - _REACH)

    @cached_property
    def _clause(self) -> str:
        """What stands before it in its clause."""
        even, (start, end) = self._reading.text.even, self.span
        # The first word of the cue may be what begins its clause ("... and" before "I will").
        ends = _CLAUSE_END.finditer(even, self._reach, min(start + _PRONOUN, end))
        return even[max((found.end() for found in ends if found.start() < start), default=self._reach) : start]


class Reading:
    """A message with its cues; `other` is what the other side said before, to notice copied words."""

    def __init__(self, message: str | Text, lexicon: Lexicon, *, other: str | Text = "") -> None:
        self.text = message if isinstance(message, Text) else Text(message)
        self._lexicon = lexicon
        self._other = other if isinstance(other, Text) else Text(other)
        self._found: dict[str, tuple[Cue, ...]] = {}
        self._held: dict[PhraseIndex, Mapping[str, Sequence[tuple[int, int]]]] = {}

    def cues(self, name: str) -> tuple[Cue, ...]:
        """Every place of a cue, in order, meant or not."""
        if name not in self._found:
            places = self._places(self._lexicon.index(name)).get(name, ())
            self._found[name] = tuple([Cue(self, name, Span(*place)) for place in places])
        return self._found[name]

    def present(self, *, by_customer: bool) -> frozenset[str]:
        """The names of all cues of a customer, or of all others, that have a place here."""
        return frozenset(self._places(self._lexicon.indices[by_customer]))

    def _places(self, index: PhraseIndex) -> Mapping[str, Sequence[tuple[int, int]]]:
        if index not in self._held:
            self._held[index] = index.places(self.text.low)
        return self._held[index]

    def matches(self, pattern: re.Pattern[str]) -> tuple[Cue, ...]:
        """Every place of a pattern that is not the lexicon's, such as an author's phrases."""
        return tuple(Cue(self, "", Span(*match.span())) for match in pattern.finditer(self.text.even) if match.group())

    @property
    def stop(self) -> frozenset[str]:
        """Words without content, which every English message of some length has."""
        return self._lexicon.stop

    def meant(self, *names: str) -> tuple[Cue, ...]:
        """The cues of these names that are meant, in the order of the names."""
        return tuple(cue for name in names for cue in self.cues(name) if cue.meant)

    def has(self, *names: str) -> bool:
        """Whether any of these cues is there and meant."""
        return any(cue.meant for name in names for cue in self.cues(name))

    def quote(self, cue: Cue) -> str:
        """The cue's own words, verbatim."""
        return self.text.quote(cue.span)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of the content words."""
        return content_stems(self.text.words, self._lexicon.stop)

    @cached_property
    def questions(self) -> tuple[Span, ...]:
        """Sentences that ask, with a question mark or, as people type in a chat, without."""
        return tuple(s for s in self.text.sentences if _asks(self.text.even[s.start : s.end]))

    def in_quotes(self, span: Span) -> bool:
        """Whether a stretch stands within quotation marks."""
        return any(start <= span.start and span.end <= end for start, end in self._quoted)

    def is_borrowed(self, span: Span) -> bool:
        """Whether a stretch touches words that are copied from the other side."""
        return any(start < span.end and span.start < end for start, end in self._copied)

    @cached_property
    def _quoted(self) -> tuple[Span, ...]:
        return tuple(Span(*match.span()) for match in _QUOTED.finditer(self.text.even))

    @cached_property
    def _copied(self) -> tuple[Span, ...]:
        return self.copied(_BORROWED)

    def copied(self, length: int) -> tuple[Span, ...]:
        """Stretches of at least so many words that stand in the other side's message too, in order and apart."""
        runs = frozenset(_runs(self._other.words, length))
        if runs.isdisjoint(_runs(self.text.words, length)):
            return ()
        places = [(m.group().lower(), m.start(), m.end()) for m in WORD.finditer(self.text.even)]
        mine = tuple(word for word, _, _ in places)
        found: list[Span] = []
        for i in range(len(mine) - length + 1):
            if mine[i : i + length] in runs:
                start, end = places[i][1], places[i + length - 1][2]
                if found and start <= found[-1].end:
                    found[-1] = Span(found[-1].start, end)
                else:
                    found.append(Span(start, end))
        return tuple(found)
