"""What the embedded customer says: which of the persona's lines fit the moment, and none of them twice."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from simcustomer.domain.conduct import offers_on_table
from simcustomer.domain.mood import Temper
from simcustomer.domain.persona import Act, Outcome, Persona, Remedy
from simcustomer.domain.session import Stance
from simcustomer.domain.transcript import Channel, Speaker
from simcustomer.engines.embedded.framing import as_appointment, filled
from simcustomer.engines.embedded.line import asks, by_temper, sentences
from simcustomer.engines.embedded.nlu import Lexicon
from simcustomer.engines.embedded.nlu.text import content_stems
from simcustomer.engines.embedded.reaching import words_of_case
from simcustomer.engines.embedded.reactions import Moment, is_won, reactions
from simcustomer.engines.embedded.understanding import Understanding, question_kinds
from simcustomer.engines.embedded.unmet import Unmet
from simcustomer.roles import Scene

_LAST_WORDS = {
    Outcome.RESOLVED: Act.ACCEPT,
    Outcome.COMPROMISE: Act.SETTLE,
    Outcome.ESCALATED: Act.HANDED_OVER,
    Outcome.COMPLAINT: Act.COMPLAIN,
    Outcome.WALKED_OUT: Act.LEAVE,
    Outcome.OUT_OF_TIME: Act.TIME_UP,
}
_ANSWERED_FIRST = frozenset({Outcome.RESOLVED, Outcome.COMPROMISE, Outcome.ESCALATED})
"""Endings before which a question is still answered; nobody confides in someone on whom they walk out."""

_FILLERS = (Act.PRESS, Act.VENT, Act.UNANSWERED, Act.TEST_PROMISE, Act.DOUBT, Act.BRUSHED_OFF, Act.WANT_SUPERVISOR)
"""Acts that fit almost any moment, for when the fitting ones are used up."""

_SETTLED_FILLERS = (Act.TEST_PROMISE, Act.UNANSWERED, Act.VENT, *_FILLERS)
"""The same where what the customer came for is on the table."""

_WON_FILLERS = (Act.SOFTEN, Act.CONSIDER, *_SETTLED_FILLERS)
"""The same where they also believe it."""

_ASKS_FOR_WORD = frozenset({Act.PRESS, Act.TEST_PROMISE, Act.UNANSWERED})
"""Acts whose lines may ask for something that the trainee has spoken of by now."""

_SPOKEN_OF = 0.5
"""Share of a line's words of the case from which the trainee has spoken of what it asks."""

_ASKS_BACK = frozenset({Act.TEST_PROMISE, Act.UNANSWERED})
"""Reactions that give way to an answer: who is asked something does not first ask back."""

_WEIGHS = frozenset({Act.CONSIDER, Act.WILLING, Act.TIMED})
"""Reactions that give way to a choice, which says as much."""

_SAYS_YES = frozenset({Act.AGREE, Act.WILLING})
"""Reactions that answer a question of their own."""

_LEAVES_ROOM = frozenset({Act.SOFTEN, Act.TIMED, Act.CONSIDER, Act.CONFIRM, Act.TEST_PROMISE, Act.HAGGLE}) | _SAYS_YES
"""Reactions after which an open question is still answered: they take up what was said, not what was asked."""

_UNABLE = {
    Unmet.REQUEST: (Act.WILLING, Act.FIND_OUT, Act.DONT_KNOW),
    Unmet.PERSONAL: (Act.ASIDE, Act.DONT_KNOW),
    Unmet.STILL: (Act.CONFIRM, Act.DONT_KNOW),
    Unmet.WHETHER: (Act.DENY, Act.DONT_KNOW),
    Unmet.DETAIL: (Act.FIND_OUT, Act.DONT_KNOW),
    Unmet.OTHER: (Act.DONT_KNOW,),
}
"""What there is to say to a question that no fact answers."""

_YES_OR_NO = frozenset({Unmet.REQUEST, Unmet.STILL, Unmet.WHETHER})

_MOST_NAMED = 2
"""Times in a session that the customer uses the trainee's name."""

_USES_NAME = 0.6

_PIECES = {"terse": 1, "normal": 2, "wordy": 3}


@dataclass
class Speech:
    """One answer in the making; remembers what this customer has said in the session."""

    scene: Scene
    understanding: Understanding
    stance: Stance
    random: random.Random
    lexicon: Lexicon
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
            told = (self._told(most=1) or self._chosen() or self._yes_or_no()) if outcome in _ANSWERED_FIRST else []
            return [*told, *self._line(_LAST_WORDS[outcome])]
        return self._middle() or self._line(*self._fillers())

    def _fillers(self) -> tuple[Act, ...]:
        if not self._has_offer("full"):
            return _FILLERS
        return _WON_FILLERS if is_won(self.stance.mood) else _SETTLED_FILLERS

    def _middle(self) -> list[str]:
        """Reaction, answers, then what the customer wants, as many as their way of talking has room for."""
        room = _PIECES[self.persona.voice.verbosity]
        if self.persona.channel is Channel.EMAIL:
            room = max(room, 2)
        most = 2
        answers = self._answers(most=most)
        act, reaction = self._reaction(is_answering=bool(answers))
        is_asked = (
            "question" in self.understanding.acts or self.understanding.unmet is not None or self._has_told_it_all()
        )
        if answers and len(answers) < most:
            answers = self._with_the_rest(answers)
        elif not answers and (act is None or act in _LEAVES_ROOM) and is_asked:
            answers = self._line(*self._unable())
        if act in _SAYS_YES and self.understanding.unmet_first:
            pieces = [*answers, *reaction]
        else:
            pieces = [*reaction, *answers] if room > 1 or not answers or act in _SAYS_YES else answers
        # One question at a time: a second would ask for the same in other words.
        if not pieces or (len(pieces) < room and not any(map(asks, pieces))):
            pieces += self._push(act, has_answered=bool(answers))
        return pieces

    def _with_the_rest(self, answers: list[str]) -> list[str]:
        """The answers, with what there is to say to the question that is left, in the order in which they were asked."""
        unmet = self.understanding.unmet
        # Who dodges one question has no need to dodge the other.
        if unmet is None or (self._withholds() and unmet not in _YES_OR_NO):
            return answers
        rest = self._yes_or_no() or self._line(*self._unable())
        first = self.understanding.unmet_first and not self.understanding.choice
        return [*rest, *answers] if first else [*answers, *rest]

    def _yes_or_no(self) -> list[str]:
        unmet = self.understanding.unmet
        return self._line(_UNABLE[unmet][0]) if unmet is not None and unmet in _YES_OR_NO else []

    def _has_told_it_all(self) -> bool:
        """Whether something was asked for that the customer would tell, and has no more words for."""
        return bool(set(self.understanding.appraisal.asked) & set(self.stance.may_tell))

    def _unable(self) -> tuple[Act, ...]:
        if self.understanding.unmet is None and self._has_told_it_all():
            return (Act.ASKED_AGAIN, Act.DONT_KNOW)
        acts = _UNABLE[self.understanding.unmet or Unmet.OTHER]
        # Nobody looks anything out for someone whom they are angry with.
        return tuple(a for a in acts if a is not Act.FIND_OUT or self.stance.mood.temper is not Temper.ANGRY)

    def _withholds(self) -> bool:
        """Whether something was asked for that the customer keeps back."""
        return bool(set(self.understanding.appraisal.asked) - set(self.stance.may_tell))

    def _reaction(self, *, is_answering: bool) -> tuple[Act | None, list[str]]:
        moment = Moment(self.scene, self.understanding, self.stance, self.random)
        for act in reactions(moment):
            if is_answering and (act in _ASKS_BACK or (act in _WEIGHS and self.understanding.choice)):
                continue
            if line := self._line(act):
                return act, line
        return None, []

    def _answers(self, *, most: int) -> list[str]:
        """The facts asked for, a line that withholds them, or what the customer wants when that was asked."""
        if told := self._told(most=most):
            if len(told) < most and self._withholds():
                return [*told, *self._line(Act.WITHHOLD)]
            more = self._line(Act.PRESS) if "wish" in self.understanding.acts and len(told) < most else []
            return [*told, *(more or self._chosen()[: most - len(told)])]
        wants = self._line(Act.PRESS) if "wish" in self.understanding.acts else []
        if self._withholds():
            return [*wants, *self._line(Act.WITHHOLD)]
        if chosen := self._chosen():
            return chosen
        return wants

    def _chosen(self) -> list[str]:
        return self._line(Act.CHOOSE) if self.understanding.choice and not self._is_off_the_table() else []

    def _is_off_the_table(self) -> bool:
        """Whether there is nothing to choose from that this customer would have."""
        appraisal = self.understanding.appraisal
        return bool(appraisal.broken or appraisal.beyond) or not (self._has_offer("full") or self._has_offer("part"))

    def _told(self, *, most: int) -> list[str]:
        asked = set(self.understanding.appraisal.asked) & set(self.stance.may_tell)
        facts = {fact.id: fact.says for fact in self.persona.facts}
        told = (
            self._unsaid(self._nearest(facts[fact_id])) or self._unsaid(facts[fact_id])
            for fact_id in self.understanding.appraisal.asked
            if fact_id in asked
        )
        return [line for lines in told for line in lines][:most]

    def _nearest(self, lines: Iterable[str]) -> list[str]:
        """Those of the lines that have most of the words that were asked for."""
        shared = {line: len(self._stems(line) & self.understanding.asked_about) for line in lines}
        return [line for line, words in shared.items() if words == max(shared.values())]

    def _stems(self, text: str) -> frozenset[str]:
        return content_stems(tuple(re.findall(r"[^\W_]+", text.lower())), self.lexicon.stop)

    def _push(self, reaction: Act | None, *, has_answered: bool) -> list[str]:
        """What the customer wants; nothing where they have just weighed what they want."""
        weighed = has_answered and (reaction or "wish" in self.understanding.acts)
        if weighed or (self._has_offer("full") and is_won(self.stance.mood)):
            return []
        if reaction is Act.AGREE:
            return self._line(Act.TEST_PROMISE if self._has_offer("full") else Act.PRESS)
        if self._has_offer("full"):
            # They have heard what they came for: what is left is whether to believe it.
            return self._line(Act.TEST_PROMISE) if reaction in (None, Act.CONSIDER, Act.SOFTEN) else []
        if self._wants_supervisor() and self.random.random() < 0.4:
            return self._line(Act.WANT_SUPERVISOR, Act.PRESS)
        if reaction is None and not has_answered:
            return (
                self._line(Act.UNANSWERED, Act.VENT, Act.PRESS)
                if self.random.random() < 0.5
                else self._line(Act.VENT, Act.PRESS)
            )
        return self._line(Act.PRESS, Act.VENT)

    def _has_offer(self, worth: str) -> bool:
        on_table = offers_on_table(self.scene.session, self.understanding.appraisal)
        return any(offer.worth == worth for offer in on_table)

    def _wants_supervisor(self) -> bool:
        able = any(o.remedy is Remedy.SUPERVISOR and o.worth != "insult" for o in self.persona.offers)
        offered = any(
            o.remedy is Remedy.SUPERVISOR for o in offers_on_table(self.scene.session, self.understanding.appraisal)
        )
        return able and not offered and (self.stance.mood.anger >= 7 or self.stance.mood.patience <= 3)

    def _line(self, *acts: Act) -> list[str]:
        """One unused line for the first of the acts that has one, in this temper if there is one; else nothing."""
        for act in acts:
            filed = self.persona.lines.get(act, {})
            for candidates in by_temper(filed, self.stance.mood.temper, self.random):
                if chosen := self._unsaid(line for line in candidates if self._fits(act, line)):
                    return chosen
        return []

    def _fits(self, act: Act, line: str) -> bool:
        """Whether the line asks for nothing that has been told, and does not speak of a sum where more than money was offered."""
        if act is Act.CONSIDER and "{amount}" in line and self._is_offered_more_than_money():
            return False
        if act in _ASKS_FOR_WORD and self._is_spoken_of(line):
            return False
        return not question_kinds(line, self.lexicon) & self.understanding.settled

    def _is_spoken_of(self, line: str) -> bool:
        """Whether a line asks about what the trainee, who has something to offer, has spoken of."""
        if not (asks(line) and offers_on_table(self.scene.session, self.understanding.appraisal)):
            return False
        words = words_of_case(self.persona, line.lower(), self.lexicon.stop)
        said = (*(exchange.reply for exchange in self.scene.session.exchanges), self.scene.reply)
        return bool(words) and len(words & self._stems(" ".join(said))) / len(words) >= _SPOKEN_OF

    def _is_offered_more_than_money(self) -> bool:
        made = set(self.understanding.appraisal.offers)
        return any(o.id in made and o.remedy not in (Remedy.REFUND, Remedy.CREDIT) for o in self.persona.offers)

    def _unsaid(self, lines: Iterable[str]) -> list[str]:
        fitting = {
            line: filled for line in lines if (filled := self._filled(line)) and not sentences(filled) & self.said
        }
        if not fitting:
            return []
        # A name once known is mostly used: among many lines chance would seldom come to it.
        named = [filled for line, filled in fitting.items() if "{name}" in line]
        line = self.random.choice(named if named and self.random.random() < _USES_NAME else list(fitting.values()))
        self.said |= sentences(line)
        return [line]

    def _filled(self, line: str) -> str | None:
        """The line with its slots filled from the trainee's words; None where the trainee said nothing to fill them."""
        words = {
            "time": as_appointment(self.understanding.time),
            "amount": self.understanding.amount,
            "name": self._name(),
            "choice": self.understanding.choice,
        }
        return filled(line, words, self.persona.channel)

    def _name(self) -> str | None:
        """The trainee's name where the customer may use it: seldom, and never in two answers in a row."""
        name, exchanges = self.understanding.name, self.scene.session.exchanges
        if name is None:
            return None
        used = [name.lower() in exchange.answer.lower() for exchange in exchanges]
        return None if sum(used) >= _MOST_NAMED or used[-1:] == [True] else name
