"""What the embedded customer says: which of the persona's lines fit the moment, and none of them twice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from simcustomer.domain.conduct import offers_on_table
from simcustomer.domain.mood import Temper
from simcustomer.domain.persona import Act, Outcome, Persona, Remedy
from simcustomer.domain.session import Stance
from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.engines.embedded.understanding import Understanding
from simcustomer.errors import EngineError
from simcustomer.roles import Scene

_LAST_WORDS = {
    Outcome.RESOLVED: Act.ACCEPT,
    Outcome.COMPROMISE: Act.SETTLE,
    Outcome.ESCALATED: Act.HANDED_OVER,
    Outcome.COMPLAINT: Act.COMPLAIN,
    Outcome.WALKED_OUT: Act.LEAVE,
    Outcome.OUT_OF_TIME: Act.TIME_UP,
}
_FILLERS = (Act.PRESS, Act.VENT, Act.UNANSWERED, Act.TEST_PROMISE, Act.DOUBT, Act.BRUSHED_OFF, Act.WANT_SUPERVISOR)
"""Acts that fit almost any moment, for when the fitting ones are used up."""

_PIECES = {"terse": 1, "normal": 2, "wordy": 3}
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SLOT = re.compile(r"\{(\w+)\}")


def sentences(text: str) -> frozenset[str]:
    """The sentences of a text, made even so that repetition shows."""
    return frozenset(even for part in _SENTENCE.split(text) if (even := re.sub(r"[\W_]+", " ", part).strip().lower()))


@dataclass
class Speech:
    """One answer in the making; remembers what this customer has said in the session."""

    scene: Scene
    understanding: Understanding
    stance: Stance
    random: random.Random
    said: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        for text in self.scene.session.transcript.said_by(Speaker.CUSTOMER):
            self.said |= sentences(text)

    @property
    def persona(self) -> Persona:
        """Who speaks."""
        return self.scene.session.persona

    def pieces(self) -> list[str]:
        """The answer, line by line."""
        outcome = self.stance.outcome
        if outcome is Outcome.ENDED_BY_TRAINEE:
            return []
        if outcome is not None:
            # A question asked in the last reply is still answered before the last words.
            return [*self._told(most=1), *self._line(_LAST_WORDS[outcome])]
        return self._middle() or self._line(*_FILLERS)

    def _middle(self) -> list[str]:
        """Reaction, answers, then what the customer wants, as many as their way of talking has room for."""
        room = _PIECES[self.persona.voice.verbosity]
        if self.persona.channel is Channel.EMAIL:
            room = max(room, 2)
        reaction = self._reaction()
        answers = self._answers(most=2)
        pieces = [*reaction, *answers] if room > 1 or not answers else answers
        if len(pieces) < room or not pieces:
            pieces += self._push(has_answered=bool(answers), has_reacted=bool(reaction))
        return pieces

    def _reaction(self) -> list[str]:
        for act, applies in _REACTIONS:
            if applies(self) and (line := self._line(act)):
                return line
        return []

    def _answers(self, *, most: int) -> list[str]:
        """The facts asked for, or a line that withholds them or does not know."""
        if told := self._told(most=most):
            return told
        if set(self.understanding.appraisal.asked) - set(self.stance.may_tell):
            return self._line(Act.WITHHOLD)
        return self._line(Act.DONT_KNOW) if "question" in self.understanding.acts else []

    def _told(self, *, most: int) -> list[str]:
        asked = set(self.understanding.appraisal.asked) & set(self.stance.may_tell)
        return [line for fact in self.persona.facts if fact.id in asked for line in self._unsaid(fact.says)][:most]

    def _push(self, *, has_answered: bool, has_reacted: bool) -> list[str]:
        if has_answered and has_reacted:
            return []
        if self._wants_supervisor() and self.random.random() < 0.4:
            return self._line(Act.WANT_SUPERVISOR, Act.PRESS)
        if not has_reacted and not has_answered:
            return (
                self._line(Act.UNANSWERED, Act.VENT, Act.PRESS)
                if self.random.random() < 0.5
                else self._line(Act.VENT, Act.PRESS)
            )
        return self._line(Act.PRESS, Act.VENT)

    def _wants_supervisor(self) -> bool:
        able = any(o.remedy is Remedy.SUPERVISOR and o.worth != "insult" for o in self.persona.offers)
        offered = any(
            o.remedy is Remedy.SUPERVISOR for o in offers_on_table(self.scene.session, self.understanding.appraisal)
        )
        return able and not offered and (self.stance.mood.anger >= 7 or self.stance.mood.patience <= 3)

    def _line(self, *acts: Act) -> list[str]:
        """One unused line for the first of the acts that has one, in this temper if there is one; else nothing."""
        for act in acts:
            for candidates in self._by_temper(act):
                if chosen := self._unsaid(candidates):
                    return chosen
        return []

    def _by_temper(self, act: Act) -> Iterator[Iterable[str]]:
        filed = self.persona.lines[act]
        own = filed.get(self.stance.mood.temper.value, ())
        general = filed.get("any", ())
        # Own lines come first, but not always, or three lines would open every seed's session alike.
        yield own if own and self.random.random() < 0.7 else (*own, *general)
        yield (*own, *general)
        nearest = {
            Temper.ANGRY: (Temper.TENSE,),
            Temper.TENSE: (Temper.CALM, Temper.ANGRY),
            Temper.CALM: (Temper.TENSE,),
        }
        for temper in nearest[self.stance.mood.temper]:
            yield filed.get(temper.value, ())

    def _unsaid(self, lines: Iterable[str]) -> list[str]:
        fitting = [filled for line in lines if (filled := self._filled(line)) and not sentences(filled) & self.said]
        if not fitting:
            return []
        line = self.random.choice(fitting)
        self.said |= sentences(line)
        return [line]

    def _filled(self, line: str) -> str | None:
        """The line with its slots filled from the trainee's words; None where the trainee said nothing to fill them."""
        words = {"time": self.understanding.time, "amount": self.understanding.amount}
        for slot in _SLOT.findall(line):
            value = words.get(slot)
            if value is None:
                return None
            line = line.replace("{" + slot + "}", value[0].lower() + value[1:])
        return line[0].upper() + line[1:] if self.persona.channel is not Channel.CHAT else line


def _new_offers(speech: Speech) -> set[str]:
    """Worths of the offers that this reply made for the first time."""
    before = {offer for exchange in speech.scene.session.exchanges for offer in exchange.appraisal.offers}
    made = set(speech.understanding.appraisal.offers) - before
    return {offer.worth for offer in speech.persona.offers if offer.id in made}


def _softened(speech: Speech) -> bool:
    return sum(shift.anger for shift in speech.stance.shifts) <= -0.5


def _acts(*names: str) -> Callable[[Speech], bool]:
    return lambda speech: bool(speech.understanding.acts & set(names))


def _missteps(*names: str) -> Callable[[Speech], bool]:
    return lambda speech: bool(set(speech.understanding.appraisal.missteps) & set(names))


def _apologies(speech: Speech) -> int:
    return sum(
        "recovery" in e.appraisal.techniques or "sorry" in e.reply.lower() for e in speech.scene.session.exchanges
    )


def _either(*tests: Callable[[Speech], bool]) -> Callable[[Speech], bool]:
    return lambda speech: any(test(speech) for test in tests)


def _both(*tests: Callable[[Speech], bool]) -> Callable[[Speech], bool]:
    return lambda speech: all(test(speech) for test in tests)


def _without(*names: str) -> Callable[[Speech], bool]:
    return lambda speech: not speech.understanding.acts & set(names)


_REACTIONS: tuple[tuple[Act, Callable[[Speech], bool]], ...] = (
    (Act.PUZZLED, _acts("puzzling")),
    (Act.INSULTED, _acts("insult")),
    (Act.TOLD_TO_CALM_DOWN, _acts("told_to_calm")),
    (Act.LIMIT_SET, _acts("limit")),
    (Act.BLAMED, _acts("blame")),
    (Act.INSULTED, _missteps("composure.sarcastic_or_rude", "boundaries.retaliates")),
    (Act.BLAMED, _missteps("composure.blames", "composure.defensive")),
    (Act.TOO_SHORT, _acts("too_short")),
    (Act.BROKEN_PROMISE, _missteps("ownership.breaks_promise")),
    (Act.ASKED_AGAIN, _either(_acts("asked_again"), _missteps("active_listening.asks_again"))),
    (Act.HAGGLE, lambda speech: "insult" in _new_offers(speech)),
    (Act.CONSIDER, lambda speech: bool(_new_offers(speech) & {"part", "full"})),
    (Act.CLOSED_EARLY, _both(_acts("closing"), _without("question"), lambda speech: speech.scene.number > 1)),
    (Act.BRUSHED_OFF, _either(_acts("deflect", "policy_wall", "minimise"), _missteps("problem_solving.deflects"))),
    (Act.REFUSED, _both(_acts("refusal"), _without("offer"))),
    # A good reply with a definite time gets now one answer, now the other.
    (Act.TIMED, _both(_acts("time"), lambda speech: speech.random.random() < 0.5)),
    (Act.SOFTEN, _softened),
    (Act.TIMED, _both(_acts("time"), _acts("commitment", "offer"))),
    (Act.TEST_PROMISE, _both(_acts("commitment", "tentative", "vague_time"), _without("time"))),
    (Act.WAIT, _acts("hold")),
    (Act.REPEATED_APOLOGY, _both(_acts("apology"), lambda speech: _apologies(speech) >= 2)),
    (Act.DOUBT, _acts("stock_sympathy", "apology")),
    (Act.CONFIRM, _both(_acts("check", "restate"), _without("offer"))),
)
"""What a customer reacts to first, most pressing first."""


def framed(persona: Persona, pieces: list[str]) -> str:
    """The lines as one message of the persona's channel."""
    if not pieces:
        return ""
    if persona.channel is Channel.EMAIL:
        return "\n\n".join([persona.voice.greeting or "", *pieces, persona.voice.sign_off or ""]).strip()
    # Someone who chats sends a line at a time.
    return ("\n" if persona.channel is Channel.CHAT else " ").join(pieces)


def opening_line(persona: Persona, rng: random.Random) -> str:
    """One of the persona's openings. Raises EngineError where there is none."""
    lines = [line for filed in persona.lines[Act.OPEN].values() for line in filed]
    if not lines:
        raise EngineError(f"the persona {persona.id} has no opening line; add one under lines.open")
    return rng.choice(lines)
