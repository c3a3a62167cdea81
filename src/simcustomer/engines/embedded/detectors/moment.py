"""One reply in its conversation: what it answers, what was said before, and what of the case it takes up."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.engines.embedded.calibration import Calibration, Estimate
from simcustomer.engines.embedded.detectors.body import NAME, Body, Sentence
from simcustomer.engines.embedded.nlu import Lexicon, Reading, content_stems, said
from simcustomer.engines.embedded.nlu.once import cached_property
from simcustomer.engines.embedded.nlu.plain import plain_text
from simcustomer.engines.embedded.nlu.symbols import load_thesaurus
from simcustomer.engines.embedded.nlu.text import WORD, Span, Text
from simcustomer.roles import GradingCase

SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
_NUMBER_WORDS = (
    "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fifty sixty seventy eighty ninety hundred thousand noon midday"
)
NUMBER_STEMS = content_stems(tuple(_NUMBER_WORDS.split()), frozenset())
"""Stems of the words for numbers."""

_TITLED = re.compile(
    r"((?:Mr|Mrs|Ms|Dr|Miss)\.? [A-Z][\w-]+|\b[A-Z][a-z]{2,})(?= (?:is|will|has|can|knows|calls|decides|runs|rings|to)\b|'ll\b|,)"
)


def read_plainly(message: str, lexicon: Lexicon) -> Reading:
    """A message of the conversation, read in plain words."""
    return Reading(plain_text(message), lexicon)


@lru_cache(maxsize=64)
def _stems_of(text: str, stop: frozenset[str]) -> frozenset[str]:
    """Content stems of a text of the case, which is the same for every reply of a conversation."""
    return content_stems(tuple(WORD.findall(text)), stop)


class Moment(Body):
    """All that the detectors look at: the body of a reply, with the conversation and the case around it."""

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
        known = f"{case.scenario.customer_name or ''} {case.scenario.company or ''}".lower()
        super().__init__(Reading(heard, lexicon, other=message), names=_stems_of(known, lexicon.stop))
        self._earlier = turns[:-2]
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
        texts = list(map(self.text_of, self.sentences))
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

    @property
    def first(self) -> bool:
        """Whether this is the trainee's first reply."""
        return not self._earlier

    @property
    def written(self) -> bool:
        """Whether the channel is text."""
        return self.case.channel is not Channel.PHONE

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
    def particulars(self) -> frozenset[str]:
        """Case content of the reply: shared with the customer or with the case's facts, and numbers."""
        numbers = {s for s in self.stems if any(ch.isdigit() for ch in s) or s in NUMBER_STEMS}
        return (self.stems & (self.told | self.known | self.proper)) | numbers

    @cached_property
    def grip(self) -> float:
        """How much of this case is in the reply: particulars, weighed up where the case's facts are not known."""
        return len(self.particulars) * (1.0 if self.known else 1.4)

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
        theirs = {w.lower() for w in NAME.findall(self.customer.text.even)} | {
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
            tuple(m.group().lower() for m in WORD.finditer(r.text.even, s.start, s.end))
            for r in self.earlier_replies
            for s in r.text.sentences
        }
        return tuple(s for s in self.sentences if len(s.words) >= 3 and s.words in before)
