"""What of a reply is said to the customer, as the trainee's own: the rest can neither earn a level nor move anybody.

Left out are markup and notes, words about grading, what others say, what is only supposed or denied, the customer's own text pasted back,
another language than English, heaps of keywords, and what is said a second time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from simcustomer.engines.embedded.nlu.joined import GLUE, split
from simcustomer.engines.embedded.nlu.lexicon import Lexicon
from simcustomer.engines.embedded.nlu.markup import markup_in
from simcustomer.engines.embedded.nlu.reading import Reading
from simcustomer.engines.embedded.nlu.text import WORD, Span, Text

_WHOLE = ("said_by_others", "only_supposed", "only_denied")
"""Cues that a sentence is left out for as a whole; one with `about_grading` from the clause on that holds it."""

_ASIDE = re.compile(r"\([^()]*\)")
_SAYING = re.compile(r'"(?:[^\s"]+\s+){3,}[^\s"]+"')
"""Four words or more in quotation marks: somebody else's."""

_HEARD_BY_CUSTOMER = re.compile(
    r"\byou(?:'d| were| had| have|'ve)? (?:been )?(?:said|told|asked|read|heard|wrote|given|promised)\b|\btold you\b"
)
"""What the customer said or was told may be given back in its own words."""

_LEAD = 40
"""Characters before a saying in which it is told whose it is."""

_PASTED = 8
"""Words in a row of the customer's own that are pasted rather than taken up."""

_GRADING = "about_grading"
_CLAUSE = re.compile(r"[,;:] *")
_PUNCTUATION = ".,;:!?\"'()-"
_OWN = 6
"""Words from which the clauses before one about grading are the trainee's own."""

_PATCHED, _THEIR_SHARE = 6, 0.85
"""Words from which a sentence is pieced together of the customer's, and the share of it that is theirs then."""

_SAME = 2
"""Words with content from which two sentences about the same are one said twice."""

_HEAP = 5
"""Words from which a sentence without any of the small words of English is a heap of keywords."""

_FEWEST_SMALL = 0.15
"""Share of small words below which it is: plain English has more than a third."""

_FEWEST_FOREIGN = 4
_FOREIGN_SHARE = 0.25
"""Share of another language's small words from which a sentence is in it; "per se" and a foreign name stay below."""

_FOREIGN_LETTER = re.compile(r"[^\W\d_\u0000-\u024f]")
"""A letter of another script."""

_ENUMERATION = re.compile(r"\s*\d{1,2}[.)]\s*")
"""The number of a list's entry."""

_LEAD_IN = 4
"""Words up to which a sentence that ends in a colon leads in what is not there any more."""

_SHORTEST_SAME = 3
"""Words of the shortest sentence that counts as said again at the end of another ("I repeat: ...")."""

_SCRAP = 3
"""Words up to which a sentence is a scrap of the one before."""

_ASKING_WORDS = frozenset(["what", "why", "how", "when", "where", "who", "which"])


class _Heard:
    """What was said before: by the customer, and by the reply up to a sentence."""

    def __init__(self, customer: Text, small: frozenset[str]) -> None:
        self._small = small
        self._theirs = frozenset(customer.words)
        self._about = {words: self._about_of(words) for _, words in customer.sayings}

    def add(self, words: tuple[str, ...]) -> None:
        """Remember a sentence."""
        self._about[words] = self._about_of(words)

    def holds(self, low: str, words: tuple[str, ...]) -> bool:
        """Whether a sentence, in lower case, says again what was said; what leads in it, up to a colon, makes it no other."""
        led = tuple(WORD.findall(low.rpartition(":")[2])) if ":" in low else words
        again = len(words) > 1 and (words in self._about or led in self._about or self._is_repeated(words))
        return again or self._is_pasted(words)

    def _is_repeated(self, words: tuple[str, ...]) -> bool:
        """Whether what a sentence is about was all in one sentence before it, or it ends in one."""
        if any(len(other) >= _SHORTEST_SAME and words[-len(other) :] == other for other in self._about):
            return True
        about = self._about_of(words)
        return len(about) >= _SAME and about in self._about.values()

    def _is_pasted(self, words: tuple[str, ...]) -> bool:
        """Whether a sentence is made of the customer's words alone; who takes them up says "you" where they said "I"."""
        return len(words) >= _PATCHED and sum(map(self._theirs.__contains__, words)) >= _THEIR_SHARE * len(words)

    def _about_of(self, words: tuple[str, ...]) -> frozenset[str]:
        return frozenset([word for word in words if word not in self._small])


def said(reply: str | Text, lexicon: Lexicon, *, customer: str | Text = "") -> Text:
    """The reply without what is not said to the customer; quotes of the text that comes back are verbatim in `reply`."""
    text = reply if isinstance(reply, Text) else Text(reply)
    aside = [s for s in _within(_ASIDE, text) if lexicon.pattern(_GRADING).search(text.low, *s)]
    pasted = [_with_scraps(span, text) for span in Reading(text, lexicon, other=customer).copied(_PASTED)]
    left = split(text.without([*markup_in(text), *aside, *pasted]), lexicon.stop)
    heard = _Heard(customer if isinstance(customer, Text) else Text(customer), lexicon.stop)
    unsaid = [*_scraps(left), *_unsaid_sentences(Reading(left, lexicon, other=customer), heard)]
    sayings = [
        span
        for span in _within(_SAYING, left)
        if not _HEARD_BY_CUSTOMER.search(left.low, max(span.start - _LEAD, 0), span.start)
    ]
    return left.without(sorted({*unsaid, *sayings}))


def _unsaid_sentences(reading: Reading, heard: _Heard) -> Iterator[Span]:
    """The sentences that are not said to the customer, or what of them is not."""
    even = reading.text.even
    leading: Span | None = None
    trails = False
    for sentence, words in reading.text.sayings:
        # What trails a heap of rubric words on its line is one of them: "Shared goal. Let's."
        trails = trails and len(words) <= _SCRAP and even[sentence.start - 1] != "\n"
        start = sentence.start if trails else _unsaid_from(reading, sentence, words)
        trails = start is not None
        if start is None and (_is_frame(reading.text, sentence, words) or heard.holds(_low(reading, sentence), words)):
            start = sentence.start
        if start is not None:
            # What only leads in what is not said leads in nothing.
            if leading is not None and start == sentence.start:
                yield leading
            yield Span(start, sentence.end)
        leading = sentence if start is None and even[sentence.end - 1] == ":" else None
        heard.add(words)


def _is_frame(text: Text, sentence: Span, words: tuple[str, ...]) -> bool:
    """Whether a sentence has no words, is the number of a list's entry, or leads in what is not there any more."""
    even = text.even[sentence.start : sentence.end]
    return not words or bool(_ENUMERATION.fullmatch(even)) or (even[-1] == ":" and len(words) <= _LEAD_IN)


def _low(reading: Reading, sentence: Span) -> str:
    return reading.text.low[sentence.start : sentence.end]


def _with_scraps(pasted: Span, text: Text) -> Span:
    """What is pasted, with the scraps of its own sentences around it: "Quote, ..., unquote."."""
    first, last = text.sentence_at(pasted.start), text.sentence_at(pasted.end - 1)
    before = WORD.findall(text.low, first.start, pasted.start)
    after = WORD.findall(text.low, pasted.end, last.end)
    return Span(
        first.start if len(before) <= _SCRAP else pasted.start, last.end if len(after) <= _SCRAP else pasted.end
    )


def _scraps(text: Text) -> list[Span]:
    """Runs of many scraps on lines of their own: a list of keywords."""
    found: list[Span] = []
    run: list[Span] = []
    for sentence, words in (*text.sayings, (Span(0, 0), ("the", "end", "of", "all"))):
        if len(words) <= 2 and not any(word[0].isdigit() for word in words):
            run.append(sentence)
            continue
        if len(run) >= _HEAP:
            found += run
        run = []
    return found


def _within(pattern: re.Pattern[str], text: Text) -> list[Span]:
    return [Span(*match.span()) for match in pattern.finditer(text.even)]


def _unsaid_from(reading: Reading, sentence: Span, words: tuple[str, ...]) -> int | None:
    """Where in a sentence begins what is not said to the customer; None where all is."""
    whole = any(cue.sentence == sentence for name in _WHOLE for cue in reading.cues(name))
    if whole or _is_heap(_low(reading, sentence), reading.stop) or _is_foreign(reading, sentence, words):
        return sentence.start
    about = next((cue.span.start for cue in reading.cues(_GRADING) if cue.sentence == sentence), None)
    if about is None:
        return None
    start = max((m.end() for m in _CLAUSE.finditer(reading.text.low, sentence.start, about)), default=sentence.start)
    if reading.text.low[sentence.start : start].rstrip().endswith(":"):
        return sentence.start  # it only leads in what is said about the grading
    return start if len(WORD.findall(reading.text.low[sentence.start : start])) >= _OWN else sentence.start


def _is_heap(sentence: str, small: frozenset[str]) -> bool:
    words = [stripped for word in sentence.split() if (stripped := word.strip(_PUNCTUATION))]
    if len(words) < _HEAP or any(word[0].isdigit() for word in words):
        return False
    listed = [part.split() for part in sentence.split(",") if part.strip()]
    if len(listed) >= _HEAP and (len(words) <= 1.5 * len(listed) or _are_of_one_mould(listed)):
        return True
    if sum(word in _ASKING_WORDS for word in words) > len(words) / 2 or not any(word in GLUE for word in words):
        return True
    return sum(word in small for word in words) < _FEWEST_SMALL * len(words)


def _are_of_one_mould(listed: list[list[str]]) -> bool:
    """Whether nearly all entries of a list have the same word in second place, after other first words: "a for ..., b for ..."."""
    [(_, most)] = Counter(entry[1] for entry in listed if len(entry) > 1).most_common(1) or [("", 0)]
    return most >= len(listed) - 1 and len({entry[0] for entry in listed}) >= len(listed) - 1


def _is_foreign(reading: Reading, sentence: Span, words: tuple[str, ...]) -> bool:
    told = reading.text.even[sentence.start : sentence.end]
    letters = _FOREIGN_LETTER.findall(told)
    if letters and 2 * len(letters) > sum(map(str.isalpha, told)):
        return True
    foreign = sum(cue.sentence == sentence for cue in reading.cues("foreign_word"))
    return len(words) >= _FEWEST_FOREIGN and foreign >= _FOREIGN_SHARE * len(words)
