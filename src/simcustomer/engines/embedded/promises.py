"""What a trainee promised earlier in a session, and whether a reply takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from simcustomer.domain.conduct import offers_on_table
from simcustomer.domain.persona import Offer
from simcustomer.domain.session import Appraisal, Session
from simcustomer.engines.embedded.acts import promised_time
from simcustomer.engines.embedded.nlu import Cue, Reading, load_lexicon
from simcustomer.engines.embedded.nlu.text import Span
from simcustomer.engines.embedded.offers import amounts_in, names_offer

_AT_MOST = re.compile(r"(?<!\w)(?:more than|beyond|over|above|until|before|higher|further|else|without)(?!\w)")
_LESS = re.compile(r"(?<!\w)(?:only|just|actually|instead|after all|now)(?!\w)")
_FIGURE = re.compile(r"[\d.,]+")
"""A bare figure, such as a version or a sum, is no time to hold anyone to."""

_TURNS = re.compile(
    r"[;:]|(?<!\w)(?:but|however|yet|instead)(?!\w)|[,-]+ ?(?=(?:so |and |still |then )?(?:i|we)(?:'ll| will|'m going to| shall)(?!\w))"
    r"|[,-]+ ?(?=what (?:i|we) (?:can|will|could)(?!\w))"
)
"""Where a sentence turns from what is refused to what is done."""

_TURNS_BACK = re.compile(r";|(?<!\w)(?:but|however|though|although|only)(?!\w)")
"""Where a sentence turns from what is done to what is not."""

_RESERVES = re.compile(r"\S+(?: \S+)??(?: \w+ly)? (?:promise|guarantee|say|swear|be sure|tell you|vouch)(?!\w)")
"""A no to certainty, which is honest beside an act of one's own, and withdraws nothing."""

_BESIDES = re.compile(r"(?<!\w)(?:another|extra|more|on top|as well|also|plus|too|besides|further)(?!\w)")


def withdrawn(session: Session, reading: Reading, made: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of offers made before that the reply takes back, and does not make again."""
    return tuple(
        offer.id
        for offer in offers_on_table(session, Appraisal())
        if (offer.id not in made and any(names_offer(offer, reading, s) for s in _refusing(reading)))
        or _lowered(session, offer, reading)
    )


def time_gone_back_on(session: Session, reading: Reading) -> str | None:
    """The latest time that was promised before, in the trainee's words, where the reply no longer holds to it."""
    earlier = next((t for e in reversed(session.exchanges) if (t := _time_in(e.reply))), None)
    now = promised_time(reading)
    if earlier is None:
        return None
    # Whoever calls off what was set for tomorrow names tomorrow too.
    if any(not (cue.negated or cue.hypothetical or cue.reported) for cue in reading.cues("calls_off")):
        return earlier
    if now is not None and now.lower() == earlier.lower():
        return None
    loose = any(not cue.reported for cue in reading.cues("loose_time")) and now is None
    moved = bool(reading.cues("takes_back")) and bool(reading.cues("time_definite") or reading.cues("time_vague"))
    return earlier if loose or moved else None


def _refusing(reading: Reading) -> Iterator[Span]:
    """What of the sentences that say no is refused in them, other than more than was offered."""
    for name in ("cannot", "refusal"):
        for cue in reading.cues(name):
            after = reading.text.low[cue.span.start : cue.sentence.end]
            if cue.reported or cue.borrowed or _AT_MOST.search(after):
                continue
            refused = _refused(reading, cue)
            if not (_RESERVES.match(reading.text.low, cue.span.start) and _undertaken_beside(reading, cue, refused)):
                yield refused


def _refused(reading: Reading, cue: Cue) -> Span:
    """The part of a sentence that its no reaches: an act of the trainee's own after it, or before a "but", stands."""
    low, sentence = reading.text.low, cue.sentence
    turn = _TURNS.search(low, cue.span.start, sentence.end)
    end = turn.start() if turn else sentence.end
    turns = [m.end() for m in _TURNS_BACK.finditer(low, sentence.start, cue.span.start)]
    start = turns[-1] if turns and _undertakes(reading, Span(sentence.start, turns[-1])) else sentence.start
    return Span(start, end)


def _undertaken_beside(reading: Reading, cue: Cue, refused: Span) -> bool:
    """Whether the sentence undertakes something outside of what it leaves unpromised."""
    sentence = cue.sentence
    return any(
        _undertakes(reading, Span(*part)) for part in ((sentence.start, refused.start), (refused.end, sentence.end))
    )


def _undertakes(reading: Reading, part: Span) -> bool:
    return any(
        not (cue.negated or cue.reported or cue.borrowed) and _within(cue.span, part) for cue in reading.cues("promise")
    )


def _within(span: Span, other: Span) -> bool:
    return other.start <= span.start and span.end <= other.end


def _lowered(session: Session, offer: Offer, reading: Reading) -> bool:
    """Whether the reply names a smaller sum for an offer that was made with a larger one."""
    said = [
        sum_
        for exchange in session.exchanges
        for made in exchange.appraisal.made
        if made.offer == offer.id
        for sum_ in amounts_in(made.quote)
    ]
    if not said:
        return False
    for sentence in reading.text.sentences:
        text = reading.text.low[sentence.start : sentence.end]
        now = amounts_in(text)
        if now and max(now) < max(said) and _LESS.search(text) and not _BESIDES.search(text):
            return names_offer(offer, reading, sentence) or bool(reading.cues("takes_back")) or "only" in text
    return False


@lru_cache(maxsize=500)
def _time_in(reply: str) -> str | None:
    time = promised_time(Reading(reply, load_lexicon("stop", "acts", "customer")))
    return None if time is None or _FIGURE.fullmatch(time) else time
