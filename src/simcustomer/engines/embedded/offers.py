"""Which of the customer's remedies a reply offers, in which words, and what the brief does not let the trainee give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from simcustomer.domain.persona import Brief, Offer, Persona, Remedy
from simcustomer.domain.session import Made
from simcustomer.engines.embedded.acts import REMEDY_CUES, is_tentative, offered_in
from simcustomer.engines.embedded.nlu import Cue, Reading, content_stems, stem
from simcustomer.engines.embedded.nlu.lexicon import compile_phrases
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.proposals import about_own_acts, proposals

_MONEY_REMEDIES = frozenset({Remedy.REFUND, Remedy.CREDIT})
_WHOLE = float("inf")
_WORTH = {"insult": 0, "part": 1, "full": 2}
_MOST_WORDS = 14
_AMOUNT = re.compile(r"£\s?(\d[\d,]*(?:\.\d+)?)")
_IN_PLACE_OF = re.compile(r"(?:in place of|instead of|rather than)\s+(?:the |a |an |any |your )?$", re.IGNORECASE)
_CREDIT_NAMED = re.compile(
    r"(?<!\w)(?:credit\w*|voucher\w*|goodwill|gift|compensat\w+|discount\w*|off)(?!\w)", re.IGNORECASE
)
_POINTERS = "the|this|that|your|ur|our|these|those"
_POINTING = re.compile(r"(?<= )(?:the|this|your)(?= )")
_MONTH = re.compile(r"\b(jan|feb|aug|sept|oct|nov|dec)(uary|ruary|ust|ember|ober)\b", re.IGNORECASE)
_RESERVATION = re.compile(r"[;:]| without ")
_RULING = frozenset(
    stem(word) for word in ("promise", "say", "tell", "offer", "give", "agree", "suggest", "ask", "customer")
)
"""Words by which a brief rules something out, beside those that say what."""

_FEWEST_RULED, _ALIKE, _ALLOWED = 3, 0.8, 0.5
"""Content words that something ruled out needs, the share of them that says it, and of something allowed that clears it."""

_PUT_OFF = re.compile(r"(?<!\w)(?:before|until|till) (?:i|we) (?:[^\W_]+ ){0,5}$")

_TOLD = re.compile(r"(?<!\w)(?:was|were|had)(?! able)(?!\w)[^,;]*$")
"""What tells, before the name of something, that it was: "the flakes were kept in a jar"."""

_INQUIRES = re.compile(
    r"(?:(?:and|so|but|ok|okay|right),? )*(?:what(?! (?:if|about|i|we)(?!\w))|(?:wh(?:o|en|ere|y|ich|ose|om)|how(?! about)|is|are|was|were"
    r"|do|does|did|have|has|had|(?:you|u|he|she|they|there|it)(?:'ve)? (?:have|has|got|is|are))(?!\w))"
)
"""How a sentence begins that asks for what is: "have you got a heater?" sends none."""

_MOST_ADDED = 3
"""Sums of the brief that a trainee may add up in one amount."""


def offers_by(persona: Persona, reading: Reading) -> tuple[Made, ...]:
    """The persona's offers that the reply makes, each with the trainee's words."""
    return tuple(
        Made(offer=offer.id, quote=_shortened(reading.text.quote(sentence)))
        for offer, sentence in _offers(persona, reading)
    )


def brings_gift(persona: Persona, reading: Reading) -> bool:
    """Whether the reply gives, or puts for a yes, something to please that is none of the persona's offers."""
    put = proposals(reading)
    found = (
        cue
        for cue in reading.cues("gift")
        if cue.sentence in put or (cue.meant and cue.sentence not in reading.questions)
    )
    gives_credit = any(offer.remedy is Remedy.CREDIT for offer in persona.offers)
    named = [
        cue.span for offer in persona.offers if offer.words for cue in reading.matches(phrase_pattern(offer.words))
    ]
    return any(
        not (cue.negated or cue.reported or (gives_credit and _CREDIT_NAMED.search(reading.quote(cue))))
        and not any(span.start < cue.span.end and cue.span.start < span.end for span in named)
        for cue in found
    )


def beyond_brief(brief: Brief, reading: Reading) -> str | None:
    """The first thing, in the trainee's words, that the reply undertakes and the brief does not let the trainee do.

    That is an amount that the brief does not allow for, or a sentence that does what the brief rules out.
    """
    return _sum_beyond(brief, reading) or _ruled_out(brief, reading)


def _ruled_out(brief: Brief, reading: Reading) -> str | None:
    """A sentence with nearly all the words of something that must not be, and said without a no."""
    declined = {cue.sentence for name in ("cannot", "refusal", "tentative") for cue in reading.cues(name)}
    for sentence in reading.text.sentences:
        if sentence in declined or sentence in reading.questions:
            continue
        said = _content(reading.text.low[sentence.start : sentence.end], reading.stop)
        if any(_share(_content(line.lower(), reading.stop), said) >= _ALLOWED for line in brief.may):
            continue
        for line in brief.must_not:
            words = _content(_RESERVATION.split(line.lower(), maxsplit=1)[0], reading.stop) - _RULING
            if _is_enough(words) and _share(words, said) >= _ALIKE:
                return _shortened(reading.text.quote(sentence))
    return None


def _is_enough(words: frozenset[str]) -> bool:
    """Whether words can show what is ruled out: a sum needs no more than what is done with it."""
    plain = [word for word in words if not word.isdigit()]
    return len(words) >= _FEWEST_RULED or (0 < len(plain) < len(words))


def _share(words: frozenset[str], said: frozenset[str]) -> float:
    return len(words & said) / max(len(words), 1)


@lru_cache(maxsize=500)
def _content(text: str, stop: frozenset[str]) -> frozenset[str]:
    return content_stems(tuple(re.findall(r"[^\W_]+", text)), stop)


def _sum_beyond(brief: Brief, reading: Reading) -> str | None:
    money = [cue for cue in reading.cues("money") if cue.meant and not is_tentative(reading, cue)]
    giving = {sentence for remedy in _MONEY_REMEDIES for sentence in offered_in(reading, remedy)}
    for cue in money:
        if cue.sentence in giving and not _allowed(brief, _pounds(reading.quote(cue))):
            return reading.quote(cue).rstrip(".,;:")
    return None


def amounts_in(text: str) -> frozenset[float]:
    """Amounts of money in pounds."""
    return frozenset(float(found.replace(",", "")) for found in _AMOUNT.findall(text))


def names_offer(offer: Offer, reading: Reading, part: Span) -> bool:
    """Whether a sentence, or a part of one, speaks of an offer, be it to make it or to take it back."""
    cues = list(reading.matches(phrase_pattern(offer.words))) if offer.words else []
    if offer.remedy in REMEDY_CUES:
        cues += reading.cues(REMEDY_CUES[offer.remedy])
    return any(part.start <= cue.span.start and cue.span.end <= part.end for cue in cues)


@lru_cache(maxsize=2_000)
def phrase_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """An author's phrases as one pattern."""
    return compile_phrases(tuple(_loosely(re.escape(word).replace(r"\ ", " ")) for word in words))


def _loosely(phrase: str) -> str:
    """The phrase with any word of its kind for "the" or "your", and a month in full or short."""
    return _MONTH.sub(r"\1(?:\2)?", _POINTING.sub(f"(?:{_POINTERS})", phrase))


def _allowed(brief: Brief, amount: float) -> bool:
    """Whether the brief names the amount, a limit from which it keeps, or amounts that add up to it."""
    may = sorted({amount for line in brief.may for amount in amounts_in(line)})
    limits = [amount for line in brief.may if "up to £" in line.lower() for amount in amounts_in(line)]
    known = {amount for line in (brief.situation, *brief.known) for amount in amounts_in(line)}
    if amount in known or any(amount <= limit for limit in (*limits, *may[:1])):
        return True
    return any(
        abs(sum(parts) - amount) < 0.01 for size in range(1, _MOST_ADDED + 1) for parts in combinations(may, size)
    )


def _offers(persona: Persona, reading: Reading) -> Iterator[tuple[Offer, Span]]:
    """Those named by their own words, else by their kind of remedy, each with its sentence."""
    for remedy in dict.fromkeys(offer.remedy for offer in persona.offers):
        rivals = [offer for offer in persona.offers if offer.remedy is remedy]
        if remedy in _MONEY_REMEDIES:
            yield from _worth_its_money(rivals, reading)
            continue
        named = [(offer, cue.sentence) for offer in rivals if offer.words and (cue := _firmly_named(offer, reading))]
        if named:
            yield from named
        elif sentences := _at_hand(offered_in(reading, remedy), reading):
            # A remedy without the words that tell its variants apart is taken as the least of them.
            yield min(rivals, key=lambda offer: (bool(offer.words), _WORTH[offer.worth])), sentences[0]


def _at_hand(sentences: tuple[Span, ...], reading: Reading) -> tuple[Span, ...]:
    """The sentences that do not say that whoever would help is not there."""
    away = {cue.sentence for cue in reading.cues("away")}
    return tuple(sentence for sentence in sentences if sentence not in away)


def _worth_its_money(rivals: list[Offer], reading: Reading) -> Iterator[tuple[Offer, Span]]:
    remedy = rivals[0].remedy
    sentences = [cue.sentence for offer in rivals if offer.words and (cue := _firmly_named(offer, reading))]
    sentences += [sentence for sentence in offered_in(reading, remedy) if not _only_aside(sentence, remedy, reading)]
    if not sentences:
        return
    amounts = [_pounds(reading.quote(found)) for found in reading.meant("money") if found.sentence in sentences]
    if amounts:
        amount = max(amounts)
    else:
        whole = remedy is Remedy.REFUND and not reading.cues("partial_refund")
        amount = _WHOLE if whole else 0.0
    chosen = max((o for o in rivals if o.at_least <= amount), key=lambda offer: offer.at_least, default=None)
    # "At no charge" or "a voucher" names no sum, so there is none to be insulted by.
    if chosen and (amounts or chosen.worth != "insult" or _firmly_named(chosen, reading)):
        yield chosen, sentences[0]


def _only_aside(sentence: Span, remedy: Remedy, reading: Reading) -> bool:
    cues = [cue for cue in reading.cues(REMEDY_CUES[remedy]) if cue.sentence == sentence]
    return bool(cues) and all(_stands_aside(cue, remedy, reading) for cue in cues)


def _stands_aside(cue: Cue, remedy: Remedy, reading: Reading) -> bool:
    """Whether a credit is only the sound of something else: what a refund replaces, or the refund's own sum."""
    before = reading.text.even[cue.sentence.start : cue.span.start]
    if _IN_PLACE_OF.search(before):
        return True
    refunds = any(c.sentence == cue.sentence for c in reading.cues(REMEDY_CUES[Remedy.REFUND]))
    sentence = reading.text.even[cue.sentence.start : cue.sentence.end]
    return remedy is Remedy.CREDIT and refunds and not _CREDIT_NAMED.search(_without_replaced(sentence))


def _without_replaced(sentence: str) -> str:
    return re.split(r"\b(?:in place of|instead of|rather than)\b", sentence, maxsplit=1)[0]


def _pounds(words: str) -> float:
    digits = re.sub(r"[^\d.]", "", words).strip(".")
    return float(digits) if digits else 0.0


def _firmly_named(offer: Offer, reading: Reading) -> Cue | None:
    found = reading.matches(phrase_pattern(offer.words)) if offer.words else ()
    return next((cue for cue in found if _is_undertaken(reading, cue)), None)


def _is_undertaken(reading: Reading, cue: Cue) -> bool:
    """Whether what the cue names is given, or put for a yes, rather than doubted, put off, asked about or spoken of as past."""
    put = cue.sentence in proposals(reading) | about_own_acts(reading)
    if not (cue.meant or (put and not (cue.negated or cue.reported or cue.borrowed))):
        return False
    if not put and cue.sentence in reading.questions and _INQUIRES.match(reading.text.low, *cue.sentence):
        return False
    told = _TOLD.search(reading.text.low, cue.sentence.start, cue.span.start)
    return not (told or is_tentative(reading, cue) or _is_later(reading, cue))


def _is_later(reading: Reading, cue: Cue) -> bool:
    """Whether what the cue names is put off: "before I book the visit" books none."""
    return bool(_PUT_OFF.search(reading.text.low, cue.sentence.start, cue.span.start))


def _shortened(sentence: str) -> str:
    words = sentence.split()
    return " ".join(words[:_MOST_WORDS]) + ("…" if len(words) > _MOST_WORDS else "")
