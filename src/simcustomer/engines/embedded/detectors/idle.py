"""Which sentences of a reply do nothing for the customer, and the parts of a reply that its levels must hold for.

No idle sentence can raise a level. A blank one is left out before anything is looked for. A stock one (courtesy, a set phrase) is looked
at, since it may be a misstep, but the estimate is the least of those for the rest alone and for the rest with each stock sentence by
itself: one more can only lower it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from simcustomer.engines.embedded.detectors.body import Sentence
from simcustomer.engines.embedded.detectors.moment import NUMBER_STEMS, Moment
from simcustomer.engines.embedded.idle_model import IdleModel
from simcustomer.engines.embedded.nlu.symbols import load_thesaurus
from simcustomer.engines.embedded.nlu.text import Span, stem

STOCK = frozenset(
    {
        "stock_empathy", "generic_apology", "template", "vague_act", "not_apology", "first_name_sign", "slang", "careless",
        "sign_off", "names_customer",
    }
)  # fmt: skip
"""Cues of a reply that do nothing for a customer by themselves."""

CHANCE = STOCK | {
    "alternative", "briefed", "checks", "contradicts", "cuts_off", "definite_time", "follow_up", "foreign_word", "form_question",
    "hands_over", "imperative", "limit", "must_do", "names_person", "need_question", "own_fault", "passes_on", "policy_wall", "polite",
    "purpose", "record", "slang", "soft_now", "third_party_acts", "vague_time", "willing", "you_will",
}  # fmt: skip
"""Cues that often stand by chance in a sentence that does nothing: with no other, it may be idle on the model's word."""

MOST = 8
"""Parts of a reply that are weighed: hundreds of set phrases must not cost hundreds of times the work."""

_HELD, _QUARTERS, _SIZES, _STEP = 4, 4, 6, 3
"""Up to how many things of the case a sentence is told apart by, in what shares of its content, and how long it is, in steps of words."""

_WORDS_KEPT = 20_000
"""Words of which the marks are kept: language is mostly the same ones."""

_RIDDLE = 5
"""Words from which a question that touches nobody is a riddle."""

_BETWEEN_THEM = frozenset([
    "i", "we", "my", "our", "us", "me", "you", "your", "yours", "it", "that", "this", "these", "those", "they", "them",
    "there", "he", "she",
])  # fmt: skip

_SIGN = re.compile(r"[^\w\s.,;:!?'\"()£$€-]")
"""A sign that nobody needs who talks to a customer."""


class Idle(NamedTuple):
    """The idle sentences of a reply, in order; none where there is nothing else, which `only` says."""

    blank: tuple[Span, ...]
    stock: tuple[Span, ...]
    only: bool = False


def busy(moment: Moment, model: IdleModel) -> Moment:
    """The moment without the sentences that say nothing; what is left of idle ones is noted with it."""
    withheld = moment.withheld
    idle = idle_in(moment, model)
    if idle.blank:
        moment = moment.over(moment.reply.text.without(idle.blank))
        idle = idle_in(moment, model)
    moment.idle, moment.only_idle = idle.stock, idle.only
    moment.says_nothing = not moment.sentences or (idle.only and withheld >= len(moment.reply.text.words))
    return moment


def parts(moment: Moment) -> list[Moment]:
    """The parts of a reply without blank sentences, of which the weakest is what counts.

    Where all is idle, each sentence is a part; else what is not, and that with each stock sentence by itself.
    """
    spans = [sentence.span for sentence in moment.sentences] if moment.only_idle else list(moment.idle)
    left_out = [[span for span in spans if span != one] for one in spans]
    if not moment.only_idle:
        left_out.insert(0, spans)
    text = moment.reply.text
    return [moment.over(text.without(spans)) if spans else moment for spans in left_out[:MOST]]


def idle_in(moment: Moment, model: IdleModel) -> Idle:
    """The sentences that ask nothing and hold nothing of the case and no cue of more than courtesy, and those that the model knows."""
    blank: list[Span] = []
    stock: list[Span] = []
    for sentence, cues in with_cues(moment):
        does = is_spoken_for(moment, sentence, cues)
        if does and model.score(marks_of(moment, sentence, cues)) < (model.sure if cues - CHANCE else 0):
            continue
        (stock if cues & STOCK and not does else blank).append(sentence.span)
    if moment.sentences and len(blank) + len(stock) == len(moment.sentences):
        return Idle((), (), only=True)
    return Idle(tuple(blank), tuple(stock))


def is_spoken_for(moment: Moment, sentence: Sentence, cues: frozenset[str]) -> bool:
    """Whether a sentence asks, holds something of the case, or a cue of more than courtesy; chance words do too."""
    return bool(_asks_them(sentence) or cues - STOCK or (sentence.stems & moment.particulars) - NUMBER_STEMS)


def _asks_them(sentence: Sentence) -> bool:
    """Whether a sentence asks the customer: in a few words, or with a word for them, for the trainee or for what both know."""
    return sentence.asks and (len(sentence.words) < _RIDDLE or not _BETWEEN_THEM.isdisjoint(sentence.words))


def with_cues(moment: Moment) -> list[tuple[Sentence, frozenset[str]]]:
    """The sentences of a reply, each with the names of the trainee's cues in it."""
    held: defaultdict[int, set[str]] = defaultdict(set)
    for name in moment.present:
        for place in moment.places_of(name):
            held[place].add(name)
    return [(sentence, frozenset(held[place])) for place, sentence in enumerate(moment.sentences)]


def marks_of(moment: Moment, sentence: Sentence, cues: Iterable[str]) -> frozenset[str]:
    """All that the model weighs of a sentence: stems and classes of words, cues, and how much of the case it holds."""
    held = len((sentence.stems & moment.particulars) - NUMBER_STEMS)
    marks = {f"cue:{name}" for name in cues}
    marks.update(*map(_marks_of_word, sentence.words))
    marks.add(f"held:{min(held, _HELD)}")
    marks.add(f"share:{_QUARTERS * held // max(len(sentence.stems), 1)}")
    marks.add(f"size:{min(len(sentence.words) // _STEP, _SIZES)}")
    if sentence.asks:
        marks.add("asks")
    small = sum(map(moment.lexicon.stop.__contains__, sentence.words))
    marks.add(f"small:{_QUARTERS * 2 * small // max(len(sentence.words), 1)}")
    marks.add(f"signs:{min(len(_SIGN.findall(moment.reply.text.even, *sentence.span)), _HELD)}")
    return frozenset(marks)


@lru_cache(maxsize=_WORDS_KEPT)
def _marks_of_word(word: str) -> tuple[str, ...]:
    """The marks of its stem and of its classes."""
    return (f"t:{stem(word)}", *(f"c:{name}" for name in load_thesaurus().classes(word)))
