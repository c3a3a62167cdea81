"""One reply in its conversation, read once: sentences, cues, echoes of the customer, and what was already said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.engines.embedded.calibration import Calibration, Estimate
from simcustomer.engines.embedded.detectors.letter import body_of, signature_within
from simcustomer.engines.embedded.nlu import Cue, Lexicon, Reading, content_stems, said
from simcustomer.engines.embedded.nlu.once import cached_property
from simcustomer.engines.embedded.nlu.plain import plain_text
from simcustomer.engines.embedded.nlu.symbols import load_thesaurus
from simcustomer.engines.embedded.nlu.text import Span, Text
from simcustomer.roles import GradingCase

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
_NUMBER_WORDS = tuple(
    re.findall(
        r"\w+",
        "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand noon midday",
    )
)
NUMBER_STEMS = content_stems(_NUMBER_WORDS, frozenset())
"""Stems of the words for numbers."""
_NAME = re.compile(r"\b[A-Z][a-z]+\b")
_TITLED = re.compile(
    r"((?:Mr|Mrs|Ms|Dr|Miss)\.? [A-Z][\w-]+|\b[A-Z][a-z]{2,})(?= (?:is|will|has|can|knows|calls|decides|runs|rings|to)\b|'ll\b|,)"
)


class Sentence(NamedTuple):
    """A sentence of the reply; `echoes` are content stems that the customer used in the message being answered."""

    span: Span
    words: tuple[str, ...]
    stems: frozenset[str]
    echoes: frozenset[str]
    asks: bool


def read_plainly(message: str, lexicon: Lexicon) -> Reading:
    """A message of the conversation, read in plain words."""
    return Reading(plain_text(message), lexicon)


@lru_cache(maxsize=64)
def _stems_of(text: str, stop: frozenset[str]) -> frozenset[str]:
    """Content stems of a text of the case, which is the same for every reply of a conversation."""
    return content_stems(tuple(_WORD.findall(text)), stop)


class Moment:
    """All that the detectors look at; every property is computed at most once."""

    def __init__(
        self,
        case: GradingCase,
        lexicon: Lexicon,
        *,
        read: Callable[[str], Reading] | None = None,
        calibration: Calibration | None = None,
        reply: Text | None = None,
    ) -> None:
        """`read` gives the reading of an earlier message, where one is kept; `calibration` weighs the whole.

        `reply` is what of the reply is looked at; None: all that is said to the customer.
        """
        turns = case.transcript.turns
        self.case = case
        self.lexicon = lexicon
        self._read = read or partial(read_plainly, lexicon=lexicon)
        self.customer = self._read(turns[-2].text)
        message = self.customer.text
        heard = reply or said(plain_text(case.reply), lexicon, customer=message)
        self.reply = Reading(heard, lexicon, other=message)
        self._earlier = turns[:-2]
        self._plain: dict[str, tuple[Cue, ...]] = {}
        self._said: dict[str, tuple[Cue, ...]] = {}
        self._held: dict[str, frozenset[int]] = {}
        self._calibration = calibration
        self.estimates: dict[str, Estimate] = {}
        """How strong each technique is, weighed as a whole; filled in by the grader, which has all signals."""
        self.idle: tuple[Span, ...] = ()
        """Sentences that do nothing, though there may be missteps in them; filled in by `detectors.idle`."""
        self.only_idle = False
        """Whether the reply has no others; they are not in `idle` then."""
        self.says_nothing = False
        """Whether nothing is left of the reply, or next to nothing; filled in by `detectors.idle` too."""
        self.traits: dict[object, object] = {}
        """What `detectors.traits` has found, by what looked for it."""

    def over(self, reply: Text) -> Moment:
        """The same moment, of which only so much of the reply is looked at."""
        return Moment(self.case, self.lexicon, read=self._read, calibration=self._calibration, reply=reply)

    def most_telling(self, technique_id: str) -> Sentence | None:
        """The sentence that weighs most for a technique; None where there is none."""
        texts = [self.reply.text.even[s.span.start : s.span.end] for s in self.sentences]
        if not texts or self._calibration is None:
            return None
        return self.sentences[self._calibration.most_telling(technique_id, texts)]

    def as_written(self, name: str) -> tuple[str, ...]:
        """The words of a cue in what is looked at of the reply, with its slang and its typing faults."""
        text = self._written
        spans = (Span(*found.span()) for found in self.lexicon.pattern(name).finditer(text.low))
        return tuple(text.quote(span) for span in spans if self.reply.text.holds(text, span))

    @cached_property
    def _written(self) -> Text:
        return Text(self.case.reply)

    @cached_property
    def own_words(self) -> str:
        """The sentences of the body."""
        return " ".join(self.reply.text.even[s.span.start : s.span.end] for s in self.sentences)

    @cached_property
    def withheld(self) -> int:
        """How many words of the reply are not looked at."""
        return len(plain_text(self.case.reply).words) - len(self.reply.text.words)

    @cached_property
    def earlier_replies(self) -> tuple[Reading, ...]:
        """The trainee's earlier replies, oldest first."""
        return tuple(self._read(t.text) for t in self._earlier if t.role is Speaker.TRAINEE)

    @cached_property
    def earlier_messages(self) -> tuple[Reading, ...]:
        """The customer's earlier messages, oldest first."""
        return tuple(self._read(t.text) for t in self._earlier if t.role is Speaker.CUSTOMER)

    @cached_property
    def present(self) -> frozenset[str]:
        """Names of the cues that stand in the reply, or, for those of a customer, in the message being answered."""
        return self.customer.present(by_customer=True) | self.reply.present(by_customer=False)

    @property
    def first(self) -> bool:
        """Whether this is the trainee's first reply."""
        return not self._earlier

    @property
    def written(self) -> bool:
        """Whether the channel is text."""
        return self.case.channel is not Channel.PHONE

    @cached_property
    def size(self) -> int:
        """Words in the body."""
        return sum(len(sentence.words) for sentence in self.sentences)

    @cached_property
    def body(self) -> Span:
        """The reply without salutation and signature."""
        return body_of(self.reply.text.even)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences of the body, in order."""
        found: list[Sentence] = []
        signed = signature_within(self.reply.text.even)
        for span in self.reply.text.sentences:
            if signed and signed.start <= span.start < signed.end:
                continue
            clipped = Span(max(span.start, self.body.start), min(span.end, self.body.end))
            if clipped.end <= clipped.start:
                continue
            words = tuple(m.group().lower() for m in _WORD.finditer(self.reply.text.even, clipped.start, clipped.end))
            if words:
                stems = content_stems(words, self.lexicon.stop) - self._names
                asks = "?" in self.reply.text.even[clipped.start : clipped.end]
                found.append(Sentence(clipped, words, stems, stems & self.customer.stems, asks))
        return tuple(found)

    @cached_property
    def _names(self) -> frozenset[str]:
        scenario = self.case.scenario
        known = f"{scenario.customer_name or ''} {scenario.company or ''}".lower()
        return _stems_of(known, self.lexicon.stop)

    @cached_property
    def told(self) -> frozenset[str]:
        """Content stems of all that the customer has said so far."""
        return self.customer.stems.union(*(m.stems for m in self.earlier_messages))

    @cached_property
    def known(self) -> frozenset[str]:
        """Content stems of the case's facts and policy, as far as they are known."""
        scenario = self.case.scenario
        text = " ".join((scenario.issue or "", *scenario.facts, *scenario.policy)).lower()
        return _stems_of(text, self.lexicon.stop) - self._names

    @cached_property
    def stems(self) -> frozenset[str]:
        """Content stems of the reply's body."""
        return frozenset[str]().union(*(s.stems for s in self.sentences))

    @cached_property
    def echoes(self) -> frozenset[str]:
        """Content that the reply shares with the message it answers."""
        return frozenset[str]().union(*(s.echoes for s in self.sentences))

    @cached_property
    def recalled(self) -> frozenset[str]:
        """Content that the reply shares with anything the customer has said."""
        return self.stems & self.told

    @cached_property
    def particulars(self) -> frozenset[str]:
        """Case content of the reply: shared with the customer or with the case's facts, and numbers."""
        numbers = {s for s in self.stems if any(ch.isdigit() for ch in s) or s in NUMBER_STEMS}
        return self.recalled | (self.stems & self.known) | numbers | (self.proper & self.stems)

    @cached_property
    def proper(self) -> frozenset[str]:
        """Stems of names in the body: words with a capital inside a sentence."""
        found: list[str] = []
        for s in self.sentences:
            text = self.reply.text.even[s.span.start : s.span.end]
            found += [m.group().lower() for m in _NAME.finditer(text, 1)]
        return content_stems(tuple(found), self.lexicon.stop) - self._names

    @cached_property
    def grip(self) -> float:
        """How much of this case is in the reply: particulars, weighed up where the case's facts are not known."""
        return len(self.particulars) * (1.0 if self.known else 1.4)

    def said(self, *names: str) -> tuple[Cue, ...]:
        """Cues in the body that are the trainee's own and not negated; a condition is no bar."""
        return tuple([cue for name in names if name in self._present for cue in self._said_of(name)])

    def _said_of(self, name: str) -> tuple[Cue, ...]:
        if name not in self._said:
            self._said[name] = tuple([cue for cue in self._plain_of(name) if not cue.negated])
        return self._said[name]

    def plain(self, *names: str) -> tuple[Cue, ...]:
        """Cues in the body in whatever sense, except in quotation marks or copied."""
        return tuple([cue for name in names if name in self._present for cue in self._plain_of(name)])

    def _plain_of(self, name: str) -> tuple[Cue, ...]:
        if name not in self._plain:
            start, end = self.body
            self._plain[name] = tuple(
                [c for c in self.reply.cues(name) if start <= c.span.start < end and not (c.reported or c.borrowed)]
            )
        return self._plain[name]

    @cached_property
    def _present(self) -> frozenset[str]:
        return self.reply.present(by_customer=False)

    def holding(self, *names: str) -> tuple[Sentence, ...]:
        """Sentences of the body with any of these cues (as `said`), in order."""
        held = [self.places_of(name) for name in names if name in self._present]
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

    @cached_property
    def statements(self) -> tuple[Sentence, ...]:
        """Sentences that do not ask."""
        return tuple(s for s in self.sentences if not s.asks)

    @cached_property
    def questions(self) -> tuple[Sentence, ...]:
        """Sentences that ask."""
        return tuple(s for s in self.sentences if s.asks)

    def customer_has(self, name: str) -> bool:
        """Whether the message being answered holds a cue of the customer's."""
        return bool(self.customer.cues(name))

    def customer_count(self, name: str) -> int:
        """How often a cue of the customer's stands in the message being answered."""
        return len(self.customer.cues(name))

    @cached_property
    def shouted(self) -> int:
        """Words in capitals in the message being answered."""
        return len(SHOUTED.findall(self.customer.text.even))

    @cached_property
    def newcomers(self) -> tuple[Sentence, ...]:
        """Sentences that name a person by title or first name who is neither of the two, with something to do."""
        theirs = {w.lower() for w in _NAME.findall(self.customer.text.even)} | {
            w.lower() for w in re.findall(r"\w+", self.case.scenario.customer_name or "")
        }
        found: list[Sentence] = []
        for s in self.sentences:
            names = [m for m in _TITLED.finditer(self.reply.text.even, s.span.start, s.span.end) if self._is_name(m, s)]
            if any(m.group(1).split()[-1].lower() not in theirs for m in names):
                found.append(s)
        return tuple(found)

    def _is_name(self, found: re.Match[str], sentence: Sentence) -> bool:
        """Whether a word with a capital is a name: a day never is, and a known word that begins a sentence is not."""
        word = found.group(1).lower()
        classes = load_thesaurus().classes(word)
        begins = found.start() == sentence.span.start
        return not ("day" in classes or (begins and (classes or word in self.lexicon.stop)))

    @cached_property
    def asked(self) -> int:
        """Questions in the message being answered."""
        return self.customer.text.even.count("?")

    @cached_property
    def repeated(self) -> tuple[Sentence, ...]:
        """Sentences of at least three words that the trainee has used before, word for word."""
        before = {
            tuple(m.group().lower() for m in _WORD.finditer(r.text.even, s.start, s.end))
            for r in self.earlier_replies
            for s in r.text.sentences
        }
        return tuple(s for s in self.sentences if len(s.words) >= 3 and s.words in before)
